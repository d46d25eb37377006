"""The published JSON schema of ``report.json``."""

from typing import Any

from venueproof_core.results import SCHEMA_VERSION, IntegrationTestReport

SCHEMA_ID = f"urn:venueproof:schema:report:{SCHEMA_VERSION}"


def report_schema() -> dict[str, Any]:
    """Draft 2020-12, made from the models.

    Every field of the top level is required. A result may leave out what is at its default, so of a result
    only the fields without one are.
    """
    schema = IntegrationTestReport.model_json_schema()
    properties = schema["properties"]
    properties["schema_version"] = {"const": SCHEMA_VERSION, "title": "Schema Version"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **schema,
        "required": list(properties),
    }

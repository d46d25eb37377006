"""Take secrets out of rendered documents, each of which must stay valid in its format."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import cache
from typing import Any

from venueproof_core.results import EvidenceGrade, IntegrationTestReport
from venueproof_core.scrubbing import Scrubber
from venueproof_core.verdict import Verdict


class DocumentScrubber(Scrubber):
    """Replaces secrets by ``***`` in documents too. A document that is clean stays as it is, byte by byte."""

    def plain(self, document: bytes) -> bytes:
        """A document without structure, UTF-8, without secrets."""
        return self._unless_clean(document, lambda: self.text(document.decode()).encode())

    def json(self, document: bytes) -> bytes:
        """A JSON document without secrets, still valid.

        The words every report is made of (field names, verdicts) stay, so that a secret which happens to be
        one of them cannot make the report unreadable.
        """
        return self._unless_clean(document, lambda: _compact(self._value(json.loads(document))))

    def json_lines(self, document: bytes) -> bytes:
        """JSON documents, one on each line, without secrets."""
        return b"".join(self.json(line) + b"\n" for line in document.splitlines())

    def xml(self, document: bytes) -> bytes:
        """An XML document without secrets, still well formed. Names of elements and attributes stay."""
        return self._unless_clean(document, lambda: self._xml(document))

    def _unless_clean(self, document: bytes, scrub: Callable[[], bytes]) -> bytes:
        return scrub() if self.may_hold(document) else document

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if value in _own_words() else self.text(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {self._value(key): self._value(item) for key, item in value.items()}
        return value

    def _xml(self, document: bytes) -> bytes:
        root = ElementTree.fromstring(document)  # noqa: S314 - rendered here, not received
        for element in root.iter():
            if element.text is not None:
                element.text = self.text(element.text)
            for name, value in element.items():
                element.set(name, self.text(value))
        scrubbed: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return scrubbed


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _own_words() -> frozenset[str]:
    schema = IntegrationTestReport.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    words = {name for model in models for name in model.get("properties", {})}
    words |= {verdict.value for verdict in Verdict} | {grade.value for grade in EvidenceGrade}
    return frozenset(words)

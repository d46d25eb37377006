"""What clients that are not ours are known to do wrong: one TOML file per client and venue, beside this module.

A table per cause, with ``explanation`` (what the client does, and what it costs a trader), ``versions``
(range of the client's versions it was seen in), ``expires`` (date after which it must be looked at again),
``source`` (where it can be seen) and ``cases`` (ids of the cases that fail of it). An entry excuses a FAILED,
and only while it holds.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Annotated

from packaging.specifiers import SpecifierSet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from venueproof_core.errors import PluginError
from venueproof_core.venue import KnownFailure


def _is_range(text: str) -> str:
    SpecifierSet(text)  # an InvalidSpecifier is a ValueError
    return text


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    explanation: Annotated[str, Field(min_length=40)]
    versions: Annotated[str, Field(min_length=3), AfterValidator(_is_range)]
    expires: date
    source: str
    cases: Annotated[dict[str, Annotated[str, Field(min_length=3)]], Field(min_length=1)]


_ENTRIES = TypeAdapter(dict[str, _Entry])


def known_failures(client: str, venue: str) -> Mapping[str, KnownFailure]:
    """Case id to why a client fails it at a venue; none where nobody has written any down.

    Raises:
        PluginError: The file is malformed; the text names file and entry.
    """
    file = files(__name__) / f"{client}_{venue}.toml"
    return read(file.read_text(encoding="utf-8"), file.name) if file.is_file() else {}


def read(text: str, name: str) -> Mapping[str, KnownFailure]:
    """Read one file's text.

    An expired entry is read like any other: that it excuses nothing any more is for the run to say.

    Args:
        name: The file's, for errors.

    Raises:
        PluginError: It is malformed.
    """
    try:
        entries = _ENTRIES.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PluginError(f"{name}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PluginError(f"{name}: {place}: {first['msg']}") from error
    found: dict[str, KnownFailure] = {}
    for cause, entry in entries.items():
        for case, shows in entry.cases.items():
            if case in found:
                raise PluginError(f"{name}: {cause}: {case} is listed twice")
            found[case] = KnownFailure(
                explanation=" ".join(entry.explanation.split()),
                versions=entry.versions,
                expires=entry.expires.isoformat(),
                source=entry.source,
                shows=shows,
            )
    return found

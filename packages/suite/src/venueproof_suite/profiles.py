"""The compliance profile of a run: by name, or from a TOML or JSON file."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from venueproof_core.compliance import PROFILES, Profile
from venueproof_core.errors import ConfigurationError, unknown_name

_PARSERS = {".toml": tomllib.loads, ".json": json.loads}


def read_profile(name: str, limits: Mapping[str, float] | None = None) -> Profile:
    """Find a profile.

    Args:
        name: Of a profile, or the path of a ``.toml`` or ``.json`` file with one.
        limits: Threshold name to a limit that replaces the profile's.

    Raises:
        ConfigurationError: There is none, or it is malformed; the text names file and place.
    """
    path = Path(name)
    profile = _from_file(path) if path.suffix in _PARSERS else PROFILES.get(name)
    if profile is None:
        raise ConfigurationError(
            f"{unknown_name('profile', name, PROFILES)}; or the path of a .toml or .json file"
        )
    return _with_limits(profile, limits or {})


def _from_file(path: Path) -> Profile:
    try:
        values: Any = _PARSERS[path.suffix](path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"profile {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"profile {path}: malformed: {error}") from error
    try:
        if isinstance(values, dict):
            values.setdefault("name", path.stem)
        return Profile.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "top level"
        raise ConfigurationError(f"profile {path}: {place}: {first['msg']}") from error


def _with_limits(profile: Profile, limits: Mapping[str, float]) -> Profile:
    if not limits:
        return profile
    thresholds = dict(profile.thresholds)
    for name, limit in limits.items():
        if name not in thresholds:
            raise ConfigurationError(
                f"INTEGRATION_TEST_THRESHOLDS: {unknown_name('threshold', name, thresholds)}"
            )
        thresholds[name] = thresholds[name].model_copy(update={"limit": limit})
    return profile.model_copy(update={"thresholds": thresholds})

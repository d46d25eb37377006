"""Settings of a run: command line > environment > ``.env`` > ``venueproof.toml`` > defaults.

Layered by hand rather than by pydantic-settings, since a malformed value must be reported with the file
and line it stands in, which the latter does not know.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from dotenv.parser import parse_stream
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from venueproof_core.errors import ConfigurationError, unknown_name
from venueproof_suite.output import level_named

DOTENV = ".env"
TOML = "venueproof.toml"


class RunSettings(BaseModel):
    """What surrounds a run. Each field is read from the environment by its name in capitals.

    Attributes:
        run_integration_tests: Adds the cases marked ``integration``, on a real target.
        run_performance_tests: Without it performance cases are NOT_RUN.
        test_timeout: Seconds per case.
        integration_test_base_url: Replaces the target's ``rest`` endpoint.
        integration_test_timeout: Seconds of the whole run; ``None`` is no bound.
        integration_test_retry_count: How often a target that does not start is tried again.
        integration_test_log_level: From which level what connectors log is looked at.
        integration_test_log_file: Where what connectors print and log is kept.
        integration_test_thresholds: Threshold name to a limit that replaces the profile's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_integration_tests: bool = False
    run_performance_tests: bool = True
    test_timeout: float = Field(default=30.0, gt=0)
    integration_test_base_url: str | None = Field(default=None, pattern="^https?://")
    integration_test_timeout: float | None = Field(default=None, gt=0)
    integration_test_retry_count: int = Field(default=0, ge=0, le=10)
    integration_test_log_level: str = "INFO"
    integration_test_log_file: Path | None = None
    integration_test_thresholds: dict[str, float] = Field(default_factory=dict)

    @field_validator("integration_test_log_level")
    @classmethod
    def _is_a_level(cls, value: str) -> str:
        level_named(value)
        return value.upper()

    @field_validator("integration_test_thresholds", mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return msgspec.json.decode(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Given:
    """Settings, and the environment with ``.env`` below it: credentials are read from there."""

    settings: RunSettings
    environment: Mapping[str, str]


def environment(folder: Path | None = None) -> Mapping[str, str]:
    """The process's environment with ``.env`` below it.

    Raises:
        ConfigurationError: The ``.env`` is malformed.
    """
    below = _dotenv((Path.cwd() if folder is None else folder) / DOTENV)
    return {name: text for name, (text, _) in below.items()} | dict(os.environ)


def read_settings(
    folder: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    **given: Any,
) -> Given:
    """Read every layer.

    Args:
        folder: Where ``.env`` and ``venueproof.toml`` are looked for; ``None`` is the working directory.
        environment: ``None`` is the process's.
        given: Values of the command line; ``None`` is not given.

    Raises:
        ConfigurationError: A file or a value is malformed; the text names file, line or key, and remedy.
    """
    folder = Path.cwd() if folder is None else folder
    real = os.environ if environment is None else environment
    below = _dotenv(folder / DOTENV)
    values: dict[str, tuple[Any, str]] = {}
    for name, value in _toml(folder / TOML).items():
        values[name] = value, f"{TOML}: {name}"
    for name in RunSettings.model_fields:
        variable = name.upper()
        if variable in below:
            text, line = below[variable]
            values[name] = text, f"{DOTENV}:{line}: {variable}"
        if real.get(variable):
            values[name] = real[variable], f"environment variable {variable}"
    for name, value in given.items():
        if value is not None:
            values[name] = value, f"argument {name}"
    merged = {name: text for name, (text, _) in below.items()} | dict(real)
    return Given(_validated(values), merged)


def _validated(values: Mapping[str, tuple[Any, str]]) -> RunSettings:
    try:
        return RunSettings.model_validate({name: value for name, (value, _) in values.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        value, where = values[name]
        raise ConfigurationError(
            f"{where} = {str(value)[:80]!r}: {first['msg']}; correct it or take it out"
        ) from error


def _dotenv(path: Path) -> dict[str, tuple[str, int]]:
    try:
        file = path.open(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error.strerror}") from error
    found: dict[str, tuple[str, int]] = {}
    with file:
        try:
            bindings = list(parse_stream(file))
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{path.name}: is not UTF-8 text; save it as such") from error
    for binding in bindings:
        line = binding.original.line
        if binding.error or (binding.key is not None and binding.value is None):
            # The line itself is not shown: it may hold half a secret.
            raise ConfigurationError(f"{path.name}:{line}: malformed; write NAME=value")
        if binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value, line
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path.name}: {error}; correct the TOML") from error
    for name in values:
        if name not in RunSettings.model_fields:
            raise ConfigurationError(
                f"{path.name}: {unknown_name('setting', name, RunSettings.model_fields)}"
            )
    return values

"""Scenarios: what is to happen to a simulated venue, and when, from a TOML file.

A step does one thing, in the words of the control plane:

    [[step]]
    at_s = 30                      # seconds after the start
    every_s = 60                   # and again every minute; left out: once
    fault = { kind = "close_stream", parameters = { code = 1001 } }

``fault`` is what ``POST /faults`` takes, ``market`` an action of ``POST /market`` or a list of them, ``clock``
what ``POST /clock`` takes. A fault with ``for_s`` is taken away after so many seconds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_validator

from venueproof_core.control import ClockRequest, ControlModel, FaultSpec, MarketAction
from venueproof_core.errors import ConfigurationError
from venueproof_simulator.faults import registry

DEEDS = ("market", "fault", "clock")
SHIPPED = resources.files("venueproof_simulator") / "scenarios"


class Step(ControlModel):
    """One thing that happens.

    Attributes:
        at_s: Seconds after the start, on the timer clock.
        every_s: And again after so many seconds; ``None`` is once.
        for_s: Of a fault: it is taken away after so many seconds.
    """

    at_s: float = Field(ge=0)
    every_s: float | None = Field(default=None, gt=0)
    for_s: float | None = Field(default=None, gt=0)
    market: list[MarketAction] | None = None
    fault: FaultSpec | None = None
    clock: ClockRequest | None = None

    @field_validator("market", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _does_one_thing(self) -> Step:
        if sum(getattr(self, deed) is not None for deed in DEEDS) != 1:
            raise ValueError(f"a step does one thing: give it one of {', '.join(DEEDS)}")
        if self.for_s is not None and self.fault is None:
            raise ValueError("for_s belongs to a fault")
        if self.fault is not None and self.for_s and "count" not in self.fault.model_fields_set:
            self.fault = self.fault.model_copy(update={"count": None})  # as often as it can
        return self


class Scenario(ControlModel):
    """Steps, in the order of the file."""

    step: list[Step] = Field(min_length=1)


def shipped() -> list[str]:
    """Names of the scenarios that come with the simulator."""
    names = [entry.name for entry in SHIPPED.iterdir()]
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def read_scenario(name: str, symbols: Collection[str]) -> Scenario:
    """The scenario of this name, or in this file.

    Args:
        symbols: What the venue trades.

    Raises:
        ConfigurationError: There is none, or it cannot be used: file, line, key, value and what to do.
    """
    if name in shipped():
        text = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
    else:
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise ConfigurationError(
                f"--scenario {name}: {reason}; give a TOML file, or one of: {', '.join(shipped())}"
            ) from error
    try:
        scenario = Scenario.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: not TOML: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(_explain(name, text, error)) from error
    for number, step in enumerate(scenario.step):
        complaint = _complaint(step, symbols)
        if complaint is not None:
            key, reason = complaint
            line = _line(text, number, key.split(".")[-1])
            raise ConfigurationError(f"{name}:{line}: step {number + 1}: {key}: {reason}")
    return scenario


def _explain(name: str, text: str, error: ValidationError) -> str:
    first = error.errors()[0]
    place = first["loc"]
    if place[:1] != ("step",) or len(place) < 2:
        key = ".".join(str(part) for part in place)
        return f"{name}: {key}: {first['msg']}; a scenario is a list of [[step]]"
    number = int(place[1])
    # Of a list of actions pydantic also names the kind that was tried, which is no key of the file.
    keys = [str(part) for part in place[2:] if isinstance(part, str)]
    if keys[:1] == ["market"] and len(keys) > 2:
        del keys[1]
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        reason = "there is no such key"
    value = first["input"]
    shown = f", got {value!r}" if not isinstance(value, dict | list) else ""
    line = _line(text, number, keys[-1] if keys else "")
    return f"{name}:{line}: step {number + 1}: {'.'.join(keys) or 'step'}: {reason}{shown}"


def _complaint(step: Step, symbols: Collection[str]) -> tuple[str, str] | None:
    """Key and reason, if a step asks for what this simulator does not have."""
    for action in step.market or ():
        if action.symbol is not None and action.symbol not in symbols:
            return "market.symbol", _unknown("instrument", action.symbol, symbols)
    if step.fault is None:
        return None
    fault, kinds = step.fault, registry()
    if fault.kind not in kinds:
        return "fault.kind", _unknown("fault", fault.kind, kinds)
    if fault.match.symbol is not None and fault.match.symbol not in symbols:
        return "fault.match.symbol", _unknown("instrument", fault.match.symbol, symbols)
    known = kinds[fault.kind].parameters
    for name, value in fault.parameters.items():
        key = f"fault.parameters.{name}"
        if name not in known:
            return key, _unknown(f"parameter of {fault.kind}", name, known)
        default = known[name][0]
        wanted = (int, float) if isinstance(default, float) else type(default)
        is_number_as_truth = isinstance(value, bool) and not isinstance(default, bool)
        if not isinstance(value, wanted) or is_number_as_truth:
            return key, f"{value!r} is not of the kind of its default, {default!r}"
    return None


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known) or 'none'}"
    return f"no {what} {name!r}; {hint}"


def _line(text: str, number: int, key: str) -> int:
    """Line of a key in the step of this number, or of the step."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if re.match(r"\s*\[\[\s*step\s*\]\]", line)]
    if number >= len(starts):  # steps can be written as an array of tables in one line, too
        return 1
    end = starts[number + 1] if number + 1 < len(starts) else len(lines)
    for place in range(starts[number] + 1, end):
        if key and re.search(rf"(?<![\w-]){re.escape(key)}\s*[=.\]]", lines[place]):
            return place + 1
    return starts[number] + 1

"""The decorator that makes a test function a case, and the registry of all cases."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest

from venueproof_core.capabilities import capability
from venueproof_core.errors import PluginError
from venueproof_core.rules import BugClass, Level, Rule, Steering
from venueproof_core.venue import PrivateConnector, PublicConnector

ATTRIBUTE = "__venueproof_case__"
PERFORMANCE, SLOW, INTEGRATION = "performance", "slow", "integration"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+")
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _methods(protocol: type) -> frozenset[str]:
    return frozenset(name for name in vars(protocol) if not name.startswith("_"))


PUBLIC_METHODS = _methods(PublicConnector)
PRIVATE_METHODS = _methods(PrivateConnector)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A rule and how its function is run.

    Attributes:
        rule: With the id of the whole case; a variant's rule has its word added.
        variants: Word to the value that arrives as argument ``variant``; empty for a single case.
        is_private: It uses the connector's private face.
        takes_times: It is a performance case whose times others on the machine would spoil.
        where: File and qualified name of the function.
    """

    rule: Rule
    title: str
    variants: Mapping[str, Any] = field(default_factory=dict)
    needs_clock: bool = False
    is_private: bool = False
    takes_times: bool = False
    where: tuple[str, str] = ("", "")

    @property
    def area(self) -> str:
        """The first word of the id."""
        return self.rule.id.partition("/")[0]

    def rules(self) -> list[Rule]:
        """One rule per id."""
        if not self.variants:
            return [self.rule]
        return [replace(self.rule, id=f"{self.rule.id}/{word}") for word in self.variants]


REGISTRY: dict[str, Case] = {}


def case(
    id: str,  # noqa: A002 - the word every case author knows it by
    *,
    level: Level,
    needs: Sequence[capability] = (),
    hunts: Sequence[BugClass] = (),
    steering: Steering = Steering.NONE,
    calls: Sequence[str] = (),
    source: str | None = None,
    performance: bool = False,
    beside_others: bool = False,
    slow: bool = False,
    integration: bool = False,
    needs_clock: bool = False,
    variants: Mapping[str, Any] | None = None,
) -> Callable[[_Function], _Function]:
    """Make a test function a case.

    The docstring's first paragraph is the rule, the rest is why a trader cares.

    Args:
        id: Path of words; its first word is the area. Never renumbered, never reused.
        needs: Capabilities of the venue without which there is nothing to test.
        hunts: Classes of bugs it catches.
        calls: Connector methods it cannot do without.
        source: URL and section where the rule is written.
        performance: Runs alone, after the rest, and not where performance is left out.
        beside_others: A performance case that takes no times and may run among the rest.
        slow: Runs only when asked for by ``-m slow``.
        integration: Means something only at a real venue.
        needs_clock: Advances the clock injected into the connector.
        variants: Word to value: one case each, whose id ends in the word.

    Raises:
        PluginError: Something of it is wrong; at import, so that it cannot be overlooked.
    """

    def decorate(function: _Function) -> _Function:
        code = function.__code__
        where = (code.co_filename, function.__qualname__)
        text, reason = _docstring(id, function)
        flags = ((PERFORMANCE, performance), (SLOW, slow), (INTEGRATION, integration))
        rule = Rule(
            id=id,
            level=level,
            text=text,
            reason=reason,
            needs=tuple(need.name for need in needs if isinstance(need, capability)),
            calls=tuple(calls),
            hunts=tuple(hunts),
            steering=steering,
            source=source,
            markers=tuple(name for name, is_set in flags if is_set),
        )
        arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        made = Case(
            rule=rule,
            title=function.__name__.removeprefix("test_").replace("_", " "),
            variants=dict(variants or {}),
            needs_clock=needs_clock,
            is_private="trading" in arguments or not PRIVATE_METHODS.isdisjoint(calls),
            takes_times=performance and not beside_others,
            where=where,
        )
        _check(made, needs, arguments)
        known = REGISTRY.get(id)
        if known is not None and known.where != where:
            raise PluginError(f"case {id!r} is defined twice: {known.where} and {where}")
        REGISTRY[id] = made
        for name in rule.markers:
            function = getattr(pytest.mark, name)(function)
        setattr(function, ATTRIBUTE, made)
        return function

    return decorate


def case_of(function: object) -> Case | None:
    """The case a test function was made, if it was."""
    return getattr(function, ATTRIBUTE, None)


def _docstring(case_id: str, function: Callable[..., Any]) -> tuple[str, str]:
    text = inspect.cleandoc(function.__doc__ or "")
    if not text:
        raise PluginError(f"case {case_id!r} has no docstring: its first paragraph is the rule")
    rule, _, reason = text.partition("\n\n")
    return " ".join(rule.split()), reason.strip()


def _check(made: Case, needs: Sequence[object], arguments: Iterable[str]) -> None:
    rule = made.rule
    wrong = []
    if not _ID.fullmatch(rule.id):
        wrong.append("the id is a path of lower-case words, two at least")
    wrong += [
        f"needs {need!r}, no capability" for need in needs if not isinstance(need, capability)
    ]
    wrong += [f"hunts {bug!r}, no BugClass" for bug in rule.hunts if not isinstance(bug, BugClass)]
    for name in set(rule.calls) - PUBLIC_METHODS - PRIVATE_METHODS:
        wrong.append(f"calls {name!r}, no method of a connector")
    wrong += [f"variant {word!r} is no word" for word in made.variants if not _WORD.fullmatch(word)]
    if bool(made.variants) != ("variant" in arguments):
        wrong.append("variants and the argument `variant` come together")
    if made.needs_clock and rule.steering is not Steering.CONTROL:
        wrong.append("needs_clock is for cases with steering CONTROL")
    if wrong:
        raise PluginError(f"case {rule.id!r}: {'; '.join(wrong)}")

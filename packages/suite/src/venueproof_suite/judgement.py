"""From the exceptions of a case to its verdict."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from venueproof_core.errors import RuleViolation
from venueproof_core.venue import Connector, KnownFailure
from venueproof_core.verdict import Blame, Verdict, judge
from venueproof_suite.classify import blame, error_code
from venueproof_suite.deadlines import shown
from venueproof_suite.errors import Inconclusive, MissingMethod


@dataclass(frozen=True)
class Comparison:
    """The operands of the last comparison that an ``assert`` found untrue."""

    operator: str
    left: str
    right: str


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict and what it rests on."""

    verdict: Verdict
    reason: str | None = None
    error: BaseException | None = None
    error_code: str | None = None
    expected: str | None = None
    observed: str | None = None
    is_inconclusive: bool = False


def judgement(
    problems: Sequence[BaseException],
    *,
    case_module: str,
    unfired: Sequence[str] = (),
    comparison: Comparison | None = None,
    known_failure: KnownFailure | None = None,
) -> Judgement:
    """Judge a case that ran.

    Args:
        problems: Exceptions of setup, call and teardown, in order.
        unfired: Faults the case rests on that had no effect.
        known_failure: The valid entry of the connector's list for this case.
    """
    skipped = next((error for error in problems if isinstance(error, pytest.skip.Exception)), None)
    if skipped is not None:
        return Judgement(verdict=Verdict.NOT_RUN, reason=str(skipped.msg), error=skipped)
    missing = next((error for error in problems if _is_missing(error)), None)
    if missing is not None:
        return Judgement(verdict=Verdict.NOT_IMPLEMENTED, reason=_line(missing), error=missing)
    by_blame: dict[Blame, BaseException] = {}
    for error in problems:
        by_blame.setdefault(blame(error, case_module), error)
    doubt = _doubt(by_blame.get(Blame.CONNECTOR), unfired)
    if doubt is not None and Blame.HARNESS not in by_blame:
        by_blame = {Blame.INCONCLUSIVE: doubt}
    for who in (Blame.HARNESS, Blame.CONNECTOR, Blame.INCONCLUSIVE):
        if who in by_blame:
            return _against(who, by_blame[who], comparison, known_failure)
    return Judgement(verdict=Verdict.PASSED)


def valid_known_failure(
    connector: Connector, case_id: str, today: datetime.date
) -> KnownFailure | None:
    """The entry that excuses a failure of this case, if there is one and it holds today."""
    entry = connector.known_failures.get(case_id)
    if entry is None or connector.is_ours or why_void(entry, connector.version, today):
        return None
    return entry


def why_void(entry: KnownFailure, version: str, today: datetime.date) -> str | None:
    """Why an entry excuses nothing; ``None`` if it does."""
    try:
        if today > datetime.date.fromisoformat(entry.expires):
            return f"expired on {entry.expires}"
        if not SpecifierSet(entry.versions).contains(Version(version), prereleases=True):
            return f"is for versions {entry.versions}, not {version}"
    except (ValueError, InvalidSpecifier, InvalidVersion) as error:
        return f"is malformed: {error}"
    return None


def _is_missing(error: BaseException) -> bool:
    return isinstance(error, MissingMethod | NotImplementedError)


def _doubt(error: BaseException | None, unfired: Sequence[str]) -> Inconclusive | None:
    # An oracle's difference is a difference whatever the fault did. That nothing was raised is not.
    if not unfired or not (error is None or isinstance(error, pytest.fail.Exception)):
        return None
    return Inconclusive(f"never fired: {', '.join(unfired)}; the case proves nothing")


def _against(
    who: Blame,
    error: BaseException,
    comparison: Comparison | None,
    known_failure: KnownFailure | None,
) -> Judgement:
    reason = _line(error)
    if known_failure is not None and (known_failure.shows or "") not in reason:
        known_failure = None  # it fails today, but not in the way that is known
    verdict = judge(blame=who, is_known_failure=known_failure is not None)
    expected = observed = None
    if isinstance(error, RuleViolation):
        expected, observed = shown(error.expected), shown(error.observed)
    elif comparison is not None and isinstance(error, AssertionError):
        sign = "" if comparison.operator in ("==", "is") else f"{comparison.operator} "
        expected, observed = f"{sign}{comparison.right}", comparison.left
    if verdict is Verdict.KNOWN_FAILURE and known_failure is not None:
        reason = f"{known_failure.explanation} ({reason})"
    return Judgement(
        verdict=verdict,
        reason=reason,
        error=error,
        error_code=error_code(error),
        expected=expected,
        observed=observed,
        is_inconclusive=who is Blame.INCONCLUSIVE,
    )


def _line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no message"
    is_ours = isinstance(error, AssertionError | MissingMethod | Inconclusive)
    return shown(text if is_ours else f"{type(error).__name__}: {text}")

"""Who an exception in a case speaks against."""

import sys
from collections.abc import Iterator
from types import TracebackType

import pytest

from venueproof_core.errors import ConfigurationError, VenueError
from venueproof_core.verdict import Blame
from venueproof_suite.errors import CaseTimeout, ConnectorFault, HarnessError, Inconclusive

# Frames of these packages are the suite's own or below it. A frame of anything else that is not a case
# belongs to the connector: its own package, ``venueproof_net``, a client library, a user's module.
_HARNESS = frozenset(
    {
        "venueproof_suite",
        "venueproof_core",
        "_pytest",
        "pytest",
        "pluggy",
        "xdist",
        "execnet",
        "aiohttp",
        "aiohappyeyeballs",
        "yarl",
        "multidict",
        "pydantic",
        "msgspec",
        "hdrh",
    }
) | frozenset(sys.stdlib_module_names)


def blame(error: BaseException, case_module: str) -> Blame:
    """Say who is to blame for the exception that ended a phase of a case.

    Args:
        case_module: Name of the module the case is written in.
    """
    if isinstance(error, Inconclusive):
        return Blame.INCONCLUSIVE
    if isinstance(error, HarnessError | ConfigurationError):
        return Blame.HARNESS
    is_assertion = isinstance(error, AssertionError | VenueError | pytest.fail.Exception)
    if is_assertion or _has_connector_frame(error, case_module):
        return Blame.CONNECTOR
    if isinstance(error, CaseTimeout):
        # Nobody but the connector lets a case wait without a deadline, unless the suite itself hangs.
        return Blame.HARNESS if _ends_in_suite(error, case_module) else Blame.CONNECTOR
    if isinstance(error, ConnectorFault):
        return Blame.CONNECTOR
    return Blame.HARNESS


def error_code(error: BaseException) -> str | None:
    """The venue's own code, where the error carries one."""
    return error.code if isinstance(error, VenueError) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            for member in current.exceptions:
                yield from _chain(member)
        current = current.__cause__ or current.__context__


def _modules(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        yield str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next


def _has_connector_frame(error: BaseException, case_module: str) -> bool:
    return any(
        module != case_module and module.partition(".")[0] not in _HARNESS
        for link in _chain(error)
        for module in _modules(link.__traceback__)
    )


def _ends_in_suite(error: BaseException, case_module: str) -> bool:
    own = [
        module
        for link in _chain(error)
        for module in _modules(link.__traceback__)
        if module == case_module or module.startswith("venueproof_suite.")
    ]
    machinery = {"venueproof_suite.loop", "venueproof_suite.engine", "venueproof_suite.watchdog"}
    named = [module for module in own if module not in machinery]
    return bool(named) and named[-1] != case_module

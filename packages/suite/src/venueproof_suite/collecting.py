"""The events of a run, put together: what has a result, what had begun, what never ran."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from venueproof_core.control import Documented
from venueproof_core.results import TestResult
from venueproof_core.verdict import Verdict
from venueproof_suite.run_files import Plan, PlannedCase

Key = tuple[str, str | None]


@dataclass(frozen=True)
class Progress:
    """One more finished case.

    Attributes:
        total: How many there will be; ``None`` while that is not known.
    """

    result: TestResult
    total: int | None


@dataclass
class Begun:
    """A case that runs."""

    pid: int
    time_ns: int
    worker: str

    def is_alive(self) -> bool:
        """Whether its process has neither ended nor merely not been waited for yet."""
        try:
            status = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return not status.rpartition(")")[2].strip().startswith("Z")


@dataclass
class Collected:
    """Everything the workers have said so far.

    Attributes:
        methods: Connector methods that PASSED cases exercised.
        connector_methods: Those the connector's object has.
        exercised: Names of what the venue documents that PASSED cases exercised.
        documented: What the venue documents, by name; nothing where the target does not tell.
        memory_growth_kib: The largest of the workers'.
        broken: Modules of cases that could not be collected.
        no_target: Why there is nothing to run cases on.
    """

    results: dict[Key, TestResult] = field(default_factory=dict)
    begun: dict[Key, Begun] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)
    connector_methods: set[str] = field(default_factory=set)
    exercised: set[str] = field(default_factory=set)
    documented: dict[str, Documented] = field(default_factory=dict)
    memory_growth_kib: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    no_target: str | None = None

    def add(self, events: Iterable[dict[str, Any]], each: Callable[[TestResult], None]) -> None:
        """Take in events; ``each`` is told of every new result."""
        for event in events:
            kind = event["event"]
            if kind == "started":
                begun = Begun(event["pid"], event["time_ns"], event["worker"])
                self.begun[event["id"], event["defect"]] = begun
            elif kind == "result":
                self.put(TestResult.model_validate(event["result"]), each)
                self.methods |= set(event["methods"])
                self.exercised |= set(event["documented"])
            elif kind == "connector":
                self.connector_methods |= set(event["methods"])
            elif kind == "documented":
                rows = map(Documented.model_validate, event["rows"])
                self.documented |= {row.name: row for row in rows}
            elif kind == "worker":
                grown = event["memory_growth_kib"]
                self.memory_growth_kib = max(self.memory_growth_kib, grown)
            elif kind == "no-target":
                self.no_target = event["text"]
            elif kind == "broken":
                self.broken[event["node"]] = event["text"]

    def put(self, result: TestResult, each: Callable[[TestResult], None]) -> None:
        """Take one result; the first of a case counts."""
        key = result.id, result.defect
        if key not in self.results:
            self.results[key] = result
            each(result)

    def overdue(self, allowed_s: float) -> list[tuple[Key, Begun]]:
        """Cases that run for longer than this, seen from outside."""
        now_ns = time.time_ns()
        return [
            (key, begun)
            for key, begun in self.begun.items()
            if key not in self.results
            and now_ns - begun.time_ns > allowed_s * 1e9
            and begun.is_alive()
        ]

    def complete(self, plan: Plan, stopped: str | None, each: Callable[[TestResult], None]) -> None:
        """Give every planned case a result.

        Args:
            stopped: Why the run was ended before it was done, if it was.
        """
        for case in plan.cases:
            if case.key in self.results:
                continue
            begun = self.begun.get(case.key)
            if begun is not None and stopped is None:
                self.put(_died(case, begun), each)
            else:
                reason = stopped or "the run ended before its turn"
                while_it_ran = f"{reason} while it ran" if begun is not None else reason
                self.put(_not_run(case, while_it_ran), each)


def hung_from_outside(case: PlannedCase, begun: Begun, allowed_s: float) -> TestResult:
    """Result of a case whose process could not even end itself."""
    return TestResult(
        **case.result_fields(),
        verdict=Verdict.FAILED,
        duration_ms=(time.time_ns() - begun.time_ns) / 1e6,
        reason=f"hangs: holds the interpreter; its process was killed after {allowed_s:g} s",
        error_class="CaseTimeout",
        worker=begun.worker,
        started_time_ns=begun.time_ns,
    )


def _died(case: PlannedCase, begun: Begun) -> TestResult:
    return TestResult(
        **case.result_fields(),
        verdict=Verdict.ERROR,
        duration_ms=0,
        reason="worker died while it ran: the process was killed, or the connector crashed it",
        worker=begun.worker,
        started_time_ns=begun.time_ns,
    )


def _not_run(case: PlannedCase, reason: str) -> TestResult:
    return TestResult(**case.result_fields(), verdict=Verdict.NOT_RUN, duration_ms=0, reason=reason)

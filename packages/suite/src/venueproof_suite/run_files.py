"""The run directory: what workers write as they go, and what the runner reads.

::

    settings.json       resolved settings of the run, written by the runner
    plan.json           cases that were selected, written by the first worker that has collected
    refusal.txt         why nothing can run, in one line
    results/NAME.jsonl  one line per event of one worker, appended and flushed as it happens
    output/NAME.log     what one worker's current case prints
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:  # the process that only controls workers is not to wait for these
    from venueproof_core.results import TestResult
    from venueproof_core.rules import Rule

_ENCODER = msgspec.json.Encoder()


class PlannedCase(msgspec.Struct, kw_only=True):
    """One selected case, described so that a result can be made for it even if it never ran."""

    id: str
    title: str
    area: str
    level: str
    rule: str
    reason: str
    source: str | None
    hunts: list[str]
    needs: list[str]
    defect: str | None = None

    def result_fields(self) -> dict[str, Any]:
        """The fields of a ``TestResult`` that are known before it runs."""
        return {
            "id": self.id,
            "title": self.title,
            "area": self.area,
            "level": self.level,
            "rule": self.rule,
            "rule_reason": self.reason,
            "rule_source": self.source,
            "hunts": self.hunts,
            "needs": self.needs,
            "defect": self.defect,
        }

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells one planned item from another."""
        return self.id, self.defect


class Plan(msgspec.Struct, kw_only=True):
    """What a run will do.

    Attributes:
        cases: Selected, in the order of their turns.
        alone: How many of the last of them run while nothing else does.
        catalogue: Ids of every case there is, selected or not.
    """

    cases: list[PlannedCase]
    alone: int = 0
    catalogue: list[str] = []


class RunDirectory:
    """Paths inside one run directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = path / "settings.json"
        self.plan = path / "plan.json"
        self.refusal = path / "refusal.txt"

    def make(self) -> None:
        """Create the folders."""
        for name in ("results", "output"):
            (self.path / name).mkdir(parents=True, exist_ok=True)

    def results(self, worker: str) -> Path:
        """A worker's events."""
        return self.path / "results" / f"{worker}.jsonl"

    def output(self, worker: str) -> Path:
        """What a worker's current case prints."""
        return self.path / "output" / f"{worker}.log"

    def write_plan(self, plan: Plan) -> None:
        """Write the plan, whole or not at all; every worker collects the same."""
        if self.plan.exists():
            return
        mine = self.plan.with_suffix(f".{os.getpid()}")
        mine.write_bytes(_ENCODER.encode(plan))
        mine.replace(self.plan)

    def read_plan(self) -> Plan | None:
        """The plan, once there is one."""
        try:
            return msgspec.json.decode(self.plan.read_bytes(), type=Plan)
        except FileNotFoundError:
            return None


class EventLog:
    """Appends one worker's events; each is in the file once ``write`` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, event: str, **fields: Any) -> None:
        """Append one event."""
        self._append(_ENCODER.encode({"event": event, **fields}))

    def write_result(
        self, result: "TestResult", *, methods: Sequence[str] = (), documented: Sequence[str] = ()
    ) -> None:
        """Append a result, with what it exercised: connector methods, and what the venue documents."""
        head = _ENCODER.encode({"event": "result", "methods": methods, "documented": documented})
        self._append(head[:-1] + b',"result":' + result.model_dump_json().encode() + b"}")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _append(self, line: bytes) -> None:
        os.write(self._file, line + b"\n")


class EventReader:
    """Reads the events of all workers, new ones first time only."""

    def __init__(self, directory: RunDirectory) -> None:
        self._folder = directory.path / "results"
        self._offsets: dict[Path, int] = {}

    def new(self) -> Iterator[dict[str, Any]]:
        """Events since the last call. A line that is still being written is left for the next call."""
        for path in sorted(self._folder.glob("*.jsonl")):
            offset = self._offsets.get(path, 0)
            with path.open("rb") as file:
                file.seek(offset)
                content = file.read()
            whole = content.rfind(b"\n") + 1
            self._offsets[path] = offset + whole
            for line in content[:whole].splitlines():
                yield msgspec.json.decode(line)


def planned(rule: "Rule", *, title: str, area: str, defect: str | None = None) -> PlannedCase:
    """Describe one case for the plan."""
    return PlannedCase(
        id=rule.id,
        title=title,
        area=area,
        level=rule.level.value,
        rule=rule.text,
        reason=rule.reason,
        source=rule.source,
        hunts=[bug.name for bug in rule.hunts],
        needs=list(rule.needs),
        defect=defect,
    )

"""The proof: every case catches its defects, and every defect is surgical.

Runs the suite as a child process twice for a venue: the correct connector on every case, then each
defect on the cases that must catch it and on a seeded sample of the others (``full``: on all).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from venueproof_core import Defect, TestResult, Verdict
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins

SAMPLE = 8
# Cases that measure time say little beside others on the same machine, and last long: not sampled.
TIMED = "performance/"
SURGICAL_SHARE = 0.85
Pair = tuple[str | None, str]
Progress = Callable[[str], None]


@dataclass
class DefectProof:
    """What became of one defect.

    Attributes:
        caught: Cases that must catch it to whether they did, as they should.
        problems: Why it proves nothing, if so; one line each.
        others_passed / others_run: Among cases that need not catch it.
    """

    defect: Defect
    caught: dict[str, bool] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    others_passed: int = 0
    others_run: int = 0

    @property
    def is_proved(self) -> bool:
        """Whether every case named caught it for the stated reason, and nearly all others passed."""
        return not self.problems


@dataclass
class VenueProof:
    """What became of one venue's proof.

    Attributes:
        uncaught: Cases that pass and that no defect fails: they prove nothing yet.
        excused: Cases that do not pass with the correct connector, without fault: id to verdict.
    """

    venue: str
    seed: int
    cases: int = 0
    proofs: list[DefectProof] = field(default_factory=list)
    uncaught: list[str] = field(default_factory=list)
    broken_cases: list[str] = field(default_factory=list)
    excused: dict[str, str] = field(default_factory=dict)
    not_run: list[str] = field(default_factory=list)

    @property
    def is_green(self) -> bool:
        """Whether the whole proof holds."""
        proved = all(proof.is_proved for proof in self.proofs)
        return proved and not (self.uncaught or self.broken_cases or self.not_run)


def prove(
    plugins: Plugins,
    venue: str,
    *,
    seed: int = 1,
    full: bool = False,
    workers: int = 4,
    progress: Progress = lambda _text: None,
) -> VenueProof:
    """Prove a venue's suite.

    Args:
        workers: May be more than the cores: much of a proof is waiting for what a broken connector
            does not do.

    Raises:
        ConfigurationError: Unknown venue, or the suite could not be run at all.
    """
    name = plugins.venue(venue).name
    defects = [d for d in plugins.defects.values() if d.venue in (None, name)]
    proof = VenueProof(venue=name, seed=seed)
    with tempfile.TemporaryDirectory(prefix="venueproof-prove-") as folder:
        child = _Child(plugins, name, seed, workers, Path(folder))
        progress(f"{name}: the correct connector on every case")
        correct = _by_case(child.run("correct", None))
        proof.cases = len(correct)
        _judge_correct(proof, correct)
        passing = sorted(
            case for case, result in correct.items() if result.verdict is Verdict.PASSED
        )
        pairs = list(_pairs(defects, passing, seed, full))
        progress(f"{name}: {len(defects)} defects on {len(pairs)} pairs of defect and case")
        results = child.run("defects", pairs)
    found = {(result.defect, result.id): result for result in results}
    for defect in defects:
        proof.proofs.append(_judge(defect, correct, found))
    _find_gaps(proof, passing, pairs, found)
    return proof


def _pairs(
    defects: Sequence[Defect], passing: Sequence[str], seed: int, full: bool
) -> Iterable[Pair]:
    for defect in defects:
        others = [case for case in passing if case not in defect.caught_by]
        if not full:
            others = [case for case in others if not case.startswith(TIMED)]
        rng = random.Random(f"{seed}/{defect.name}")
        sample = others if full else rng.sample(others, min(SAMPLE, len(others)))
        for case in (*defect.caught_by, *sorted(sample)):
            yield defect.name, case


def _judge_correct(proof: VenueProof, correct: Mapping[str, TestResult]) -> None:
    excused = (Verdict.UNSUPPORTED, Verdict.NOT_IMPLEMENTED)
    for case, result in sorted(correct.items()):
        if result.verdict in excused or (
            result.verdict is Verdict.NOT_RUN and not result.is_inconclusive
        ):
            proof.excused[case] = f"{result.verdict.value}: {result.reason}"
        elif result.verdict is not Verdict.PASSED:
            proof.broken_cases.append(f"{case}: {result.verdict.value}: {result.reason}")


def _judge(
    defect: Defect, correct: Mapping[str, TestResult], found: Mapping[Pair, TestResult]
) -> DefectProof:
    proof = DefectProof(defect)
    for case in defect.caught_by:
        result = found.get((defect.name, case))
        problem = _why_not_caught(defect, case, correct, result)
        proof.caught[case] = problem is None
        if problem is not None:
            proof.problems.append(problem)
    for (name, case), result in found.items():
        if name == defect.name and case not in defect.caught_by:
            proof.others_run += 1
            proof.others_passed += result.verdict is Verdict.PASSED
    if proof.others_run and proof.others_passed / proof.others_run < SURGICAL_SHARE:
        failed = [
            case
            for (name, case), result in found.items()
            if name == defect.name
            and case not in defect.caught_by
            and result.verdict is not Verdict.PASSED
        ]
        proof.problems.append(
            f"not surgical: fails {len(failed)} of {proof.others_run} others: {', '.join(failed)}"
        )
    return proof


def _why_not_caught(
    defect: Defect,
    case: str,
    correct: Mapping[str, TestResult],
    result: TestResult | None,
) -> str | None:
    if case not in correct:
        return f"{case}: there is no such case"
    if correct[case].verdict is not Verdict.PASSED:
        return None  # unsupported here, or already reported as a broken case
    if result is None:
        return f"{case}: was not run"
    if result.verdict is not Verdict.FAILED:
        return f"{case}: {result.verdict.value} instead of FAILED ({result.reason or 'no reason'})"
    is_a_check = result.error_class in ("RuleViolation", "AssertionError", "Failed")
    if not is_a_check and not defect.may_hang:
        return f"{case}: failed by {result.error_class}, not by its rule: {result.reason}"
    if not defect.may_hang and (result.expected is None or result.observed is None):
        return f"{case}: failed without an expected/observed pair: {result.reason}"
    return None


def _find_gaps(
    proof: VenueProof,
    passing: Sequence[str],
    pairs: Sequence[Pair],
    found: Mapping[Pair, TestResult],
) -> None:
    caught = {case for one in proof.proofs for case, is_caught in one.caught.items() if is_caught}
    proof.uncaught = [case for case in passing if case not in caught]
    proof.not_run = [
        f"{case} with {defect}" for defect, case in pairs if (defect, case) not in found
    ]


def _by_case(results: Iterable[TestResult]) -> dict[str, TestResult]:
    return {result.id: result for result in results}


class _Child:
    """Runs the suite in a process group of its own, which never outlives the proof."""

    def __init__(self, plugins: Plugins, venue: str, seed: int, workers: int, folder: Path) -> None:
        self._packages = plugins.case_packages
        self._venue = venue
        self._seed = seed
        self._workers = workers
        self._folder = folder

    def run(self, name: str, pairs: Sequence[Pair] | None) -> list[TestResult]:
        run_dir = self._folder / name
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["--pyargs", *self._packages, "--venue", self._venue]
        command += ["--seed", str(self._seed), "--run-dir", str(run_dir)]
        command += ["-n", str(self._workers), "--dist", "worksteal", "--rootdir", str(self._folder)]
        if pairs is not None:
            file = self._folder / f"{name}.json"
            file.write_bytes(msgspec.json.encode(_grouped(pairs)))
            command += ["--variants", str(file)]
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self._folder,
            )
            try:
                process.wait()
            finally:
                _end_group(process)
        results = list(_read(run_dir))
        if not results:
            last = log.read_text(errors="replace").strip().splitlines()[-5:]
            raise ConfigurationError(f"the suite could not be run: {' | '.join(last)}")
        return results


def _grouped(pairs: Sequence[Pair]) -> list[dict[str, object]]:
    cases: dict[str | None, list[str]] = {}
    for defect, case in pairs:
        cases.setdefault(defect, []).append(case)
    return [{"defect": defect, "cases": names} for defect, names in cases.items()]


def _read(run_dir: Path) -> Iterable[TestResult]:
    for file in sorted((run_dir / "results").glob("*.jsonl")):
        for line in file.read_bytes().splitlines():
            event = msgspec.json.decode(line)
            if event.get("event") == "result":
                yield TestResult.model_validate(event["result"])


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue

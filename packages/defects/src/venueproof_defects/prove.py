"""The proof: every case catches its defects, and every defect is surgical.

Has the suite run twice for a venue: the correct connector on every case, then each defect on the cases
that must catch it and on a seeded sample of the others, or on all of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from venueproof_core import Defect, TestResult, Verdict
from venueproof_core.errors import ConfigurationError, unknown_name
from venueproof_core.plugins import Plugins

SAMPLE = 8
# Cases that measure time take long and say more of the machine: only their own defects are tried on them.
TIMED = "performance/"
SURGICAL_SHARE = 0.85
Pair = tuple[str, str]
Run = Callable[[Sequence[Pair] | None], Iterable[TestResult]]
"""Runs pairs of defect and case; for ``None`` the correct connector on every case that is to be proved."""

Progress = Callable[[str], None]


@dataclass
class DefectProof:
    """What became of one defect.

    Attributes:
        caught: Cases that must catch it to whether they did, as they should.
        problems: Why it proves nothing, if so; one line each.
        others_run: How many cases ran that need not catch it.
        others_failed: Those of them that did not pass.
    """

    defect: Defect
    caught: dict[str, bool] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    others_run: int = 0
    others_failed: list[str] = field(default_factory=list)

    @property
    def others_passed(self) -> int:
        """How many that need not catch it passed."""
        return self.others_run - len(self.others_failed)

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
    run: Run,
    *,
    seed: int = 1,
    sample: int | None = SAMPLE,
    is_part: bool = False,
    names: Sequence[str] = (),
    progress: Progress = lambda _text: None,
) -> VenueProof:
    """Prove a venue's suite.

    Args:
        sample: On how many of the cases that need not catch it each defect is tried; ``None`` is all.
        is_part: Only some cases are to be proved: those that ``run`` gives results of.
        names: Of defects; none is all. Of some defects it cannot be said which cases are not caught.

    Raises:
        ConfigurationError: Unknown venue or defect, or the suite could not be run at all.
    """
    name = plugins.venue(venue).name
    defects = [d for d in plugins.defects.values() if d.venue in (None, name)]
    if names:
        defects = _named(defects, names)
    proof = VenueProof(venue=name, seed=seed)
    progress(f"{name}: the correct connector")
    correct = {result.id: result for result in run(None)}
    proof.cases = len(correct)
    _judge_correct(proof, correct)
    passing = sorted(case for case, result in correct.items() if result.verdict is Verdict.PASSED)
    if is_part:
        defects = list(_caught_by_any(defects, correct))
    pairs = list(_pairs(defects, passing, seed, sample))
    progress(f"{name}: {len(defects)} defects on {len(pairs)} pairs of defect and case")
    found = {(str(result.defect), result.id): result for result in run(pairs)} if pairs else {}
    for defect in defects:
        proof.proofs.append(_judge(defect, correct, found))
    _find_gaps(proof, [] if names else passing, pairs, found)
    return proof


def _named(defects: Sequence[Defect], names: Sequence[str]) -> list[Defect]:
    by_name = {defect.name: defect for defect in defects}
    for name in names:
        if name not in by_name:
            raise ConfigurationError(unknown_name("defect", name, by_name))
    return [by_name[name] for name in dict.fromkeys(names)]


def _caught_by_any(defects: Iterable[Defect], cases: Mapping[str, TestResult]) -> Iterable[Defect]:
    for defect in defects:
        own = tuple(case for case in defect.caught_by if case in cases)
        if own:
            yield replace(defect, caught_by=own)


def _pairs(
    defects: Sequence[Defect], passing: Sequence[str], seed: int, sample: int | None
) -> Iterable[Pair]:
    for defect in defects:
        others = [
            case for case in passing if case not in defect.caught_by and not case.startswith(TIMED)
        ]
        if sample is not None and sample < len(others):
            others = sorted(random.Random(f"{seed}/{defect.name}").sample(others, sample))
        for case in (*defect.caught_by, *others):
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
    for (name, case), result in sorted(found.items()):
        if name == defect.name and case not in defect.caught_by:
            proof.others_run += 1
            if result.verdict is not Verdict.PASSED:
                proof.others_failed.append(case)
    failed = proof.others_failed
    if proof.others_passed < SURGICAL_SHARE * proof.others_run:
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

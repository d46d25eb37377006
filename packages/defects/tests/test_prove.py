"""What a proof accepts as caught and surgical, and what it does not."""

from typing import Any

import pytest

from venueproof_core import BugClass, Defect, Seam, TestResult, Verdict
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import load_plugins
from venueproof_defects import prove as module
from venueproof_defects.plugin import venueproof_register_defects


def defect(**changes: Any) -> Defect:
    """A defect caught by a/one."""
    fields: dict[str, Any] = {
        "name": "broken",
        "seam": Seam.COMPONENT,
        "bug_class": BugClass.book_gap,
        "breaks": "It is broken.",
        "caught_by": ("a/one",),
        "apply": lambda connector: connector,
    }
    return Defect(**{**fields, **changes})


def result(case: str, verdict: Verdict = Verdict.PASSED, **changes: Any) -> TestResult:
    """One result."""
    return TestResult(
        id=case,
        title=case,
        area="a",
        level="MUST",
        verdict=verdict,
        duration_ms=1,
        **changes,
    )


CAUGHT = result("a/one", Verdict.FAILED, error_class="RuleViolation", expected="1", observed="2")
OTHERS = [f"b/{number}" for number in range(10)]


def judge(broken: Defect, *results: TestResult) -> module.DefectProof:
    """The proof of one defect, everything passing with the correct connector."""
    correct = {case: result(case) for case in ["a/one", *OTHERS]}
    found = {(broken.name, one.id): one for one in results}
    return module._judge(broken, correct, found)


def test_defect_that_fails_its_case_by_the_rule_is_proved() -> None:
    proof = judge(defect(), CAUGHT, *[result(case) for case in OTHERS])
    assert proof.is_proved
    assert (proof.caught, proof.others_passed, proof.others_run) == ({"a/one": True}, 10, 10)


@pytest.mark.parametrize(
    ("seen", "problem"),
    [
        (result("a/one"), "PASSED instead of FAILED"),
        (result("a/one", Verdict.NOT_RUN), "NOT_RUN instead of FAILED"),
        (
            result("a/one", Verdict.FAILED, error_class="KeyError", expected="1", observed="2"),
            "failed by KeyError, not by its rule",
        ),
        (
            result("a/one", Verdict.FAILED, error_class="RuleViolation"),
            "without an expected/observed pair",
        ),
    ],
)
def test_defect_that_is_not_caught_by_its_rule_proves_nothing(
    seen: TestResult, problem: str
) -> None:
    proof = judge(defect(), seen)
    assert not proof.is_proved
    assert problem in proof.problems[0]


def test_liveness_defect_may_fail_by_a_deadline() -> None:
    late = result("a/one", Verdict.FAILED, error_class="TimeoutError")
    assert judge(defect(may_hang=True), late).is_proved


def test_defect_that_breaks_much_else_is_not_surgical() -> None:
    others = [result(case, Verdict.FAILED if case < "b/2" else Verdict.PASSED) for case in OTHERS]
    proof = judge(defect(), CAUGHT, *others)
    assert proof.problems == ["not surgical: fails 2 of 10 others: b/0, b/1"]


def test_unknown_case_and_case_that_was_not_run_are_problems() -> None:
    assert judge(defect(caught_by=("a/none",))).problems == ["a/none: there is no such case"]
    assert judge(defect()).problems == ["a/one: was not run"]


def test_sample_is_the_same_for_equal_seeds() -> None:
    one, two, other = (
        list(module._pairs([defect()], ["a/one", *OTHERS * 3], seed, 8)) for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other
    assert one[0] == ("broken", "a/one")


def test_full_proof_pairs_everything() -> None:
    pairs = list(module._pairs([defect()], ["a/one", *OTHERS], 1, None))
    assert len(pairs) == 11


def test_case_that_no_defect_fails_is_named() -> None:
    proof = module.VenueProof(venue="v", seed=1)
    proof.proofs = [judge(defect(), CAUGHT)]
    module._find_gaps(proof, ["a/one", "b/0"], [("broken", "a/one")], {("broken", "a/one"): CAUGHT})
    assert (proof.uncaught, proof.not_run, proof.is_green) == (["b/0"], [], False)


def test_correct_connector_must_fail_nothing() -> None:
    proof = module.VenueProof(venue="v", seed=1)
    module._judge_correct(
        proof,
        {
            "a/one": result("a/one", Verdict.FAILED, reason="wrong"),
            "a/two": result("a/two", Verdict.UNSUPPORTED, reason="no such thing"),
            "a/three": result("a/three", Verdict.NOT_RUN, is_inconclusive=True, reason="x"),
        },
    )
    assert proof.broken_cases == ["a/one: FAILED: wrong", "a/three: NOT_RUN: x"]
    assert proof.excused == {"a/two": "UNSUPPORTED: no such thing"}


def test_cases_that_measure_time_are_tried_with_their_own_defects_only() -> None:
    own, other = defect(caught_by=("performance/x",)), defect(name="other")
    pairs = list(module._pairs([own, other], ["a/one", "performance/x"], 1, None))
    assert pairs == [("broken", "performance/x"), ("broken", "a/one"), ("other", "a/one")]


class Catching:
    """A suite with four cases; one of them catches every defect by its rule."""

    def __init__(self) -> None:
        self.asked: list[list[tuple[str, str]] | None] = []

    def __call__(self, pairs: Any) -> list[TestResult]:
        self.asked.append(pairs)
        if pairs is None:
            return [result(case) for case in ("books/gap/is-healed", *OTHERS[:3])]
        caught = CAUGHT.model_copy(update={"id": "books/gap/is-healed"})
        return [
            (caught if case == caught.id else result(case)).model_copy(update={"defect": name})
            for name, case in pairs
        ]


def test_part_of_a_suite_is_proved_with_the_defects_of_its_cases() -> None:
    suite = Catching()

    proof = module.prove(load_plugins(), "binance", suite, is_part=True)

    assert {case for one in proof.proofs for case in one.caught} == {"books/gap/is-healed"}
    assert all(one.is_proved and one.others_run == 3 for one in proof.proofs)
    assert proof.uncaught == OTHERS[:3]
    assert suite.asked[0] is None


def test_named_defects_alone_are_proved_and_say_nothing_of_other_cases() -> None:
    proof = module.prove(load_plugins(), "binance", Catching(), names=["gap-ignored"])

    assert [one.defect.name for one in proof.proofs] == ["gap-ignored"]
    assert proof.uncaught == []


def test_unknown_defect_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="unknown defect: 'gap-ignord'"):
        module.prove(load_plugins(), "binance", Catching(), names=["gap-ignord"])


def test_unknown_venue_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="unknown venue"):
        module.prove(load_plugins(), "nowhere", Catching())


def test_registered_defects_are_well_formed() -> None:
    defects = venueproof_register_defects()
    assert len({one.name for one in defects}) == len(defects)
    for one in defects:
        assert one.caught_by, one.name
        assert one.breaks, one.name

"""What the envelope makes of each kind of case, seen in whole runs of the fake venue."""

import re

import pytest

from venueproof_core.results import EvidenceGrade
from venueproof_core.verdict import ExitCode, Verdict

SMALL = {
    "small/passes": (Verdict.PASSED, None),
    "small/time/once": (Verdict.PASSED, None),
    "small/time/twice": (Verdict.PASSED, None),
    "small/orders": (Verdict.PASSED, None),
    "small/speed": (Verdict.PASSED, None),
    "small/unsupported": (
        Verdict.UNSUPPORTED,
        "Fake Venue: positions is unsupported: a spot venue has none https://fake.example/faq",
    ),
    "small/undeclared": (Verdict.NOT_RUN, "Fake Venue: candles is undeclared"),
    "small/left-out": (Verdict.NOT_IMPLEMENTED, "not written yet https://fake.example/1"),
    "small/missing": (Verdict.NOT_IMPLEMENTED, "no method candles()"),
    "small/missing-unsaid": (Verdict.NOT_IMPLEMENTED, "no method candles()"),
    "small/private": (Verdict.NOT_IMPLEMENTED, "no method place()"),
    "small/clock": (Verdict.NOT_RUN, "takes none"),
    "small/slow": (Verdict.NOT_RUN, "-m slow"),
    "small/unfired": (Verdict.NOT_RUN, "never fired: refuse"),
    "small/required": (Verdict.NOT_RUN, "never fired"),
    "small/undecided": (Verdict.NOT_RUN, "waited 0.05 s for 1 x request"),
    "small/fired": (Verdict.FAILED, "ping: refused [-503]"),
    "small/late": (Verdict.FAILED, "candles are asked for"),
    "small/fails": (Verdict.KNOWN_FAILURE, "counts wrong"),
    "small/expired": (Verdict.FAILED, "'left' == 'right'"),
    "small/broken-case": (Verdict.ERROR, "IndexError"),
    "small/broken-harness": (Verdict.ERROR, "the target is gone"),
    "small/crashed-target": (Verdict.ERROR, "the simulator has ended or hangs"),
}
CLUMSY = {
    "hang": ("CaseTimeout", "cancelled"),
    "go-on-when-cancelled": ("CaseTimeout", "did not end in time"),
    "block-the-loop": ("CaseTimeout", "did not end in time"),
    "block-out-signals": ("CaseTimeout", "could be neither cancelled nor interrupted"),
    "hold-the-interpreter": ("CaseTimeout", "holds the interpreter"),
    "exit": ("SystemExit", "3"),
    "interrupt": ("ConnectorFault", "KeyboardInterrupt"),
    "print-secret": ("SecretPrinted", "printed a secret"),
    "log-secret": ("SecretPrinted", "printed a secret"),
    "raise-secret": ("ValueError", "bad secret ***"),
    "leak-socket": ("LeftOpen", "socket to 127.0.0.1:"),
    "leak-task": ("LeftOpen", "task Event.wait"),
    "leak-thread": ("LeftOpen", "thread clumsy-thread"),
    "key-error": ("KeyError", "missing"),
    "instruments": ("RuleViolation", "instruments() returned dict, not a sequence of Instrument"),
}


def test_every_kind_of_case_gets_its_verdict_and_reason(small):
    found = {result.id: (result.verdict, result.reason) for result in small.report.results}
    assert found.keys() == SMALL.keys()
    for case_id, (verdict, reason) in SMALL.items():
        assert found[case_id][0] is verdict, f"{case_id}: {found[case_id]}"
        assert (reason or "") in (found[case_id][1] or ""), f"{case_id}: {found[case_id][1]}"


@pytest.mark.parametrize("way", CLUMSY)
def test_a_connector_that_misbehaves_has_failed(clumsy, way):
    result = clumsy[f"clumsy/way/{way}"]
    error_class, reason = CLUMSY[way]
    assert (result.verdict, result.error_class) == (Verdict.FAILED, error_class), result.reason
    assert reason in (result.reason or "")


def test_a_worker_that_dies_leaves_an_error_and_a_whole_report(clumsy):
    result = clumsy["clumsy/way/crash"]
    assert result.verdict is Verdict.ERROR
    assert "worker died while it ran" in (result.reason or "")
    assert len(clumsy.report.results) == 18
    assert clumsy["clumsy-client/closes-after-errors"].verdict is Verdict.PASSED


def test_a_flood_is_capped_and_noted(clumsy):
    result = clumsy["clumsy/way/flood"]
    assert result.verdict is Verdict.PASSED
    assert re.match(r"printed \d{7} bytes more than the 1048576 that are kept", result.reason or "")


def test_no_secret_is_anywhere_in_a_report(clumsy, small):
    for finished in (clumsy, small):
        text = finished.report.model_dump_json()
        assert "fake-secret-0123456789abcdef" not in text
        assert "fake-key-0123456789" not in text


def test_a_failure_says_expected_observed_transcript_and_how_to_run_it_again(small):
    result = small["small/fails"]
    assert (result.expected, result.observed) == ("8", "7")
    assert [re.sub(r"\+\S+ms", "", line) for line in result.transcript] == [
        "#1  -> request order_book: GET /order_book?key=***",
        "#2  <- reply order_book of #1 200: " + result.transcript[1].partition("200: ")[2],
    ]
    assert "assert book.version == 8" in (result.traceback or "")
    assert result.reproduce == (
        "venueproof run fake --connector clumsy --case small/fails --seed 1"
    )


def test_a_result_says_what_decided_it_and_what_it_cost(small):
    twice = small["small/time/twice"]
    assert twice.oracle == ["journal", "truth"]
    assert (twice.metrics.requests, twice.metrics.bytes_out, twice.metrics.bytes_in) == (2, 80, 120)
    assert twice.rule == "The venue tells its time."
    assert twice.rule_reason == "A trader's clock is wrong without it."
    assert twice.area == "small"
    assert not small["small/passes"].oracle


def test_error_code_and_class_are_the_connectors_own(small):
    refused = small["small/fired"]
    assert (refused.error_class, refused.error_code) == ("VenueError", "-503")


def test_inconclusive_is_counted_apart_from_other_not_run(small):
    assert {result.id for result in small.report.results if result.is_inconclusive} == {
        "small/unfired",
        "small/required",
        "small/undecided",
    }
    assert small.report.inconclusive == 3


def test_report_adds_up(small):
    report = small.report
    assert (report.passed, report.failed, report.errors, report.known_failures) == (5, 3, 3, 1)
    assert report.total_tests == 12
    assert report.success_rate == 5 / 12
    assert (report.unsupported, report.not_implemented, report.not_run) == (1, 4, 6)
    assert report.evidence_grade is EvidenceGrade.SIMULATOR
    assert not report.connector_is_ours
    assert report.errors_by_class["VenueError"] == 1


def test_an_error_makes_the_run_incomplete_before_it_makes_it_failed(small):
    assert small.report.exit_code == ExitCode.INCOMPLETE
    assert small.report.status == "incomplete"
    assert any("3 inconclusive of 15" in reason for reason in small.report.incomplete_because)


def test_known_failures_that_do_not_hold_are_warned_of(small):
    assert small.report.warnings == [
        "known failure small/expired of clumsy: expired on 2020-01-01; look again",
        "known failure small/gone of clumsy: there is no such case",
        "known failure small/passes of clumsy: it passes now; take it out",
    ]


def test_coverage_is_what_passed_cases_exercised_of_what_there_is(small):
    must_tier, methods = small.report.coverage
    assert (must_tier.name, must_tier.covered, must_tier.missing) == (
        "must tier",
        ["GET ping"],
        ["GET order_book"],
    )
    assert (methods.name, methods.covered) == ("connector methods", ["ping", "venue_time_ns"])
    assert methods.missing == ["instruments", "order_book"]


def test_capabilities_are_listed_with_what_the_run_proved(small):
    rows = {row.name: row for row in small.report.capabilities}
    assert rows["positions"].declared == "unsupported"
    assert rows["positions"].reason == "a spot venue has none"
    assert rows["candles"].declared == "undeclared"


def test_measurements_reach_the_compliance_profile(small):
    status = small.report.compliance_status
    clauses = {clause.name: clause for clause in status.clauses}
    assert clauses["rest_request_max_ms"].measured == 1.0
    assert clauses["rest_request_max_ms"].evidence == "ping, 10 samples, +-0.001 ms"
    assert clauses["memory_usage_max_mb"].state == "met"
    assert status.state == "not compliant"


def test_progress_is_told_once_per_case_with_the_total(small):
    assert sorted(progress.result.id for progress in small.progress) == sorted(SMALL)
    assert {progress.total for progress in small.progress} == {len(SMALL)}

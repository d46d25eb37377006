"""Every sink, parsed back and held against the report it was written from."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from venueproof_core.results import IntegrationTestReport
from venueproof_core.verdict import Verdict
from venueproof_report import facts, report_schema, write_report
from venueproof_report.sample import sample_report
from venueproof_report.text import xml_attribute

Written = Callable[..., dict[str, str]]
NAMES = [
    "report.json",
    "junit.xml",
    "summary.md",
    "report.html",
    "agent.md",
    "failures.jsonl",
]


@pytest.fixture(params=["report", "hostile_report"])
def any_report(request: pytest.FixtureRequest) -> IntegrationTestReport:
    report = request.getfixturevalue(request.param)
    assert isinstance(report, IntegrationTestReport)
    return report


def page_data(page: str) -> list[Any]:
    block = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.S)
    assert block is not None
    data = json.loads(block.group(1))
    assert isinstance(data, list)
    return data


def test_json_reads_back_as_the_same_report(
    any_report: IntegrationTestReport, written: Written
) -> None:
    text = written(any_report)["report.json"]

    assert IntegrationTestReport.model_validate_json(text) == any_report


def test_json_satisfies_the_published_schema(
    any_report: IntegrationTestReport, written: Written
) -> None:
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.validate(json.loads(written(any_report)["report.json"]), schema)


def test_json_always_has_what_consumers_read(
    report: IntegrationTestReport, written: Written
) -> None:
    data = json.loads(written(report)["report.json"])

    assert set(data) == set(IntegrationTestReport.model_fields)
    for result in data["results"]:
        assert {"id", "verdict", "area", "level", "duration_ms"} <= set(result)


def test_an_empty_run_is_written_too(written: Written) -> None:
    empty = sample_report(0)

    files = written(empty)

    assert json.loads(files["report.json"])["results"] == []
    assert ElementTree.fromstring(files["junit.xml"]).attrib["tests"] == "0"
    assert files["failures.jsonl"] == ""


def test_junit_has_every_result_with_its_kind(
    any_report: IntegrationTestReport, written: Written
) -> None:
    root = ElementTree.fromstring(written(any_report)["junit.xml"])

    suite = root.find("testsuite")
    assert root.tag == "testsuites"
    assert suite is not None
    kinds = Counter(case[0].tag if len(case) else "passed" for case in suite.iter("testcase"))
    tally = Counter(result.verdict for result in any_report.results)
    assert kinds["passed"] == tally[Verdict.PASSED]
    assert kinds["failure"] == tally[Verdict.FAILED] == int(suite.attrib["failures"])
    assert kinds["error"] == tally[Verdict.ERROR] == int(suite.attrib["errors"])
    assert kinds["skipped"] == int(suite.attrib["skipped"])
    assert sum(kinds.values()) == len(any_report.results) == int(suite.attrib["tests"])


def test_junit_gives_a_reason_for_each_case_that_did_not_pass(
    report: IntegrationTestReport, written: Written
) -> None:
    root = ElementTree.fromstring(written(report)["junit.xml"])

    by_name = {case.attrib["name"]: case for case in root.iter("testcase")}
    for result in report.results:
        case = by_name[result.id]
        assert float(case.attrib["time"]) == pytest.approx(result.duration_ms / 1000, abs=0.001)
        if result.verdict is not Verdict.PASSED:
            assert facts.reason(result) in case[0].attrib["message"]


def test_junit_names_the_run_in_properties(report: IntegrationTestReport, written: Written) -> None:
    root = ElementTree.fromstring(written(report)["junit.xml"])

    properties = {item.attrib["name"]: item.attrib["value"] for item in root.iter("property")}
    assert properties["venue"] == report.exchange
    assert properties["connector"] == f"{report.connector} {report.connector_version}"
    assert properties["seed"] == str(report.seed)
    assert properties["target"] == report.target


def test_junit_drops_characters_that_xml_cannot_hold() -> None:
    cleaned = xml_attribute("a\x00b\x1b[31m\ufffe<\"'&")

    assert ElementTree.fromstring(f'<a b="{cleaned}"/>').attrib["b"] == "a b [31m<\"'&"


def test_failures_have_the_facts_of_each_failing_result(
    any_report: IntegrationTestReport, written: Written
) -> None:
    lines = written(any_report)["failures.jsonl"].splitlines()

    known = {result.id: result for result in any_report.results}
    entries = [json.loads(line) for line in lines]
    assert [entry["id"] for entry in entries] == [result.id for result in facts.failing(any_report)]
    for entry in entries:
        result = known[entry["id"]]
        assert entry["rule"] == result.rule
        assert entry["expected"] == result.expected
        assert entry["observed"] == result.observed
        assert entry["transcript"] == result.transcript
        assert entry["rule_source"] == result.rule_source
        assert entry["reproduce"] == result.reproduce
        assert entry["seed"] == any_report.seed


def test_failures_come_errors_first_then_must_then_should(report: IntegrationTestReport) -> None:
    order = [(result.verdict.value, result.level) for result in facts.failing(report)]

    assert order == sorted(order, key=lambda pair: (pair[0] != "ERROR", pair[1] != "MUST"))


def test_agent_page_begins_with_five_lines_and_ends_with_the_command(
    report: IntegrationTestReport, written: Written
) -> None:
    text = written(report)["agent.md"]

    overview = text.split("\n\n")[0].splitlines()
    assert len(overview) == 5
    assert overview[0] == f"# {facts.headline(report)}"
    assert facts.compliance(report) in overview[3]
    assert text.rstrip().endswith(f"```sh\n{facts.rerun(report)}\n```")


def test_agent_page_has_a_section_with_all_facts_for_each_failure(
    report: IntegrationTestReport, written: Written
) -> None:
    text = written(report)["agent.md"]

    for number, result in enumerate(facts.failing(report), start=1):
        section = text.split(f"## {number}. `{result.id}`")[1].split("\n## ")[0]
        for fact in (result.rule, result.rule_source, result.reproduce, facts.look_at(result)):
            assert fact is not None
            assert fact in section
        for fact in (result.expected, result.observed, result.transcript[-1]):
            assert fact is None or fact in section


def test_hostile_text_cannot_leave_its_block_in_the_agent_page(
    hostile_report: IntegrationTestReport, written: Written
) -> None:
    text = written(hostile_report)["agent.md"]

    inside = None
    for line in text.split("\n"):
        fence = re.match(r"(`{3,})(\w*)$", line)
        if inside is None and fence:
            inside = fence.group(1)
        elif inside is not None and line == inside:
            inside = None
        elif inside is None:
            assert line.count("## ") == 0 or line.startswith("## "), line
    assert inside is None


def test_summary_names_verdict_profile_and_every_failure(
    report: IntegrationTestReport, written: Written
) -> None:
    text = written(report)["summary.md"]

    assert text.startswith(f"# {report.status.upper()}: ")
    assert f"profile {report.compliance_status.profile}" in text
    for result in facts.failing(report):
        assert f"`{result.id}`" in text


def test_summary_tables_keep_their_columns(
    any_report: IntegrationTestReport, written: Written
) -> None:
    text = written(any_report)["summary.md"]

    tables = re.findall(r"(?:^\|.*\n)+", text, re.M)
    assert len(tables) >= 4
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.strip().split("\n")}
        assert len(widths) == 1, table


def test_summary_stays_short(written: Written) -> None:
    text = written(sample_report(5000))["summary.md"]

    assert len(text) < 20_000
    assert "more" in text


def test_page_holds_the_report_and_every_result(
    any_report: IntegrationTestReport, written: Written
) -> None:
    sentences, run, detailed, advice, rows, latency, states = page_data(
        written(any_report)["report.html"]
    )

    assert sentences[0] == facts.headline(any_report)
    assert [row[0] for row in rows] == [result.id for result in any_report.results]
    assert run["seed"] == any_report.seed
    again = IntegrationTestReport.model_validate({**run, **detailed})
    failing = facts.failing(any_report)
    assert again.results[: len(failing)] == failing
    assert len(advice) == len(again.results)
    assert len(latency) == len(list(facts.latency(any_report)))
    assert states == [facts.capability_state(row) for row in any_report.capabilities]


def test_page_needs_nothing_but_itself(report: IntegrationTestReport, written: Written) -> None:
    page = written(report)["report.html"]

    shell = page.replace(re.search(r'(?s)id="data".*?</script>', page).group(), "")  # type: ignore[union-attr]
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:|//)""", shell)
    assert "@import" not in shell
    assert "url(" not in shell
    assert "default-src 'none'" in shell
    assert "innerHTML" not in shell


def test_hostile_text_cannot_end_the_data_of_the_page(
    hostile_report: IntegrationTestReport, written: Written
) -> None:
    page = written(hostile_report)["report.html"]

    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "<!--" not in page


def test_half_a_character_does_not_lose_the_report(written: Written) -> None:
    report = sample_report(50)
    report.results[0].reason = "undecodable \udcff byte"

    files = written(report)

    assert json.loads(files["report.json"])["results"][0]["reason"] == "undecodable ? byte"


def test_page_is_written_to_a_second_path_on_request(
    report: IntegrationTestReport, tmp_path: Path
) -> None:
    wanted = tmp_path / "elsewhere" / "page.html"

    paths = write_report(report, tmp_path / "reports", html=wanted)

    assert [path.name for path in paths] == [*NAMES, "page.html"]
    assert wanted.read_bytes() == (tmp_path / "reports" / "report.html").read_bytes()


def test_page_asked_for_where_it_is_anyway_is_written_once(
    report: IntegrationTestReport, tmp_path: Path
) -> None:
    paths = write_report(report, tmp_path, html=tmp_path / "." / "report.html")

    assert [path.name for path in paths] == NAMES


def test_ten_thousand_results_stay_under_ten_megabytes(tmp_path: Path) -> None:
    paths = write_report(sample_report(10_000), tmp_path)

    assert len(paths) <= 10
    assert sum(path.stat().st_size for path in paths) <= 10_000_000
    data = json.loads((tmp_path / "report.json").read_bytes())
    jsonschema.validate(data | {"results": data["results"][:300]}, report_schema())
    assert len(data["results"]) == 10_000

"""``agent.md`` and ``failures.jsonl``: what a coding agent needs to find and repair each failure."""

import json
from collections.abc import Callable

from venueproof_core.results import IntegrationTestReport, TestResult
from venueproof_report import facts
from venueproof_report.text import TRANSCRIPT_LINES, block, clipped, code, one_line

_LINE_LENGTH = 400
_VALUE_LENGTH = 4000
_FIELDS = (
    "id",
    "verdict",
    "level",
    "area",
    "title",
    "rule",
    "rule_reason",
    "rule_source",
    "reason",
    "expected",
    "observed",
    "error_class",
    "error_code",
    "hunts",
    "oracle",
    "transcript",
    "traceback",
    "reproduce",
    "defect",
)


def render_failures(report: IntegrationTestReport) -> bytes:
    """One JSON object on each line for each FAILED or ERROR, the worst first; empty if there is none."""
    run = {
        "exchange": report.exchange,
        "connector": report.connector,
        "connector_version": report.connector_version,
        "target": report.target,
        "seed": report.seed,
    }
    lines = []
    for result in facts.failing(report):
        known = result.model_dump(mode="json", include=set(_FIELDS))
        # In the order of reading, not of the model.
        ordered = {name: known[name] for name in _FIELDS}
        lines.append(
            json.dumps({**ordered, "look_at": facts.look_at(result), **run}, ensure_ascii=False)
        )
    # Some readers split lines at these too.
    text = "\n".join(lines).translate({0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"})
    return f"{text}\n".encode() if lines else b""


def render_agent(report: IntegrationTestReport, scrub: Callable[[str], str]) -> bytes:
    """Overview in five lines, one section for each failure, and how to run everything again.

    Args:
        scrub: Removes secrets from a value before it is shortened: half a secret could not be found later.
    """
    failures = facts.failing(report)
    overview = [
        f"# {one_line(facts.headline(report))}",
        one_line(facts.subject(report)),
        one_line(f"{facts.executed(report)}; {facts.not_executed(report)}"),
        one_line(f"{facts.compliance(report)}; {facts.coverage(report)}"),
        f"{facts.plural(len(failures), 'failure')} below, the worst first; `failures.jsonl` has the same facts, "
        "one JSON object on each line, and `report.json` everything.",
    ]
    sections = ["\n".join(overview)]
    sections += [_notes("Incomplete because", report.incomplete_because)]
    sections += [_notes("Warnings", report.warnings)]
    sections += [_failure(number, result, scrub) for number, result in enumerate(failures, start=1)]
    sections += [f"## Run everything again\n\n{block(one_line(facts.rerun(report)), 'sh')}"]
    return ("\n\n".join(section for section in sections if section) + "\n").encode()


def _notes(title: str, notes: list[str]) -> str:
    if not notes:
        return ""
    return "\n".join([f"## {title}", "", *(f"- {one_line(note)}" for note in notes)])


def _failure(number: int, result: TestResult, scrub: Callable[[str], str]) -> str:
    def value(text: str | None) -> str:
        return clipped(scrub(text), _VALUE_LENGTH) if text is not None else "(not recorded)"

    named = [
        ("Rule", result.rule or result.title),
        ("Why a trader cares", result.rule_reason),
        ("Written", result.rule_source),
        ("What happened", facts.reason(result)),
        ("Error", " ".join(filter(None, [result.error_class, result.error_code]))),
        ("Decided by", ", ".join(result.oracle)),
        ("Look at", facts.look_at(result)),
    ]
    parts = [
        f"## {number}. {code(result.id)} ({result.verdict.value}, {one_line(result.level)})",
        "\n".join(f"- {name}: {one_line(value(text))}" for name, text in named if text),
    ]
    if result.expected is not None or result.observed is not None:
        parts.append(f"Expected:\n\n{block(value(result.expected))}")
        parts.append(f"Observed:\n\n{block(value(result.observed))}")
    if result.transcript:
        shown = [
            clipped(one_line(scrub(line)), _LINE_LENGTH)
            for line in result.transcript[-TRANSCRIPT_LINES:]
        ]
        left_out = len(result.transcript) - len(shown)
        heading = "Transcript" + (
            f" (the last of {len(result.transcript)} lines)" if left_out else ""
        )
        parts.append(f"{heading}:\n\n" + block("\n".join(shown)))
    if result.traceback:
        # The end of a traceback is what says what happened.
        shown = scrub(result.traceback).splitlines()[-TRANSCRIPT_LINES:]
        parts.append("Traceback:\n\n" + block("\n".join(shown)))
    command = one_line(result.reproduce) if result.reproduce else "(not recorded)"
    parts.append(f"Reproduce:\n\n{block(command, 'sh')}")
    return "\n\n".join(parts)

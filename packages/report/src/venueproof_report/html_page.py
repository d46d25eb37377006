"""``report.html``: one file that opens from disk, without network or any other file."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from venueproof_core.results import IntegrationTestReport
from venueproof_core.verdict import Verdict
from venueproof_report import facts


def render_html(report: IntegrationTestReport, scrub_json: Callable[[bytes], bytes]) -> bytes:
    """The page: fixed markup, style and script around one block of data.

    The script puts data into the page as text only, never as markup, so nothing in a report can act there.

    Args:
        scrub_json: Removes secrets from the block of data, a JSON document.
    """
    data = scrub_json(_data(report))
    # Inside a script element only these could end it, or begin a comment.
    safe = data.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
    before, after = _shell()
    return before + safe + after


@cache
def _shell() -> tuple[bytes, bytes]:
    folder = files("venueproof_report") / "page"
    page = (folder / "page.html").read_bytes()
    for name in ("page.css", "page.js"):
        page = page.replace(f"/*{name}*/".encode(), (folder / name).read_bytes())
    before, after = page.split(b"/*data*/")
    return before, after


def _data(report: IntegrationTestReport) -> bytes:
    """A list, as ``page.js`` takes it apart: sentences, report, detailed results, rows, latency, capabilities.

    Only failures carry all their fields. The others are rows of a table, which keeps the page small.
    """
    known = [result for result in report.results if result.verdict is Verdict.KNOWN_FAILURE]
    detailed = facts.failing(report) + known
    sentences = [
        facts.headline(report),
        facts.subject(report),
        facts.compliance(report),
        facts.rerun(report),
    ]
    rows = [
        [
            result.id,
            result.verdict.value,
            result.area,
            result.level,
            round(result.duration_ms, 3),
            "" if result.verdict is Verdict.PASSED else facts.reason(result),
        ]
        for result in report.results
    ]
    latency = [[case, summary.model_dump(mode="json")] for case, summary in facts.latency(report)]
    states = [facts.capability_state(row) for row in report.capabilities]
    look_at = [facts.look_at(result) for result in detailed]
    shortened = report.model_copy(update={"results": detailed})
    parts = [
        _compact(sentences),
        report.model_dump_json(exclude={"results"}),
        shortened.model_dump_json(include={"results"}, exclude_defaults=True),
        _compact(look_at),
        _compact(rows),
        _compact(latency),
        _compact(states),
    ]
    return f"[{','.join(parts)}]".encode()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

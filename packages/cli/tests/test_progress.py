"""Live progress."""

import io
from types import SimpleNamespace

from venueproof.progress import line_of, live
from venueproof_core.results import TestResult
from venueproof_core.verdict import Verdict


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def finished(verdict: Verdict, reason: str | None = None) -> SimpleNamespace:
    result = TestResult(
        id=f"book/{verdict.value.lower()}",
        title="",
        area="book",
        level="MUST",
        verdict=verdict,
        duration_ms=3,
        reason=reason,
    )
    return SimpleNamespace(result=result, total=3)


def show(*, is_verbose: bool) -> str:
    stream = Terminal()
    with live("alpha/reference", is_verbose=is_verbose, stream=stream) as on_progress:
        on_progress(finished(Verdict.PASSED))
        on_progress(finished(Verdict.FAILED, "[b]differs[/b]"))
    return stream.getvalue()


def test_terminal_keeps_what_went_wrong_as_it_was_written() -> None:
    text = show(is_verbose=False)

    assert "FAILED           book/failed  3 ms  [b]differs[/b]" in text
    assert "book/passed" not in text


def test_verbose_terminal_keeps_every_case() -> None:
    assert "PASSED           book/passed  3 ms" in show(is_verbose=True)


def test_line_is_one_line_however_long_the_reason() -> None:
    text = line_of(finished(Verdict.ERROR, "one\ntwo " + "x" * 500).result)

    assert "\n" not in text
    assert len(text) < 230


def test_unknown_total_is_a_question_mark() -> None:
    stream = io.StringIO()
    with live("a", is_verbose=False, stream=stream) as on_progress:
        on_progress(SimpleNamespace(result=finished(Verdict.PASSED).result, total=None))

    assert stream.getvalue() == "a [  1/?] PASSED           book/passed  3 ms\n"

"""What a person sees on stderr while a run goes on. Stdout is for results."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from venueproof_core.results import TestResult
from venueproof_core.verdict import Verdict

WIDTH_OF_VERDICT = max(len(verdict.value) for verdict in Verdict)
SILENT = frozenset({Verdict.PASSED, Verdict.UNSUPPORTED, Verdict.NOT_IMPLEMENTED})


class Finished(Protocol):
    """One case is done."""

    @property
    def result(self) -> TestResult:
        """What became of it."""
        ...

    @property
    def total(self) -> int | None:
        """How many cases there are, when that is known."""
        ...


OnProgress = Callable[[Finished], None]
Scrub = Callable[[str], str]


@contextmanager
def live(
    title: str, *, is_verbose: bool, scrub: Scrub = str, stream: TextIO | None = None
) -> Iterator[OnProgress]:
    """Show progress: a bar on a terminal, else a line for each case.

    Args:
        title: What runs.
        is_verbose: On a terminal, keep a line for every case, not only for those that went wrong.
        scrub: Takes secrets out of a line.
        stream: Where to; stderr unless said.
    """
    stream = stream or sys.stderr
    if stream.isatty():
        with _bar(title, is_verbose, scrub, stream) as show:
            yield show
    else:
        yield _lines(title, scrub, stream)


def line_of(result: TestResult) -> str:
    """One case in one line: verdict, id, duration, and why it did not pass."""
    text = f"{result.verdict.value:<{WIDTH_OF_VERDICT}}  {result.id}  {result.duration_ms:.0f} ms"
    reason = " ".join((result.reason or "").split())
    return f"{text}  {reason[:160]}" if reason else text


def _lines(title: str, scrub: Scrub, stream: TextIO) -> OnProgress:
    count = 0

    def show(finished: Finished) -> None:
        nonlocal count
        count += 1
        total = finished.total or "?"
        line = f"{title} [{count:>3}/{total}] {scrub(line_of(finished.result))}"
        print(line, file=stream, flush=True)

    return show


@contextmanager
def _bar(title: str, is_verbose: bool, scrub: Scrub, stream: TextIO) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    console = Console(file=stream)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[wrong]} wrong", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None, wrong=0)
        wrong = 0

        def show(finished: Finished) -> None:
            nonlocal wrong
            is_wrong = finished.result.verdict not in SILENT
            wrong += finished.result.verdict in (Verdict.FAILED, Verdict.ERROR)
            if is_wrong or is_verbose:
                progress.console.print(Text(scrub(line_of(finished.result))))
            progress.update(task, advance=1, total=finished.total, wrong=wrong)

        yield show

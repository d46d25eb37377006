"""How long the reports of a run take to write, and how much room they need."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from venueproof_core.results import IntegrationTestReport
from venueproof_report import write_report
from venueproof_report.files import write_together
from venueproof_report.report_json import render_json
from venueproof_report.sample import sample_report
from venueproof_report.scrub import DocumentScrubber

_RESULTS = 1_000
_MANY_RESULTS = 10_000
_REPEATS = 7
# Of the shapes that venues give out: key, secret, token.
_SECRETS = (
    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
    "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
    "f0c1a2b3d4e5f60718293a4b5c6d7e8f-9081726354a3b2c1d0e9f8a7b6c5d4e3",
)


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """Medians for 1,000 results with three secrets to look for, and the size of 10,000 on disk."""
    report = sample_report(_RESULTS)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plain = _median_ms(rounds, lambda: _write_plainly(report, folder))
        json_only = _median_ms(rounds, lambda: _write_json(report, folder))
        everything = _median_ms(rounds, lambda: write_report(report, folder, secrets=_SECRETS))
        leaking = _leaking(report)
        scrubbed = _median_ms(rounds, lambda: write_report(leaking, folder, secrets=_SECRETS))
        many = write_report(sample_report(_MANY_RESULTS), folder / "many", secrets=_SECRETS)
        size = sum(path.stat().st_size for path in many) / 1e6
    yardstick = f"json.dumps of model_dump, default fields too: {plain:.1f} ms"
    figures = [
        (f"report.json of {_RESULTS:,} results", json_only, "ms", 10.0, yardstick),
        (f"all sinks of {_RESULTS:,} results", everything, "ms", 100.0, yardstick),
        (
            f"all sinks of {_RESULTS:,} results, a secret in each failure",
            scrubbed,
            "ms",
            None,
            None,
        ),
        (f"all files of {_MANY_RESULTS:,} results", size, "MB", 10.0, f"{len(many)} files"),
    ]
    return [
        {
            "figure": figure,
            "value": value,
            "unit": unit,
            "goal": goal,
            "is_lower_better": True,
            "yardstick": yardstick,
        }
        for figure, value, unit, goal, yardstick in figures
    ]


def _median_ms(rounds: int, act: Callable[[], object]) -> float:
    act()
    times = []
    for _ in range(rounds * _REPEATS):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _write_json(report: IntegrationTestReport, folder: Path) -> None:
    document = DocumentScrubber(_SECRETS).json(render_json(report))
    write_together({folder / "report.json": document})


def _write_plainly(report: IntegrationTestReport, folder: Path) -> None:
    (folder / "plain.json").write_text(json.dumps(report.model_dump(mode="json")))


def _leaking(report: IntegrationTestReport) -> IntegrationTestReport:
    for result in report.results:
        if result.transcript:
            result.transcript[-1] += f" X-API-KEY: {_SECRETS[0]}"
    return report

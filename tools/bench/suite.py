"""What the suite's machinery adds to pytest: processor time per case, and memory."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from venueproof_suite.child import UNUSED_PLUGINS

_CASES = 1_000
_PAIRS_PER_ROUND = 3
_FLAGS = ("-q", "--capture=no", "--import-mode=importlib", "-p", "no:cacheprovider")
# As the runner starts its workers: what the envelope does itself is switched off.
_RUNNER_FLAGS = tuple(word for name in UNUSED_PLUGINS for word in ("-p", f"no:{name}"))
_BARE = '''
def test_{number}():
    """A bare pytest test."""
'''
_CASE_HEAD = "from venueproof_core import Level\nfrom venueproof_suite import case\n"
_CASE = '''
@case("bench/trivial/number-{number}", level=Level.MUST)
async def test_{number}():
    """A trivial case does nothing."""
'''
_LAST = """
def test_memory():
    import json, pathlib, sys
    import {imports}
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    names = sorted(name for name in sys.modules if not name.startswith("venueproof"))
    pathlib.Path({path!r}).write_text(json.dumps([pages, names]))
"""


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """Medians over pairs of whole processes, one right after the other."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        bare, ours = _Pytest(folder / "bare", False), _Pytest(folder / "ours", True)
        pairs = [(bare.per_test_us(), ours.per_test_us()) for _ in range(rounds * _PAIRS_PER_ROUND)]
        ratio = statistics.median(mine / theirs for theirs, mine in pairs)
        bare_us, ours_us = (statistics.median(column) for column in zip(*pairs, strict=True))
        ours_mib, names = ours.memory(["sys"])
        bare_mib, _ = bare.memory(_importable(names))
    per_test = f"bare pytest: {bare_us:.0f} us a test, ours: {ours_us:.0f} us"
    resident = f"bare pytest with the same imports: {bare_mib:.1f} MiB"
    return [
        _row("trivial async case / bare sync test", ratio, "x", 1.5, per_test),
        _row("memory of a worker above bare pytest", ours_mib - bare_mib, "MiB", 15.0, resident),
    ]


def _row(figure: str, value: float, unit: str, goal: float, yardstick: str) -> dict[str, object]:
    return {
        "figure": figure,
        "value": value,
        "unit": unit,
        "goal": goal,
        "is_lower_better": True,
        "yardstick": yardstick,
    }


class _Pytest:
    """One kind of pytest process, over files with one and with many tests."""

    def __init__(self, folder: Path, is_ours: bool) -> None:
        self._folder = folder
        self._is_ours = is_ours
        folder.mkdir()
        self._one, self._many = self._write("test_one.py", 1), self._write("test_many.py", _CASES)
        for file in (self._one, self._many):
            self._run(file)  # writes the bytecode

    def per_test_us(self) -> float:
        """Processor time of a further test: what every process needs to start is taken away."""
        return (self._run(self._many) - self._run(self._one)) / (_CASES - 1) * 1e6

    def memory(self, imports: Sequence[str]) -> tuple[float, list[str]]:
        """Resident MiB after all tests, and the modules that were loaded by then."""
        told = self._folder / "memory.json"
        file = self._folder / "test_memory.py"
        last = _LAST.format(imports=", ".join(imports), path=str(told))
        file.write_text(self._many.read_text().replace("bench/trivial", "bench/memory") + last)
        self._run(file)
        pages, names = json.loads(told.read_text())
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, names

    def _write(self, name: str, count: int) -> Path:
        file = self._folder / name
        head, test = (_CASE_HEAD, _CASE) if self._is_ours else ("", _BARE)
        file.write_text(head + "".join(test.format(number=number) for number in range(count)))
        return file

    def _run(self, file: Path) -> float:
        """Run one whole process and return its processor time in seconds, which other work spares."""
        command = [sys.executable, "-m", "pytest", *_FLAGS, "--rootdir", str(self._folder)]
        if self._is_ours:
            run_dir = tempfile.mkdtemp(dir=self._folder)
            command += [*_RUNNER_FLAGS, "-p", "venueproof_suite.plugin"]
            command += ["--venue", "binance", "--run-dir", run_dir]
        environment = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        }
        environment |= {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPYCACHEPREFIX": str(self._folder / "bytecode"),
        }
        before = _children_s()
        subprocess.run(
            [*command, str(file)],
            check=True,
            cwd=self._folder,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        return _children_s() - before


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _importable(names: Sequence[str]) -> list[str]:
    """Modules that a plain import statement loads: packages are imported on the way."""
    return [
        name
        for name in names
        if not name.startswith(("_", "test_")) and "._" not in name and "__" not in name
    ]

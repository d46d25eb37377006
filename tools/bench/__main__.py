"""``python -m tools.bench``: every figure of one run in one table, and as JSON.

A figure that misses its goal is shown, and fails nothing: machines differ, ratios within one run less so.
"""

import argparse
import json
import os
import pkgutil
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools import bench

ON_REQUEST = {"installation"}
# Each module measures in a process of its own: what one imports and leaves behind slows no other.
MEASURE = """
import importlib, json, sys
print(json.dumps(importlib.import_module(sys.argv[1]).measure(int(sys.argv[2]))))
"""
COLUMNS = ("figure", "measured", "goal", "", "yardstick")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; exit 1 if a module could not measure."""
    found = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    names = [name for name in found if not name.startswith("_")]
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each figure; the median counts")
    parser.add_argument(
        "--only", action="append", choices=names, help="this module; may be repeated"
    )
    parser.add_argument(
        "--install", action="store_true", help="time cold and warm nox sessions too"
    )
    parser.add_argument("--json", type=Path, default=Path("reports/bench.json"), metavar="PATH")
    options = parser.parse_args(arguments)
    chosen = options.only or [name for name in names if options.install or name not in ON_REQUEST]

    rows: list[dict[str, Any]] = []
    failed = []
    for name in chosen:
        started = time.monotonic()
        try:
            rows += measure(name, options.rounds)
        except subprocess.CalledProcessError as error:
            reason = (error.stderr.strip().splitlines() or ["it said nothing"])[-1]
            failed.append(f"{name} could not measure: {reason}")
        print(f"{name}: {time.monotonic() - started:.1f} s", file=sys.stderr)
    print(table(rows))
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} CPUs, {platform.platform()}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"rows": rows, "failed": failed}, indent=2) + "\n")
    print(f"written to {options.json}")
    for text in failed:
        print(text, file=sys.stderr)
    return 1 if failed else 0


def measure(name: str, rounds: int) -> list[dict[str, Any]]:
    """Rows of one module."""
    command = [sys.executable, "-c", MEASURE, f"tools.bench.{name}", str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Figures as aligned columns: what was measured, its goal, whether that is met, and beside what."""
    lines = [COLUMNS] + [
        (
            row["figure"],
            f"{_number(row['value'])} {row['unit']}",
            _goal(row),
            is_met(row),
            row["yardstick"] or "",
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def is_met(row: dict[str, Any]) -> str:
    """``met`` or ``MISSED``; nothing for a figure without a goal."""
    if row["goal"] is None:
        return ""
    is_within = (
        row["value"] <= row["goal"] if row["is_lower_better"] else row["value"] >= row["goal"]
    )
    return "met" if is_within else "MISSED"


def _goal(row: dict[str, Any]) -> str:
    if row["goal"] is None:
        return ""
    return f"{'<=' if row['is_lower_better'] else '>='} {_number(row['goal'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())

"""How a client's script is run: the simulator's line comes in on stdin, the result goes to a file."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from .checks import Report
from .steering import ControlPlane


def main(client: str, version: str, check: Callable[[ControlPlane, Report], None]) -> None:
    """Run a client's checks and write what came out.

    Exits with 1 when anything differs or was not tried.
    """
    parser = argparse.ArgumentParser(description=f"{client} against the simulated venue")
    parser.add_argument("result", type=Path, help="the file to write")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("interop: told to end"))
    # Some clients print every frame they cannot use; what matters of it is compared.
    logging.getLogger().addHandler(logging.NullHandler())
    control = ControlPlane(json.load(sys.stdin)["control"])
    report = Report(client, version)
    must = [row["name"] for row in control.documented if row["tier"] == "must"]
    try:
        check(control, report)
    except BaseException as error:  # the report of what was done is worth more than the rest
        report.failed("(script)", "", error)
        raise
    finally:
        result = report.as_json() | {"must": must, "exercised": sorted(control.exercised)}
        options.result.write_text(json.dumps(result, indent=1), encoding="utf-8")
    sys.exit(1 if result["differences"] or result["uncovered"] else 0)

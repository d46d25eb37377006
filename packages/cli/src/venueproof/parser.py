"""The command line. Standard library only: this is what ``--help`` waits for."""

import argparse
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

COMMANDS = {
    "run": "venueproof.run",
    "simulate": "venueproof.simulate",
    "prove": "venueproof.prove",
    "list": "venueproof.listing",
    "doctor": "venueproof.doctor",
    "overview": "venueproof.overview",
}
KINDS = ("venues", "connectors", "cases", "suites", "faults", "capabilities", "defects")
EPILOG = """\
examples:
  venueproof run binance                        the venue's own connector, on its simulator
  venueproof run binance --connector ccxt       somebody else's client
  venueproof run binance --connector my.module:connect
  venueproof run binance --case book/ -v        only the cases below book/
  venueproof simulate binance                   a venue to develop against
  venueproof prove binance                      which case catches which defect
  venueproof prove binance --case books/gap     only these cases, and their defects

exit codes:
  0  compliant, and no MUST case failed
  1  a case failed, or not compliant
  2  usage or configuration: one line says what to do
  3  incomplete: nothing ran, a case ended in ERROR, or too many were inconclusive
"""


def build_parser() -> ArgumentParser:
    """Make the parser of the whole command."""
    parser = ArgumentParser(
        prog="venueproof",
        description="Proof that an exchange connector is correct, resilient and fast, before it trades.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _run(commands.add_parser("run", help="put a connector through the cases", description=RUN))
    # Only for the list of commands: its arguments are parsed by the simulator.
    commands.add_parser("simulate", help="serve a simulated venue until stopped", add_help=False)
    _prove(
        commands.add_parser("prove", help="show which case catches which defect", description=PROVE)
    )
    _list(commands.add_parser("list", help="list what is installed", description=LIST))
    _doctor(
        commands.add_parser("doctor", help="what can run here, and what to do", description=DOCTOR)
    )
    _overview(
        commands.add_parser(
            "overview", help="show several reports side by side", description=OVERVIEW
        )
    )
    return parser


RUN = "Put a connector through the cases and report; without options the reference connector, on the simulator."
PROVE = "Run each defect on the cases that must catch it, and on a sample of others that must not."
LIST = (
    "List what is installed. A plugin that cannot be loaded is named on stderr and stops nothing."
)
DOCTOR = (
    "Say what is installed, which plugins are broken, which credentials are set, and what can run."
)
OVERVIEW = "Write one page of several runs: venue by area, venue by capability, coverage, latency."


def _run(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("venue", nargs="+", metavar="VENUE", help="name of a venue: binance, or binance_spot")
    add(
        "--connector",
        metavar="NAME",
        help="what to test: a registered name, pkg.module:factory or cmd:PROGRAM (default: reference)",
    )
    add(
        "--target",
        metavar="TARGET",
        help="where: simulator, testnet, live or recording:FILE (default: simulator)",
    )
    add(
        "--endpoint",
        action="append",
        type=_endpoint,
        default=[],
        metavar="NAME=URL",
        help="use this URL for an endpoint (rest, stream, ...); may be repeated",
    )
    add(
        "--suite",
        metavar="NAME",
        help="a named selection, `venueproof list suites` (default: full)",
    )
    add(
        "--case",
        action="append",
        default=[],
        metavar="PREFIX",
        help="only cases whose id starts so; may be repeated",
    )
    add("-k", dest="keyword", metavar="EXPR", help="only cases whose name matches, as in pytest")
    add("-m", dest="markers", metavar="EXPR", help="only cases with these markers, as in pytest")
    add("--profile", metavar="NAME|FILE", help="thresholds to comply with (default: baseline)")
    add("--seed", type=int, metavar="N", help="the same seed gives the same venue (default: 1)")
    add(
        "--report-dir",
        default="reports",
        metavar="DIR",
        help="reports go to DIR/<venue>/<connector>/",
    )
    add("--html", metavar="PATH", help="write the page to this file too")
    add(
        "-n",
        dest="workers",
        type=_workers,
        metavar="N|auto",
        help="worker processes (default: auto)",
    )
    add(
        "--strict",
        action="store_true",
        help="SHOULD cases, and others' compliance, fail the run too",
    )
    add(
        "--allow-live-orders",
        action="store_true",
        help="with --target live: really place orders, with real money",
    )
    add("--json", action="store_true", help="print the report to stdout, one line of JSON a venue")
    _verbose(parser)


def _prove(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("venue", nargs="+", metavar="VENUE", help="name of a venue")
    add("--seed", type=int, default=1, metavar="N", help="of venue and sample (default: 1)")
    add("--full", action="store_true", help="every defect on every case")
    add(
        "--sample",
        type=int,
        default=8,
        metavar="N",
        help="without --full: so many cases that need not catch a defect (default: 8)",
    )
    add(
        "--case",
        action="append",
        default=[],
        metavar="PREFIX",
        help="only cases whose id begins so, and their defects; may be repeated",
    )
    add(
        "--defect",
        action="append",
        default=[],
        metavar="NAME",
        help="only this defect; may be repeated",
    )
    add(
        "--table",
        metavar="PATH",
        help="write the matrix there as Markdown; with --defect only its lines",
    )
    add("-n", dest="workers", type=int, default=4, metavar="N", help="processes (default: 4)")
    add("--json", action="store_true", help="print JSON to stdout, one line a venue")
    _verbose(parser)


def _overview(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("report", nargs="+", metavar="REPORT", help="a run's report.json")
    add(
        "--cached",
        action="append",
        default=[],
        metavar="VENUE",
        help="this venue's report is of an earlier run: leave its timings out; may be repeated",
    )
    add("--report-dir", default="reports", metavar="DIR", help="write the overview there")
    _verbose(parser)


def _list(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, help="what to list")
    parser.add_argument("--json", action="store_true", help="print JSON to stdout")
    _verbose(parser)


def _doctor(parser: ArgumentParser) -> None:
    _verbose(parser)


def _verbose(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="say more; a mistake shows where it happened"
    )


def _endpoint(text: str) -> tuple[str, str]:
    name, separator, url = text.partition("=")
    if not (name and separator and "://" in url):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not NAME=URL, as in rest=http://127.0.0.1:8080"
        )
    return name, url


def _workers(text: str) -> int | str:
    if text == "auto":
        return text
    if text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither auto nor a number from 1")


class _Version(argparse.Action):
    def __init__(self, **options: Any) -> None:
        super().__init__(nargs=0, **options)

    def __call__(self, parser: ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"venueproof {version('venueproof')}")  # noqa: T201
        parser.exit()

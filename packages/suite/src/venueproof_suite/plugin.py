"""The pytest plugin: options only. Without ``--venue`` it does nothing and imports nothing more."""

from pathlib import Path

import pytest

from venueproof_suite.options import DEFAULT_SEED

pytest.register_assert_rewrite("venueproof_suite.cases", "venueproof_suite.oracles")

_INTERNAL = "used between the runner and its workers"
_MARKERS = (
    "integration: means something only at a real venue, with credentials",
    "slow: runs in real time; only when asked for by -m slow",
    "performance: measures; where it takes times it runs alone, after the rest",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("venueproof", "venueproof: prove an exchange connector")
    group.addoption(
        "--venue", dest="venueproof_venue", metavar="NAME", help="venue to run cases for"
    )
    group.addoption(
        "--connector",
        dest="venueproof_connector",
        metavar="NAME",
        default="reference",
        help="registered connector, or pkg.module:factory",
    )
    group.addoption(
        "--target",
        dest="venueproof_target",
        metavar="NAME",
        default="simulator",
        help="where cases run: simulator (default), testnet, practice, live",
    )
    group.addoption(
        "--endpoint",
        dest="venueproof_endpoints",
        metavar="NAME=URL",
        action="append",
        default=[],
        help="replace an endpoint of the target",
    )
    group.addoption(
        "--suite", dest="venueproof_suite", metavar="NAME", default="full", help="named selection"
    )
    group.addoption(
        "--case",
        dest="venueproof_cases",
        metavar="PREFIX",
        action="append",
        default=[],
        help="only cases whose id begins so; may be repeated",
    )
    group.addoption(
        "--profile",
        dest="venueproof_profile",
        metavar="NAME|FILE",
        default="baseline",
        help="compliance profile",
    )
    group.addoption(
        "--seed",
        dest="venueproof_seed",
        metavar="N",
        type=int,
        default=DEFAULT_SEED,
        help=f"seed of every world (default {DEFAULT_SEED})",
    )
    group.addoption(
        "--report-dir", dest="venueproof_report_dir", metavar="DIR", help="write report.json there"
    )
    group.addoption(
        "--strict-verdicts",
        dest="venueproof_strict",
        action="store_true",
        help="SHOULD cases and warnings fail the run, and nothing is excused",
    )
    group.addoption(
        "--allow-live-orders",
        dest="venueproof_allow_live_orders",
        action="store_true",
        help="let private cases run on a live venue",
    )
    for name, what in (("--run-dir", "run_dir"), ("--variants", "variants")):
        group.addoption(name, dest=f"venueproof_{what}", help=_INTERNAL)


def pytest_configure(config: pytest.Config) -> None:
    """Start what this process is for, if a venue is named."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("venueproof_venue") is None:
        return
    run_dir = config.getoption("venueproof_run_dir")
    if run_dir is not None and not hasattr(config, "workerinput"):
        from venueproof_suite import sharing

        sharing.install(config, Path(run_dir))
    else:
        from venueproof_suite import engine

        engine.install(config)

"""One session per exchange, and the project's own checks. Arguments only: what thinks is in ``tools/``."""

import sys
from pathlib import Path

import nox
import nox.virtualenv

sys.path.insert(0, str(Path(__file__).parent))

from tools import affected
from tools import workspace as workspaces

nox.needs_version = ">=2026.8.10"  # allow_parallel
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests"]

WORKSPACE = workspaces.Workspace()
REPORT_GRACE_S = 15  # An interrupted run still writes its report.
# As pip does: a run is many short processes, and none should have to compile what it imports.
COMPILED = {"UV_COMPILE_BYTECODE": "1"}


def install(
    session: nox.Session, *requirements: str, closure: workspaces.Closure | None = None
) -> None:
    """Install, unless this environment already has it.

    Own packages are built here and without isolation, and are all named by path in one command: no index is
    ever asked for one of their names.
    """
    own = closure.editable_arguments() if closure else []
    environment = Path(session.virtualenv.location)
    if not workspaces.missing(environment, WORKSPACE, [*requirements, *own]):
        return
    session.install(*requirements, *(WORKSPACE.group("build") if own else ()), env=COMPILED)
    if own:
        session.install("--no-build-isolation", *own, env=COMPILED)
    workspaces.record(environment, WORKSPACE, [*requirements, *own])


def exchange_session(venue: str) -> None:
    """Make the session of one exchange; what follows ``--`` goes to ``venueproof run``."""

    @nox.session(name=venue, tags=["exchanges"], allow_parallel=True)
    def exchange(session: nox.Session) -> None:
        """Put the venue's connector through the whole suite, on the venue's simulator."""
        install(session, closure=WORKSPACE.run_closure([venue], session.posargs))
        session.run("venueproof", "run", venue, *session.posargs, interrupt_timeout=REPORT_GRACE_S)


for name in WORKSPACE.exchanges:
    exchange_session(name)


@nox.session(name="all", python=False)
def every_exchange(session: nox.Session) -> None:
    """Put every venue through its suite, side by side, and write one overview; --no-cache runs all anew."""
    run_every(session, list(WORKSPACE.exchanges))


@nox.session(name="affected", python=False)
def affected_sessions(session: nox.Session) -> None:
    """Run the exchanges and checks that your changes against main can reach."""
    changes = affected.find_affected(WORKSPACE, affected.default_base(WORKSPACE.root))
    session.log(affected.describe(changes))
    checks = ["tests", "lint", "types"] if changes.checks else []
    run_every(session, [*changes.exchanges, *checks])


def run_every(session: nox.Session, names: list[str]) -> None:
    """Run sessions by name, but for those that the cache knows to pass."""
    arguments = ["--", *session.posargs] if session.posargs else []
    command = [sys.executable, "-m", "tools.every", *names, *arguments]
    session.run(*command, external=True, interrupt_timeout=REPORT_GRACE_S)


@nox.session(tags=["checks"])
def tests(session: nox.Session) -> None:
    """Run the project's own tests."""
    install(session, *WORKSPACE.group("tests"), closure=WORKSPACE.full_closure())
    shared_out = ["-n", "2", "--dist", "worksteal"]
    results = ["--junit-xml", "reports/tests/junit.xml"]
    session.run("pytest", *shared_out, *results, *session.posargs, interrupt_timeout=REPORT_GRACE_S)


@nox.session
def nightly(session: nox.Session) -> None:
    """Make a million steps with the state machine that proves the simulator."""
    install(session, *WORKSPACE.group("tests"), closure=WORKSPACE.full_closure())
    tests = "packages/simulator/tests"
    machines = ["matching/test_matching_machine.py", "quoting/test_quoting_machine.py"]
    session.run(
        *["pytest", *(f"{tests}/{machine}" for machine in machines), "-n", "auto", "-rP"],
        *session.posargs,
        env={"STATE_MACHINE_STEPS": "1000000"},
    )


@nox.session(tags=["checks"])
def lint(session: nox.Session) -> None:
    """Check style, import contracts, declared dependencies and workflows."""
    install(session, *WORKSPACE.group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", "-m", "tools.import_contracts")
    session.run("python", "-m", "tools.check_imports")
    workflows = [str(path) for path in sorted(Path(".github/workflows").glob("*.yml"))]
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("zizmor", "--offline", "--quiet", *workflows)


@nox.session(tags=["checks"])
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    install(session, *WORKSPACE.group("types"), closure=WORKSPACE.full_closure())
    session.run("mypy", *WORKSPACE.sources(), "tools")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the project's figures and print them beside their goals."""
    install(session, *WORKSPACE.group("bench"), closure=WORKSPACE.full_closure())
    session.run("python", "-m", "tools.bench", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Write the reference pages anew from what is installed."""
    install(session, closure=WORKSPACE.full_closure())
    session.run("python", "-m", "tools.reference_docs", *session.posargs)


@nox.session
def prove(session: nox.Session) -> None:
    """Show that every case catches its defect, on every exchange or on those named."""
    install(session, closure=WORKSPACE.run_closure(list(WORKSPACE.exchanges)))
    session.run("venueproof", "prove", *(session.posargs or WORKSPACE.exchanges))


@nox.session
def interop(session: nox.Session) -> None:
    """Put clients that nobody here wrote through each venue's own calls, on its simulator."""
    install(session, closure=WORKSPACE.run_closure(list(WORKSPACE.exchanges)))
    clients = Path(session.virtualenv.location) / "clients"  # kept as long as the session's own
    uv = ["--uv", nox.virtualenv.UV] if session.venv_backend == "uv" else []
    session.run(
        "python", "-m", "tools.interop", "--environments", str(clients), *uv, *session.posargs
    )


@nox.session(python=False)
def scaffold(session: nox.Session) -> None:
    """Write a new exchange's package in a copy of the workspace, and walk through its guide."""
    session.run(sys.executable, "-m", "tools.scaffold_walk", external=True)


@nox.session
def wheels(session: nox.Session) -> None:
    """Build every wheel, and install each alone into an empty environment."""
    install(session, *WORKSPACE.group("build"))
    uv = ["--uv", nox.virtualenv.UV] if session.venv_backend == "uv" else []
    session.run("python", "-m", "tools.wheels", *uv, *session.posargs)

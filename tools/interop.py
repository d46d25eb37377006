"""Run clients that nobody here wrote against the simulated venues and show what came out.

An exchange names its clients in ``tests/interop/clients.toml``. Each runs in an environment of its own, made
once and kept until its requirements change, against a simulator of its own, which runs in this environment.
Where all clients of an exchange run, so does its suite: together they must exercise nearly all of the must tier.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tools.wheels import Installer
from tools.workspace import ROOT

STAMP = "interop-installed.json"
SHOWN = 3  # Differences printed of one call; the result file has them all.
DEADLINE_S = 600.0  # far above what any client takes: a bound for those that hang
GRACE_S = 10.0
LEAST_SHARE = 0.95  # of the must tier, by the suite and all clients of an exchange together


@dataclass(frozen=True)
class Client:
    """A client and the script that tries it.

    Attributes:
        folder: Where its ``clients.toml`` is: a package, whose parent goes on the import path.
    """

    name: str
    venue: str
    folder: Path
    script: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a client's script left.

    Attributes:
        result: As the script wrote it; empty when it wrote nothing.
        complaint: Why it ended otherwise than by its own exit codes, or nothing.
    """

    client: Client
    result: Mapping[str, Any]
    complaint: str
    seconds: float

    @property
    def is_ok(self) -> bool:
        """Something was tried, and nothing was left out or differs."""
        is_wrong = self.result.get("differences") or self.result.get("uncovered") or self.complaint
        return bool(self.result.get("calls")) and not is_wrong


def read_clients(root: Path = ROOT) -> dict[str, Client]:
    """Every client of every exchange, by name."""
    found = {}
    for path in sorted(root.glob("exchanges/*/tests/interop/clients.toml")):
        venue = path.parents[2].name
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            requirements = tuple(entry["requirements"])
            found[name] = Client(name, venue, path.parent, entry["script"], requirements)
    return found


def choose(clients: Mapping[str, Client], names: Sequence[str]) -> list[Client]:
    """Those that are named, by themselves or by their exchange, or all.

    Raises:
        SystemExit: There is no such client; the text says which there are.
    """
    by_venue: dict[str, list[str]] = {}
    for client in clients.values():
        by_venue.setdefault(client.venue, []).append(client.name)
    known = [*clients, *by_venue]
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            print(f"interop: no client {name!r}{hint} known: {', '.join(known)}", file=sys.stderr)
            raise SystemExit(2)
    chosen = [one for name in names for one in by_venue.get(name, [name])]
    return [clients[name] for name in dict.fromkeys(chosen or clients)]


class Environments:
    """Environments of clients, below one folder; clients with the same requirements share one."""

    def __init__(self, folder: Path, installer: Installer) -> None:
        self._folder = folder
        self._installer = installer
        self._guard = threading.Lock()
        self._locks: dict[Path, threading.Lock] = {}

    def python(self, client: Client) -> Path:
        """The Python of a client's environment, which is made if it is not there."""
        wanted = [sys.version, *client.requirements]
        folder = self._folder / hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]
        with self._guard:
            lock = self._locks.setdefault(folder, threading.Lock())
        with lock:
            try:
                stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
            except (OSError, ValueError):
                shutil.rmtree(folder, ignore_errors=True)  # what an interrupted one left
                python = self._installer.make(folder)
                self._installer.install(python, client.requirements)
                stamp = {"python": str(python), "requirements": wanted}
                # Last: an installation that was interrupted is none.
                (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
        return Path(stamp["python"])


@contextmanager
def simulator(venue: str, seed: int) -> Iterator[str]:
    """The line that a simulator of the venue prints when it is ready.

    Raises:
        RuntimeError: It ended without one; the text is what it said.
    """
    command = [sys.executable, "-m", "venueproof", "simulate", venue, "--still"]
    command += ["--seed", str(seed), "--parent-pid", str(os.getpid())]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulator did not start: {process.communicate()[1].strip()}")
        try:
            yield line
        finally:
            process.terminate()
            process.communicate()


def run(client: Client, python: Path, reports: Path, seed: int) -> Outcome:
    """Run a client's script; what it did is read even when it could not finish."""
    started = time.monotonic()
    path = reports / f"{client.name}.json"
    path.unlink(missing_ok=True)
    complaint = ""
    try:
        with simulator(client.venue, seed) as line:
            complaint = run_script(client, python, path, line)
    except RuntimeError as error:
        complaint = str(error)
    result = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Outcome(client, result, complaint, time.monotonic() - started)


def run_script(
    client: Client, python: Path, path: Path, line: str, *, deadline_s: float = DEADLINE_S
) -> str:
    """Run a client's script on the simulator of this line; why it did not end well, or nothing."""
    command = [str(python), "-m", f"{client.folder.name}.{client.script}", str(path)]
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environment = kept | {
        "PYTHONPATH": str(client.folder.parent),
        # The venue is on this machine: a proxy would look for it elsewhere.
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            said, _ = process.communicate(line, timeout=deadline_s)
        except subprocess.TimeoutExpired:
            process.terminate()  # it writes down how far it came
            try:
                process.communicate(timeout=GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
            return f"not finished after {deadline_s:g} s"
    if process.returncode in (0, 1) and path.exists():
        return ""
    return f"ended with {process.returncode}: {said.strip()[-2000:]}"


@dataclass(frozen=True)
class Tier:
    """How much of a venue's must tier was exercised.

    Attributes:
        exercised: By whom, and what.
        complaint: Why the suite's part is not known, or nothing.
    """

    venue: str
    must: Set[str]
    exercised: Mapping[str, Set[str]]
    complaint: str = ""

    @property
    def missing(self) -> list[str]:
        """What nobody exercised."""
        return sorted(self.must - set().union(*self.exercised.values()))

    @property
    def is_ok(self) -> bool:
        """Whether it is enough."""
        enough = len(self.missing) <= (1 - LEAST_SHARE) * len(self.must)
        return enough and bool(self.must) and not self.complaint

    def __str__(self) -> str:
        done = len(self.must) - len(self.missing)
        share = done / len(self.must) if self.must else 0.0
        parts = [f"{name} {len(found & self.must)}" for name, found in self.exercised.items()]
        lines = [
            f"must tier of {self.venue}: {done} of {len(self.must)} exercised ({share:.1%}), "
            f"{LEAST_SHARE:.0%} needed: {'ok' if self.is_ok else 'NOT OK'}",
            f"  {', '.join(parts)}",
            *([f"  never: {', '.join(self.missing)}"] if self.missing else []),
            *([f"  {self.complaint}"] if self.complaint else []),
        ]
        return "\n".join(lines)


def run_suite(venue: str, reports: Path) -> tuple[Set[str], str]:
    """What the cases that the reference connector passes exercise; why that is not known, or nothing."""
    folder = reports / "suite"
    command = [sys.executable, "-m", "venueproof", "run", venue, "--report-dir", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    path = folder / venue / "reference" / "report.json"
    if ended.returncode or not path.exists():
        said = (ended.stderr or ended.stdout).strip()[-500:]
        return frozenset(), f"the suite ended with {ended.returncode}: {said}"
    report = json.loads(path.read_text(encoding="utf-8"))
    (share,) = (one for one in report["coverage"] if one["name"] == "must tier")
    return frozenset(share["covered"]), ""


def table(outcome: Outcome) -> str:
    """Call, endpoint, fields compared, verdict: one line of each call; then what was not tried."""
    client, result = outcome.client, outcome.result
    rows: dict[tuple[str, str], list[Any]] = {}
    for line in result.get("calls", ()):
        row = rows.setdefault((line["call"], line["endpoint"]), [0, []])
        row[0] += line["fields"]
        row[1] += line["differences"]
    headings = ("call", "endpoint")
    widths = [max([len(key[n]) for key in rows] + [len(headings[n])]) for n in (0, 1)]
    lines = [
        f"== {client.name} {result.get('version', '')} on {client.venue}",
        f"{headings[0]:{widths[0]}}  {headings[1]:{widths[1]}}  fields compared",
    ]
    for (call, endpoint), (fields, differences) in rows.items():
        verdict = f"{len(differences)} DIFFERENT" if differences else "ok"
        lines.append(f"{call:{widths[0]}}  {endpoint:{widths[1]}}  {fields:>7,}  {verdict}")
        lines += [f"    {text}" for text in differences[:SHOWN]]
        if len(differences) > SHOWN:
            lines.append(f"    and {len(differences) - SHOWN} more")
    for call, endpoints in result.get("uncovered", {}).items():
        lines.append(f"{call:{widths[0]}}  {', '.join(endpoints)}  NOT TRIED")
    if outcome.complaint:
        lines.append(f"{client.name}: {outcome.complaint}")
    return "\n".join(lines)


def summary(outcome: Outcome) -> str:
    """One line: coverage, fields, differences."""
    result = outcome.result
    covered, uncovered = len(result.get("covered", ())), len(result.get("uncovered", ()))
    verdict = "ok" if outcome.is_ok else "NOT OK"
    must = set(result.get("must", ()))
    return (
        f"{outcome.client.name:18} {covered} of {covered + uncovered} must calls, "
        f"{len(must & set(result.get('exercised', ())))} of {len(must)} of the tier, "
        f"{result.get('fields', 0):,} fields compared, {result.get('differences', 0)} calls differ, "
        f"{outcome.seconds:.1f} s: {verdict}"
    )


def tier(venue: str, outcomes: Sequence[Outcome], suite: tuple[Set[str], str]) -> Tier:
    """What the clients of a venue and its suite exercised together."""
    results = {one.client.name: one.result for one in outcomes if one.client.venue == venue}
    must = set().union(*(result.get("must", ()) for result in results.values()))
    exercised = {name: set(result.get("exercised", ())) for name, result in results.items()}
    covered, complaint = suite
    return Tier(venue, must, {"suite": covered, **exercised}, complaint)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the clients and print what came out. Returns 1 if anything differs or was not tried."""
    parser = argparse.ArgumentParser(prog="interop", description=__doc__)
    parser.add_argument(
        "clients", nargs="*", help="names of clients, or of exchanges; all where none is given"
    )
    parser.add_argument("--environments", type=Path, default=ROOT / ".nox" / "interop-clients")
    parser.add_argument("--report-dir", type=Path, default=ROOT / "reports" / "interop")
    parser.add_argument("--seed", type=int, default=0, help="the markets are made from it")
    parser.add_argument("--jobs", type=int, default=2, help="how many clients at once")
    parser.add_argument("--uv", help="uv's program, where it is to be used")
    options = parser.parse_args(arguments)
    every = read_clients()
    clients = choose(every, options.clients)
    whole = {one.venue for one in clients} - {
        one.venue for one in every.values() if one not in clients
    }
    environments = Environments(options.environments, Installer(options.uv))
    options.report_dir.mkdir(parents=True, exist_ok=True)

    def work(client: Client) -> Outcome:
        return run(client, environments.python(client), options.report_dir, options.seed)

    outcomes = []
    with ThreadPoolExecutor(options.jobs) as pool:
        suites = {
            venue: pool.submit(run_suite, venue, options.report_dir) for venue in sorted(whole)
        }
        for future in as_completed([pool.submit(work, client) for client in clients]):
            outcomes.append(future.result())
            print(table(outcomes[-1]), end="\n\n", flush=True)
    outcomes.sort(key=lambda outcome: clients.index(outcome.client))
    print(*(summary(outcome) for outcome in outcomes), sep="\n")
    tiers = [tier(venue, outcomes, suite.result()) for venue, suite in suites.items()]
    for one in tiers:
        print(one)
    print(f"results in {options.report_dir}")
    is_ok = all(one.is_ok for one in outcomes) and all(one.is_ok for one in tiers)
    return 0 if is_ok else 1


if __name__ == "__main__":
    sys.exit(main())

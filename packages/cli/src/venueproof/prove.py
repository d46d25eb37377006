"""``venueproof prove``: which case catches which defect, and what is not proved yet."""

import json
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from venueproof import matrix
from venueproof.exits import gravest
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.results import TestResult
from venueproof_core.verdict import ExitCode
from venueproof_defects.prove import DefectProof, Pair, VenueProof
from venueproof_defects.prove import prove as prove_venue

Prove = Callable[..., VenueProof]
SHOWN = 2  # catchers of a defect, in its line; JSON has them all
TOLD_EVERY = 1000  # pairs
INTERRUPTED = "interrupted"


def run(options: Namespace, *, prove: Prove = prove_venue) -> ExitCode:
    """Prove every venue named, one after the other; the exit code is the gravest of them."""
    plugins = load_plugins()
    venues = dict.fromkeys(plugins.venue(name).name for name in options.venue)
    if options.table and (len(venues) > 1 or options.case):
        raise ConfigurationError(
            "--table writes the lines of one venue's defects: leave out --case"
        )
    codes = []
    for venue in venues:
        started = time.monotonic()
        proof = prove(
            plugins,
            venue,
            Suite(venue, options),
            seed=options.seed,
            sample=None if options.full else options.sample,
            is_part=bool(options.case),
            names=options.defect,
            progress=_say,
        )
        if options.table and proof.proofs:
            _write_table(Path(options.table), proof, plugins)
        duration_s = time.monotonic() - started
        if options.json:
            sys.stdout.write(json.dumps(as_json(proof, duration_s)) + "\n")
        else:
            sys.stdout.write("".join(f"{line}\n" for line in lines(proof, duration_s)))
        codes.append(exit_code(proof))
    return gravest(codes)


def _write_table(path: Path, proof: VenueProof, plugins: Plugins) -> None:
    names = [d.name for d in plugins.defects.values() if d.venue in (None, proof.venue)]
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(matrix.page(proof, names, before), encoding="utf-8")


class Suite:
    """Runs pairs of defect and case; more workers than cores help, for much of it is waiting."""

    def __init__(self, venue: str, options: Namespace) -> None:
        self._venue = venue
        self._options = options
        self._done = 0

    def __call__(self, pairs: Sequence[Pair] | None) -> Sequence[TestResult]:
        """The results of these pairs, or of the correct connector on every case asked for.

        Raises:
            ConfigurationError: Nothing could be run.
            KeyboardInterrupt: Somebody has stopped it.
        """
        if pairs is None:
            return self._run(cases=self._options.case)
        cases: dict[str, list[str]] = {}
        for defect, case in pairs:
            cases.setdefault(defect, []).append(case)
        with tempfile.NamedTemporaryFile("w", prefix="venueproof-pairs-") as file:
            json.dump([{"defect": name, "cases": ids} for name, ids in cases.items()], file)
            file.flush()
            self._done = 0
            return self._run(variants=Path(file.name), on_progress=self._count)

    def _run(self, **more: Any) -> Sequence[TestResult]:
        from venueproof_suite.runner import IntegrationTestRunner

        options = self._options
        report = IntegrationTestRunner(
            self._venue, workers=options.workers, seed=options.seed, **more
        ).run()
        if INTERRUPTED in report.incomplete_because:
            raise KeyboardInterrupt
        if not report.results:
            raise ConfigurationError(
                f"the suite could not be run: {'; '.join(report.incomplete_because)}"
            )
        return report.results

    def _count(self, progress: Any) -> None:
        self._done += 1
        if self._done % TOLD_EVERY == 0:
            _say(f"{self._venue}: {self._done} of {progress.total} pairs")


def exit_code(proof: VenueProof) -> ExitCode:
    """What a proof says to the caller: nothing ran is not green."""
    if not (proof.cases and proof.proofs):
        return ExitCode.INCOMPLETE
    return ExitCode.COMPLIANT if proof.is_green else ExitCode.FAILED


def lines(proof: VenueProof, duration_s: float) -> Iterator[str]:
    """A line for each defect, what is wrong below it, what is missing, and one line to sum up."""
    width = max((len(one.defect.name) for one in proof.proofs), default=0)
    for one in proof.proofs:
        others = f"others {one.others_passed}/{one.others_run} passed"
        state = "proved " if one.is_proved else "PROBLEM"
        yield f"{state}  {one.defect.name:<{width}}  {others}  caught by {_catchers(one)}"
        yield from (f"         {problem}" for problem in one.problems)
    gaps = {
        "cases that the correct connector does not pass": proof.broken_cases,
        "cases that no defect fails": proof.uncaught,
        "pairs that were not run": proof.not_run,
    }
    for title, texts in gaps.items():
        if texts:
            yield f"{title}:"
            yield from (f"  {text}" for text in texts)
    verdict = "green" if exit_code(proof) is ExitCode.COMPLIANT else "NOT GREEN"
    yield (
        f"prove {proof.venue}: {len(proof.proofs)} defects, {proof.cases} cases, "
        f"seed {proof.seed}: {verdict} in {duration_s:.0f} s"
    )


def as_json(proof: VenueProof, duration_s: float) -> dict[str, Any]:
    """The whole proof as plain values."""
    return {
        "venue": proof.venue,
        "seed": proof.seed,
        "cases": proof.cases,
        "is_green": exit_code(proof) is ExitCode.COMPLIANT,
        "duration_s": round(duration_s, 3),
        "defects": [
            {
                "name": one.defect.name,
                "seam": one.defect.seam.value,
                "class": one.defect.bug_class.name,
                "is_proved": one.is_proved,
                "caught": one.caught,
                "problems": one.problems,
                "others_passed": one.others_passed,
                "others_run": one.others_run,
            }
            for one in proof.proofs
        ],
        "broken_cases": proof.broken_cases,
        "uncaught": proof.uncaught,
        "not_run": proof.not_run,
        "excused": proof.excused,
    }


def _catchers(proof: DefectProof) -> str:
    caught = [case for case, is_caught in proof.caught.items() if is_caught]
    more = f", +{len(caught) - SHOWN} more" if len(caught) > SHOWN else ""
    return (", ".join(caught[:SHOWN]) or "nothing") + more


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201

"""``venueproof prove``: which case catches which defect, and what is not proved yet."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any

from venueproof.exits import gravest
from venueproof_core.plugins import load_plugins
from venueproof_core.verdict import ExitCode
from venueproof_defects.prove import DefectProof, VenueProof
from venueproof_defects.prove import prove as prove_venue

Prove = Callable[..., VenueProof]
SHOWN = 2  # catchers of a defect, in its line; JSON has them all


def run(options: Namespace, *, prove: Prove = prove_venue) -> ExitCode:
    """Prove every venue named, one after the other; the exit code is the gravest of them."""
    plugins = load_plugins()
    venues = dict.fromkeys(plugins.venue(name).name for name in options.venue)
    codes = []
    for venue in venues:
        started = time.monotonic()
        proof = prove(
            plugins,
            venue,
            seed=options.seed,
            full=options.full,
            workers=options.workers,
            progress=_say,
        )
        duration_s = time.monotonic() - started
        if options.json:
            sys.stdout.write(json.dumps(as_json(proof, duration_s)) + "\n")
        else:
            sys.stdout.write("".join(f"{line}\n" for line in lines(proof, duration_s)))
        codes.append(exit_code(proof))
    return gravest(codes)


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

"""The whole matrix as a page: which defect is caught by which cases, one line for each defect."""

from collections.abc import Iterator

from venueproof_defects.prove import DefectProof, VenueProof

SHOWN = 3  # others that a line names; the rest are counted


def page(proof: VenueProof) -> str:
    """A Markdown page of a full proof."""
    return "\n".join(_lines(proof)) + "\n"


def _lines(proof: VenueProof) -> Iterator[str]:
    command = f"venueproof prove {proof.venue} --full --seed {proof.seed} --table PATH"
    yield f"<!-- Made by `{command}`. -->\n"
    yield f"# Which case catches which defect: {proof.venue}\n"
    tried = sum(one.others_run + len(one.caught) for one in proof.proofs)
    yield (
        f"{len(proof.proofs)} defects, {proof.cases} cases, {tried} pairs tried. Each defect must be caught by the "
        "cases it is made for, by their rule and with an expected/observed pair. Of the other cases at least 85 % "
        "must pass; those that catch it too are named here. Cases that measure time are tried only with defects "
        "made for them.\n"
    )
    yield "| defect | seam | bug class | caught by | others tried | others that catch it too |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from (_row(one) for one in proof.proofs)


def _row(proof: DefectProof) -> str:
    defect = proof.defect
    cells = [
        f"`{defect.name}`",
        defect.seam.value,
        defect.bug_class.name,
        ", ".join(
            f"`{case}`" if is_caught else f"not `{case}`"
            for case, is_caught in proof.caught.items()
        ),
        str(proof.others_run),
        _others(proof.others_failed),
    ]
    return f"| {' | '.join(cells)} |"


def _others(cases: list[str]) -> str:
    if not cases:
        return "none"
    more = f", +{len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return f"{len(cases)}: {', '.join(f'`{case}`' for case in cases[:SHOWN])}{more}"

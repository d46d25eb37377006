"""The whole matrix as a page: which defect is caught by which cases, one line for each defect."""

from collections.abc import Iterable, Iterator

from venueproof_defects.prove import DefectProof, VenueProof

SHOWN = 3  # others that a line names; the rest are counted
COLUMNS = ("defect", "seam", "bug class", "caught by", "others tried", "others that catch it too")
HEAD = """\
<!-- Made by `venueproof prove {venue} --table PATH`, with `--full` or `--sample N`; `--defect` renews lines. -->

# Which case catches which defect: {venue}

{count} defects, {pairs} pairs of defect and case. A defect must be caught by the cases it is made for, by their
rule and with an expected/observed pair. It is tried on so many others too, all of them or drawn by seed, of which at
least 85 % must pass; those that catch it are named. Cases that measure time are tried with their own defects only.
"""


def page(proof: VenueProof, names: Iterable[str], before: str = "") -> str:
    """A Markdown page of a proof.

    Args:
        names: Every defect of the venue, in the order of the page.
        before: The page as it was: lines of defects that this proof is not about are kept.
    """
    rows = read(before) | {one.defect.name: _cells(one) for one in proof.proofs}
    kept = [rows[name] for name in names if name in rows]
    pairs = sum(int(cells[4]) + cells[3].count("`") // 2 for cells in kept)
    head = HEAD.format(venue=proof.venue, count=len(kept), pairs=pairs)
    table = [COLUMNS, ["---"] * len(COLUMNS), *kept]
    return head + "\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in table)


def read(text: str) -> dict[str, list[str]]:
    """Defect to the cells of its line, as they are on a page."""
    return {cells[0].strip("`"): cells for cells in _rows(text)}


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| `"):
            yield line.strip("| ").split(" | ")


def _cells(proof: DefectProof) -> list[str]:
    defect = proof.defect
    own = [f"`{case}`" if caught else f"not `{case}`" for case, caught in proof.caught.items()]
    return [
        f"`{defect.name}`",
        defect.seam.value,
        defect.bug_class.name,
        ", ".join(own),
        str(proof.others_run),
        _others(proof.others_failed),
    ]


def _others(cases: list[str]) -> str:
    if not cases:
        return "none"
    more = f", +{len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return f"{len(cases)}: {', '.join(f'`{case}`' for case in cases[:SHOWN])}{more}"

"""Orders amended and replaced wrongly."""

from collections.abc import Sequence

from venueproof_core import BugClass, Defect, Seam
from venueproof_defects.broken import changes
from venueproof_defects.faces import Face, with_face
from venueproof_defects.seams import Apply, with_parts

_AMEND = "orders/amend"
_REPLACE = "orders/replace"


def _defect(
    name: str, bug: BugClass, breaks: str, caught_by: Sequence[str], how: type[Face] | Apply
) -> Defect:
    return Defect(
        name=name,
        seam=Seam.COMPONENT,
        bug_class=bug,
        breaks=breaks,
        caught_by=tuple(caught_by),
        apply=with_face(how) if isinstance(how, type) else how,
    )


DEFECTS = [
    _defect(
        "grown-by-new-order",
        BugClass.order_parameters,
        "cancels an order that shall grow, and places a larger one",
        [f"{_AMEND}/cannot-grow"],
        changes.GrowsByNewOrder,
    ),
    _defect(
        "filled-order-amended-anew",
        BugClass.cancel_race,
        "places an order anew that has filled before it could be amended",
        [f"{_AMEND}/of-what-is-not-open"],
        changes.AmendsWhatHasFilled,
    ),
    _defect(
        "amended-told-as-asked",
        BugClass.cancel_race,
        "tells an amended order as it was before, with the quantity that was asked for",
        [f"{_AMEND}/races-with-a-fill/{share}" for share in ("less", "more")],
        changes.TellsAmendedAsAsked,
    ),
    _defect(
        "lost-change-called-failed",
        BugClass.unknown_outcome,
        "says NOT_APPLIED of an amendment or replacement whose reply was lost",
        [f"{_AMEND}/lost-reply-is-no-failure", f"{_REPLACE}/lost-reply-is-no-failure"],
        with_parts(retry=changes.CallsLostChangesFailed),
    ),
    _defect(
        "replaced-in-any-case",
        BugClass.cancel_race,
        "places the new order of a replacement also when the old one could not be cancelled",
        [f"{_REPLACE}/of-what-is-gone-places-nothing"],
        changes.ReplacesInAnyCase,
    ),
    _defect(
        "half-replaced-called-refused",
        BugClass.unknown_outcome,
        "says NOT_APPLIED of a replacement of which one half happened",
        [f"{_REPLACE}/cancel-alone-is-told", f"{_REPLACE}/order-alone-is-told"],
        changes.CallsHalvesRefused,
    ),
    _defect(
        "placed-half-forgotten",
        BugClass.unknown_outcome,
        "does not tell the new order of a replacement whose cancel failed",
        [f"{_REPLACE}/order-alone-is-told"],
        changes.ForgetsThePlacedHalf,
    ),
]

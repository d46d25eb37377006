"""Errors of the venue told wrongly."""

from collections.abc import Sequence

from venueproof_core import BugClass, Defect, Seam
from venueproof_defects.broken import errors
from venueproof_defects.faces import Face, with_face
from venueproof_defects.seams import with_proxy

_CALLS = ("place", "cancel", "read")
_WRITES = ("place", "cancel")
# An outcome that is said wrongly makes the advice wrong, too.
_OF_OUTCOMES = ("outcome-is-honest", "are-classified", "fatal-is-not-tried-again")
_UNKNOWN_CODES = [f"errors/unknown-code/is-read-by-its-status/{call}" for call in ("place", "read")]


def _defect(
    name: str,
    bug: BugClass,
    breaks: str,
    caught_by: Sequence[str],
    face: type[Face],
) -> Defect:
    return Defect(
        name=name,
        seam=Seam.MAPPING,
        bug_class=bug,
        breaks=breaks,
        caught_by=tuple(caught_by),
        apply=with_face(face),
    )


DEFECTS = [
    _defect(
        "error-table-lacks-a-line",
        BugClass.error_mapping,
        "raises refused credentials like any refusal",
        [f"errors/documented/are-classified/{call}" for call in _CALLS],
        errors.LacksALine,
    ),
    _defect(
        "timeouts-taken-as-refused",
        BugClass.unknown_outcome,
        "says of a venue that waited in vain for its engine that it refused",
        [
            *(f"errors/documented/{rule}/{call}" for rule in _OF_OUTCOMES for call in _WRITES),
            "errors/unknown-code/is-read-by-its-status/place",
        ],
        errors.TakesTimeoutsAsRefused,
    ),
    _defect(
        "reads-doubted",
        BugClass.error_mapping,
        "says of a read that failed that it may have changed something",
        [
            "errors/documented/outcome-is-honest/read",
            "errors/documented/are-classified/read",
            "errors/unknown-code/is-read-by-its-status/read",
        ],
        errors.DoubtsReads,
    ),
    _defect(
        "fatal-tried-again",
        BugClass.retries,
        "makes a call with refused credentials a second time",
        [f"errors/documented/fatal-is-not-tried-again/{call}" for call in _CALLS],
        errors.TriesFatalAgain,
    ),
    _defect(
        "refusals-said-to-pass",
        BugClass.retries,
        "advises to repeat requests that were refused",
        [
            *(f"errors/documented/fatal-is-not-tried-again/{call}" for call in _CALLS),
            *(f"errors/documented/are-classified/{call}" for call in _CALLS),
            *_UNKNOWN_CODES,
        ],
        errors.AdvisesToRepeat,
    ),
    _defect(
        "messages-lost",
        BugClass.error_mapping,
        "raises errors without the venue's text",
        [f"errors/documented/words-are-kept/{call}" for call in _CALLS],
        errors.LosesMessages,
    ),
    _defect(
        "bad-gateways-taken-as-refused",
        BugClass.unknown_outcome,
        "reads a failure whose code it does not know as a refusal",
        _UNKNOWN_CODES,
        errors.TakesBadGatewaysAsRefused,
    ),
    _defect(
        "halves-taken-as-refused",
        BugClass.unknown_outcome,
        "says of a replacement of which half was done that it was refused",
        ["errors/documented/of-changes-are-classified"],
        errors.TakesHalvesAsRefused,
    ),
    _defect(
        "stream-codes-lost",
        BugClass.error_mapping,
        "raises refused subscriptions without the venue's code",
        ["errors/documented/of-streams-are-raised"],
        errors.LosesStreamCodes,
    ),
    _defect(
        "revoked-keys-of-streams-taken-as-refused",
        BugClass.error_mapping,
        "raises a private stream that was refused for its key like any refusal",
        ["errors/documented/of-the-private-stream-are-raised"],
        errors.TakesRevokedKeysAsRefused,
    ),
    Defect(
        name="firewall-run-against",
        seam=Seam.WIRE,
        bug_class=BugClass.retries,
        breaks="sends what a firewall stopped a second time",
        caught_by=("errors/failure/firewall-is-left-alone",),
        apply=with_proxy(errors.RunsAgainstFirewalls),
    ),
]

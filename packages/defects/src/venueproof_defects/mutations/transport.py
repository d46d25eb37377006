"""Clocks, limits, retries, errors, signatures and secrets handled wrongly."""

import dataclasses
from collections.abc import Sequence

from venueproof_core import BugClass, Defect, Seam, WireTables
from venueproof_defects.broken import transport
from venueproof_defects.faces import with_face
from venueproof_defects.seams import Apply, with_parts, with_proxy, with_tables

_SKEWS = ("venue-ahead", "venue-behind")
_LATER = [f"time/skew/that-appears-later/{skew}" for skew in _SKEWS]
_REFUSALS = [
    "errors/refusal/of-an-order/insufficient-balance",
    "errors/refusal/of-an-order/price-off-the-tick",
    "errors/refusal/of-an-order/quantity-below-the-lot",
    "errors/refusal/of-an-order/unknown-symbol",
    "errors/refusal/of-credentials/unknown-key",
    "errors/refusal/of-credentials/wrong-secret",
]
_BROKEN = ("gateway-page", "page-with-200", "empty", "cut-json", "null")
_KEYS = ("hmac", "ed25519", "rsa")


def _unknown_is_new(tables: WireTables) -> WireTables:
    return dataclasses.replace(tables, statuses=transport.ReadsUnknownAsNew(tables.statuses))


def _defect(
    name: str, seam: Seam, bug: BugClass, breaks: str, caught_by: Sequence[str], apply: Apply
) -> Defect:
    return Defect(
        name=name, seam=seam, bug_class=bug, breaks=breaks, caught_by=tuple(caught_by), apply=apply
    )


_CLOCKS = [
    _defect(
        "own-clock-trusted",
        Seam.COMPONENT,
        BugClass.clock_skew,
        "stamps requests with the host's time",
        [
            *(f"time/skew/from-the-start/{skew}" for skew in _SKEWS),
            *_LATER,
            "time/stamps/are-the-venues",
        ],
        with_parts(clock_sync=transport.TrustsOwnClock),
    ),
    _defect(
        "clock-measured-once",
        Seam.COMPONENT,
        BugClass.clock_skew,
        "does not measure the clock again when a stamp is refused",
        _LATER,
        with_parts(clock_sync=transport.MeasuresOnce),
    ),
    _defect(
        "odd-times-replaced",
        Seam.MAPPING,
        BugClass.timestamps,
        "tells the host's time where the venue's is far from it",
        ["time/stamps/are-the-venues"],
        with_face(transport.ReplacesOddTimes),
    ),
    _defect(
        "times-read-as-local",
        Seam.MAPPING,
        BugClass.timestamps,
        "reads the venue's times in the host's zone",
        ["time/stamps/do-not-know-the-hosts-zone"],
        with_face(transport.ReadsTimesAsLocal),
    ),
    _defect(
        "long-timers-end-once",
        Seam.COMPONENT,
        BugClass.listen_key,
        "arms the timer of the renewal once",
        ["private-streams/listen-key/is-renewed-again-and-again"],
        transport.with_one_long_timer,
    ),
    _defect(
        "puts-repeated",
        Seam.WIRE,
        BugClass.listen_key,
        "sends every PUT request twice",
        ["private-streams/listen-key/is-renewed-by-one"],
        with_proxy(transport.RepeatsPuts),
    ),
    _defect(
        "goodbye-is-final",
        Seam.COMPONENT,
        BugClass.listen_key,
        "does not come back where the venue has announced the end",
        ["private-streams/listen-key/expired-is-replaced"],
        with_parts(reconnect=transport.StaysAwayAfterGoodbye),
    ),
    _defect(
        "proof-repeated",
        Seam.WIRE,
        BugClass.resubscription,
        "authenticates every connection with the proof of the first",
        ["private-streams/reconnect/authenticates-anew"],
        with_proxy(transport.RepeatsItsProof),
    ),
]

_LIMITS = [
    _defect(
        "retry-after-ignored",
        Seam.COMPONENT,
        BugClass.rate_limits,
        "sends during a pause that the venue asked for",
        [f"limits/retry-after/is-obeyed/{word}" for word in ("too-many-requests", "banned")],
        with_parts(rates=transport.IgnoresRetryAfter),
    ),
    _defect(
        "no-budget-kept",
        Seam.COMPONENT,
        BugClass.rate_limits,
        "sends until the venue refuses",
        ["limits/budget/burst-stays-within"],
        with_parts(rates=transport.KeepsNoBudget),
    ),
    _defect(
        "calls-spread-needlessly",
        Seam.COMPONENT,
        BugClass.throttling,
        "waits between calls that the venue would take at once",
        ["limits/budget/no-needless-waiting"],
        with_parts(rates=transport.WaitsBetweenCalls),
    ),
]

_ERRORS = [
    _defect(
        "codes-lost",
        Seam.MAPPING,
        BugClass.error_mapping,
        "raises refusals without the venue's code",
        [*_REFUSALS, "errors/documented/words-are-kept/place"],
        with_face(transport.LosesCodes),
    ),
    _defect(
        "raw-errors-raised",
        Seam.COMPONENT,
        BugClass.error_mapping,
        "lets the decoder's error out when a reply cannot be read",
        [f"errors/broken-reply/is-a-typed-error/{kind}" for kind in _BROKEN],
        with_face(transport.RaisesRawErrors),
    ),
    _defect(
        "one-attempt",
        Seam.COMPONENT,
        BugClass.retries,
        "tries reads once",
        ["errors/overload/read-is-tried-again"],
        with_parts(retry=transport.TriesOnce),
    ),
    _defect(
        "attempts-without-end",
        Seam.COMPONENT,
        BugClass.retries,
        "goes on trying, without a pause",
        ["errors/overload/attempts-are-bounded"],
        with_parts(retry=transport.NeverGivesUp),
    ),
    _defect(
        "new-fields-refused",
        Seam.WIRE,
        BugClass.error_mapping,
        "cannot read a reply with a field that it does not know",
        ["errors/new-data/extra-field-is-ignored"],
        with_proxy(transport.RefusesNewFields),
    ),
    _defect(
        "unknown-status-read-as-new",
        Seam.MAPPING,
        BugClass.private_parsing,
        "reads an order status that it does not know as NEW",
        ["errors/new-data/unknown-order-status-is-an-error"],
        with_tables(_unknown_is_new),
    ),
    _defect(
        "unknown-instrument-status-fatal",
        Seam.MAPPING,
        BugClass.metadata,
        "cannot read the instruments when one is in a state that it does not know",
        ["errors/new-data/unknown-instrument-status-is-survived"],
        with_face(transport.InsistsOnTrading),
    ),
]

_SECURITY = [
    _defect(
        "escapes-changed-after-signing",
        Seam.WIRE,
        BugClass.signature,
        "writes percent-escapes otherwise than they were signed",
        [f"security/signature/valid-for-odd-characters/{kind}" for kind in _KEYS],
        with_proxy(transport.LowersEscapes),
    ),
    _defect(
        "some-signatures-cut",
        Seam.WIRE,
        BugClass.signature,
        "writes one signature in sixteen without its first character",
        [f"security/signature/valid-for-many-orders/{kind}" for kind in _KEYS],
        with_proxy(transport.CutsSignatures),
    ),
    _defect(
        "secrets-logged",
        Seam.COMPONENT,
        BugClass.security,
        "writes its secret into the log at debug level, in Base64",
        ["security/secrets/never-shown"],
        transport.with_secrets_in_log,
    ),
    _defect(
        "secrets-in-errors",
        Seam.COMPONENT,
        BugClass.security,
        "quotes its secret in errors, percent-encoded",
        ["security/secrets/never-shown"],
        transport.with_secrets_in_errors,
    ),
    _defect(
        "secrets-in-the-open",
        Seam.COMPONENT,
        BugClass.security,
        "keeps its secret where it is printed, in hexadecimal",
        ["security/secrets/never-shown"],
        transport.with_secrets_in_the_open,
    ),
    _defect(
        "streams-mixed-up",
        Seam.COMPONENT,
        BugClass.concurrency,
        "keeps the instrument to subscribe to in a variable that parallel streams share",
        ["concurrency/streams/each-gets-its-own-instrument"],
        with_face(transport.MixesUpStreams),
    ),
    _defect(
        "closes-when-answered",
        Seam.COMPONENT,
        BugClass.resources,
        "waits for unanswered requests when it is closed",
        ["concurrency/close/ends-what-is-in-flight"],
        with_face(transport.WaitsForAnswersToClose),
    ),
]

DEFECTS = [*_CLOCKS, *_LIMITS, *_ERRORS, *_SECURITY]

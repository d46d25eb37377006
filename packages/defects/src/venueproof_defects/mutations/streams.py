"""Streams that end, stay silent, pile up or lose something."""

from collections.abc import Sequence

from venueproof_core import BugClass, Defect, Seam
from venueproof_defects.broken import streams
from venueproof_defects.proxy import Rewriter
from venueproof_defects.seams import with_parts, with_proxy

_ENDS = ("close-1000", "close-1001", "close-1008", "close-1012", "cut")
_RESTORED = "streams/end/every-subscription-is-restored"


class LosesUnsubscribe(Rewriter):
    """Never lets the venue know that a stream was left."""

    def client_frame(self, text: str) -> str | None:
        return None if "unsubscribe" in text.lower() else text


def _parts(
    name: str, bug: BugClass, breaks: str, caught_by: Sequence[str], **replacements: type
) -> Defect:
    return Defect(
        name=name,
        seam=Seam.COMPONENT,
        bug_class=bug,
        breaks=breaks,
        caught_by=tuple(caught_by),
        apply=with_parts(**replacements),
    )


DEFECTS = [
    _parts(
        "newest-topic-forgotten",
        BugClass.resubscription,
        "restores all subscriptions but the newest",
        [
            *(f"{_RESTORED}/{end}" for end in _ENDS),
            "streams/end/restores-everything-and-only-that",
            "streams/subscription/refused-when-restored",
        ],
        subscriptions=streams.ForgetsTheNewestTopic,
    ),
    _parts(
        "normal-close-is-final",
        BugClass.reconnect_policy,
        "does not connect again after a normal close",
        [f"{_RESTORED}/close-1000", f"{_RESTORED}/close-1001"],
        reconnect=streams.NormalCloseIsFinal,
    ),
    _parts(
        "no-pause-between-attempts",
        BugClass.reconnect_policy,
        "connects again at once, whatever the venue answers",
        ["streams/refused/pauses-and-comes-back"],
        reconnect=streams.NoPauseBetweenAttempts,
    ),
    _parts(
        "spare-socket",
        BugClass.resources,
        "opens two connections when it comes back, and uses one",
        ["streams/end/leaves-one-connection"],
        session=streams.SessionWithASpareSocket,
    ),
    _parts(
        "resync-opens-another-stream",
        BugClass.book_resync,
        "opens a new stream for each resync and leaves the old one open",
        ["books/resync/leaves-one-stream"],
        session=streams.SessionThatCanDouble,
        feed=streams.FeedThatOpensAnotherStream,
    ),
    _parts(
        "cut-not-told",
        BugClass.resubscription,
        "goes on after a cut as if nothing had been missed",
        ["books/cut/is-healed", "streams/top-of-book/is-fetched-after-a-cut"],
        session=streams.SessionThatTellsNoGap,
    ),
    _parts(
        "left-topics-restored",
        BugClass.resubscription,
        "subscribes after a cut to what was left before it",
        ["streams/end/restores-everything-and-only-that"],
        subscriptions=streams.RestoresWhatWasLeft,
    ),
    _parts(
        "one-message-a-topic",
        BugClass.subscription_protocol,
        "sends one message for each topic, as fast as it can",
        ["streams/subscription/messages-keep-the-limit"],
        subscriptions=streams.OneTopicAMessage,
        pacer=streams.CountsNoMessages,
    ),
    _parts(
        "pause-goes-on-growing",
        BugClass.reconnect_policy,
        "pauses longer after each failure, also after it was connected in between",
        ["streams/refused/pause-starts-anew"],
        reconnect=streams.PausesGoOnGrowing,
    ),
    _parts(
        "refused-together",
        BugClass.subscription_protocol,
        "takes the refusal of one topic for that of all in the message",
        ["streams/subscription/one-refusal-leaves-the-others"],
        session=streams.SessionThatRefusesTogether,
    ),
    _parts(
        "refused-topic-insisted-on",
        BugClass.resubscription,
        "connects again and again when a topic that it had is refused",
        ["streams/subscription/refused-when-restored"],
        session=streams.SessionThatInsists,
    ),
    _parts(
        "old-events-repeated",
        BugClass.subscription_protocol,
        "tells an older event again when one comes twice or late",
        ["streams/trades/duplicate-is-told-once", "streams/top-of-book/never-goes-back"],
        events=streams.EventsThatComeAgain,
    ),
    _parts(
        "newest-event-fetched",
        BugClass.subscription_protocol,
        "fetches no more than the newest event when some are missing",
        [
            "streams/trades/swapped-are-told-once-each",
            "streams/trades/lost-event-is-made-good",
            "streams/trades/complete-over-a-cut",
            "streams/end/of-the-day-loses-nothing/announced",
            "streams/end/of-the-day-loses-nothing/after-a-day",
            "streams/candles/closed-in-a-cut-is-told",
        ],
        events=streams.EventsOfWhichTheNewestIsFetched,
    ),
    _parts(
        "candles-merged-over-a-cut",
        BugClass.resubscription,
        "puts the candle of before a cut and the one after it together",
        ["streams/candles/go-on-over-a-cut"],
        events=streams.CandlesMergedOverGaps,
    ),
    _parts(
        "closing-candle-dropped",
        BugClass.metadata,
        "does not tell that a candle has closed",
        ["streams/candles/close-without-trades", "streams/candles/equal-the-requested"],
        events=streams.CandlesThatNeverClose,
    ),
    _parts(
        "silence-trusted",
        BugClass.dead_stream,
        "never asks a silent connection for a sign of life",
        ["streams/silence/is-noticed"],
        heartbeat=streams.NeverAsks,
    ),
    _parts(
        "ping-not-answered",
        BugClass.heartbeats,
        "answers no ping of the venue",
        ["streams/heartbeat/pings-are-answered"],
        heartbeat=streams.AnswersNoPing,
    ),
    _parts(
        "pong-without-payload",
        BugClass.heartbeats,
        "answers pings without what they said",
        ["streams/heartbeat/pings-are-answered"],
        heartbeat=streams.AnswersWithoutPayload,
    ),
    _parts(
        "heartbeat-impatient",
        BugClass.heartbeats,
        "gives up connections between two heartbeats of the venue",
        ["streams/heartbeat/quiet-is-not-dead"],
        heartbeat=streams.ImpatientHeartbeat,
    ),
    _parts(
        "refusal-taken-for-yes",
        BugClass.subscription_protocol,
        "takes any answer to a subscription for an acknowledgement",
        [
            "streams/subscription/refusal-is-an-error",
            "streams/subscription/one-refusal-leaves-the-others",
            "streams/subscription/refused-when-restored",
        ],
        session=streams.SessionThatTakesRefusalsForYes,
    ),
    Defect(
        name="unsubscribe-lost",
        seam=Seam.WIRE,
        bug_class=BugClass.subscription_protocol,
        breaks="does not tell the venue that a stream was left",
        caught_by=(
            "streams/subscription/ends-at-the-venue",
            "streams/subscription/messages-keep-the-limit",
            "streams/end/restores-everything-and-only-that",
        ),
        apply=with_proxy(LosesUnsubscribe),
    ),
    _parts(
        "deaf-after-garbage",
        BugClass.error_mapping,
        "reads nothing any more after a frame that it could not read",
        [
            f"streams/malformed/is-survived/{kind}"
            for kind in ("truncated", "no-json", "no-object", "binary")
        ],
        session=streams.SessionThatGoesDeaf,
    ),
    _parts(
        "burst-dropped",
        BugClass.resources,
        "drops frames without a word when its queue is full",
        ["streams/trades/burst-without-loss", "performance/stream/slow-reader-loses-nothing"],
        inbox=streams.InboxThatDrops,
    ),
    _parts(
        "events-polled",
        BugClass.throttling,
        "looks for events now and then",
        ["performance/stream/event-to-delivery"],
        events=streams.EventsNowAndThen,
    ),
    _parts(
        "frames-kept",
        BugClass.resources,
        "keeps a copy of every frame for ever",
        ["performance/memory/bounded-over-events"],
        inbox=streams.InboxThatKeeps,
    ),
    _parts(
        "connections-wait-first",
        BugClass.throttling,
        "waits before it connects and before it subscribes",
        ["performance/connection/setup"],
        pacer=streams.SlowPacer,
    ),
]

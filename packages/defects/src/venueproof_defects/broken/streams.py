"""Sessions, their policies and queues with one method wrong."""

# ruff: noqa: ARG002 - what is overridden keeps its signature

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import msgspec

from venueproof_core.errors import MalformedMessageError, VenueError
from venueproof_core.models import Candle
from venueproof_net import (
    BookFeed,
    EventFeed,
    FrameInbox,
    Heartbeat,
    Pacer,
    RateBudget,
    ReconnectPolicy,
    StreamProtocol,
    StreamSession,
    Subscriptions,
)

_ROOM = 900
_KEPT_BYTES = 16 * 1024


# ---------------------------------------------------------------- policies


class NormalCloseIsFinal(ReconnectPolicy):
    """Takes a normal close for the end."""

    def should_reconnect(self, close_code: int | None) -> bool:
        return close_code not in (1000, 1001)


class NoPauseBetweenAttempts(ReconnectPolicy):
    """Tries again at once."""

    def delay_s(self, attempt: int) -> float:
        return 0.0


class ForgetsTheNewestTopic(Subscriptions):
    """Restores what was subscribed when the list was last copied: all but the newest of several."""

    def to_restore(self) -> list[str]:
        topics = super().to_restore()
        return topics[:-1] if len(topics) > 1 else topics


class RestoresWhatWasLeft(Subscriptions):
    """Restores whatever was subscribed once."""

    def __init__(self) -> None:
        super().__init__()
        self._ever: dict[str, None] = {}

    def add(self, topic: str) -> None:
        super().add(topic)
        self._ever[topic] = None

    def to_restore(self) -> list[str]:
        return list(self._ever)


class OneTopicAMessage(Subscriptions):
    """Knows no messages that name several topics."""

    def batches(self, topics: Sequence[str], size: int) -> Iterator[list[str]]:
        return super().batches(topics, 1)


class CountsNoMessages(Pacer):
    """Never waits."""

    def wait_s(self, now_ns: int) -> float:
        return 0.0


class PausesGoOnGrowing(ReconnectPolicy):
    """Does not forget the failures before a success."""

    def succeeded(self) -> None:
        return


class NeverAsks(Heartbeat):
    """Waits for an end that may never come."""

    def must_ask(self, silence_s: float) -> bool:
        return False


class AnswersNoPing(Heartbeat):
    """Leaves pings to whoever may want them."""

    def answer(self, payload: bytes) -> bytes | None:
        return None


class AnswersWithoutPayload(Heartbeat):
    """Sends empty pongs."""

    def answer(self, payload: bytes) -> bytes | None:
        return b""


class ImpatientHeartbeat(Heartbeat):
    """Gives up a connection that was quiet for eight seconds, without waiting for its answer."""

    quiet_s = 8.0
    answer_s = 0.0


class SlowPacer(Pacer):
    """Makes the first of anything wait."""

    has_waited = False

    def wait_s(self, now_ns: int) -> float:
        if self.has_waited:
            return super().wait_s(now_ns)
        self.has_waited = True
        return 0.3


class SlowBudget(RateBudget):
    """Thinks for thirty milliseconds before it lets a request go."""

    async def admit(self, *arguments: Any, **options: Any) -> None:
        await asyncio.sleep(0.03)
        await super().admit(*arguments, **options)


# ---------------------------------------------------------------- queues


class InboxThatDrops(FrameInbox):
    """Has room for some, and says nothing of the rest."""

    def put(self, item: Any) -> None:
        if len(self._items) < _ROOM:
            super().put(item)


class InboxThatKeeps(FrameInbox):
    """Keeps a copy of everything, in case somebody asks."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._kept: list[bytes] = []

    def put(self, item: Any) -> None:
        self._kept.append(b"." * _KEPT_BYTES)
        super().put(item)


# ---------------------------------------------------------------- events


class EventsThatComeAgain(EventFeed[Any]):
    """Where there is no news, tells what it told before the last."""

    def __init__(self, *arguments: Any, read: Any, **options: Any) -> None:
        told: deque[Any] = deque(maxlen=2)

        def read_again(payload: Any) -> Any:
            values = read(payload)
            if not values:
                return [told[0]] if told else []
            told.extend(values)
            return values

        super().__init__(*arguments, read=read_again, **options)


class EventsOfWhichTheNewestIsFetched(EventFeed[Any]):
    """Fetches, after a gap, no more than what is newest."""

    def __init__(self, *arguments: Any, recover: Any, **options: Any) -> None:
        async def recover_one() -> Any:
            return (await recover())[-1:]

        super().__init__(*arguments, recover=recover_one, **options)


class CandlesMergedOverGaps(EventFeed[Any]):
    """Puts the candle of before a gap and the one after it together."""

    def __init__(self, *arguments: Any, read: Any, recover: Any, **options: Any) -> None:
        kept: Candle | None = None
        has_gap = False

        def merged(value: Any) -> Any:
            nonlocal kept
            if not isinstance(value, Candle):
                return value
            if has_gap and kept is not None:
                return msgspec.structs.replace(
                    value,
                    open=kept.open,
                    high=max(kept.high, value.high),
                    low=min(kept.low, value.low),
                    volume=kept.volume + value.volume,
                )
            kept = value
            return value

        async def recover_merged() -> Any:
            nonlocal has_gap
            has_gap = True
            return [merged(value) for value in await recover()]

        super().__init__(
            *arguments,
            read=lambda payload: [merged(value) for value in read(payload)],
            recover=recover_merged,
            **options,
        )


class EventsNowAndThen(EventFeed[Any]):
    """Looks for events four times a second."""

    async def __anext__(self) -> Any:
        await asyncio.sleep(0.25)
        return await super().__anext__()


class CandlesThatNeverClose(EventFeed[Any]):
    """Takes the word that a candle has closed for no news."""

    def __init__(self, *arguments: Any, read: Any, **options: Any) -> None:
        def read_growth(payload: Any) -> Any:
            return [
                value
                for value in read(payload)
                if not (isinstance(value, Candle) and value.is_closed)
            ]

        super().__init__(*arguments, read=read_growth, **options)


# ---------------------------------------------------------------- sessions


class SessionThatTellsNoGap(StreamSession):
    """Comes back as if it had never been away."""

    def _tell_gap(self, topics: set[str]) -> None:
        return


class SessionThatTakesRefusalsForYes(StreamSession):
    """Looks at the id of an answer, not at what it says."""

    async def _answer(self, message: str, topics: Sequence[str] = ()) -> VenueError | None:
        if await super()._answer(message, topics) is not None:
            self._acknowledged(topics)
        return None


class SessionThatRefusesTogether(StreamSession):
    """Takes the refusal of one topic for that of all in the message."""

    async def _subscribe(self, topics: list[str]) -> None:
        if self._waiting.keys().isdisjoint(topics):
            await super()._subscribe(topics)  # what is restored is none of its business
            return
        message = self._protocol.subscribe(self._last_id + 1, topics)
        error = None if message is None else await self._answer(message, topics)
        if error is None:
            self._acknowledged(topics)
            return
        for topic in topics:
            self._refused(topic, error)


class SessionThatInsists(StreamSession):
    """Connects anew when a topic that it had is refused."""

    def _refused(self, topic: str, error: VenueError) -> None:
        if topic not in self._waiting:
            raise error
        super()._refused(topic, error)


class SessionWithASpareSocket(StreamSession):
    """From the second connection on, opens another one beside it."""

    connections = 0

    async def _connect_and_serve(self) -> None:
        self.connections += 1
        async with contextlib.AsyncExitStack() as spare:
            if self.connections > 1:
                socket = await self._http.open_socket(
                    await self._protocol.url(), operation="stream"
                )
                spare.push_async_callback(socket.close)
            await super()._connect_and_serve()


class SessionThatGoesDeaf(StreamSession):
    """After a frame that it cannot read it reads on, and understands nothing any more."""

    def __init__(self, protocol: StreamProtocol, *arguments: Any, **options: Any) -> None:
        super().__init__(protocol, *arguments, **options)
        read = protocol.read
        is_deaf = False

        def read_until_deaf(frame: str | bytes) -> Any:
            nonlocal is_deaf
            try:
                return None if is_deaf else read(frame)
            except MalformedMessageError:
                is_deaf = True
                raise

        protocol.read = read_until_deaf  # type: ignore[method-assign]


class SessionThatCanDouble(StreamSession):
    """Can subscribe everything once more, on a socket of its own."""

    newest: ClassVar["SessionThatCanDouble | None"] = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        SessionThatCanDouble.newest = self
        self._doubles: list[Any] = []

    async def double(self) -> None:
        """Open one more connection for the same topics."""
        socket = await self._http.open_socket(await self._protocol.url(), operation="stream")
        self._doubles.append(socket)
        message = self._protocol.subscribe(1, self._subscriptions.to_restore())
        if message is not None:
            await socket.send_str(message)
            await socket.receive()

    async def aclose(self) -> None:
        await super().aclose()
        while self._doubles:
            await self._doubles.pop().close()


class FeedThatOpensAnotherStream(BookFeed):
    """Resynchronises by opening a new stream and forgets to leave the old one."""

    is_first = True

    async def _synchronise(self) -> None:
        session = SessionThatCanDouble.newest
        if not self.is_first and session is not None:
            await session.double()
        self.is_first = False
        await super()._synchronise()

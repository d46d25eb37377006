"""A stream session that stays up: one live link, everything wanted subscribed, nothing lost in silence."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from venueproof_core import Clock, Outcome
from venueproof_core.errors import (
    ClockSkewError,
    DisconnectedError,
    MalformedMessageError,
    RateLimitedError,
    RefusedError,
    TimedOutError,
    VenueError,
)
from venueproof_net.clock import Deadline, sleep_patiently
from venueproof_net.http import HttpSession
from venueproof_net.policies import Heartbeat, Pacer, ReconnectPolicy, Subscriptions
from venueproof_net.stream_protocol import (
    Sink,
    StreamEnding,
    StreamEvent,
    StreamProtocol,
    StreamReply,
)
from venueproof_net.wires import Link, Ping

log = logging.getLogger(__name__)


class StreamSession:
    """One connection to one endpoint, kept alive from the first ``attach`` to ``aclose``.

    Every kind of end (any close code, a dead stream, an unreadable handshake) leads to a new connection
    after the policy's pause; there, all wanted topics are subscribed again and their sinks told of the gap.
    """

    def __init__(
        self,
        protocol: StreamProtocol,
        http: HttpSession,
        *,
        venue: str,
        clock: Clock,
        timeout_s: float,
        reconnect: ReconnectPolicy,
        subscriptions: Subscriptions,
        heartbeat: Heartbeat,
        messages: Pacer,
        connects: Pacer,
    ) -> None:
        self._protocol = protocol
        self._http = http
        self._venue = venue
        self._clock = clock
        self._timeout_s = timeout_s
        self._reconnect = reconnect
        self._subscriptions = subscriptions
        self._heartbeat = heartbeat
        self._messages = messages
        self._connects = connects
        self._sinks: dict[str, list[Sink]] = {}
        self._live: set[str] = set()
        self._was_live: set[str] = set()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._todo: list[str] = []
        self._dropped: list[str] = []
        self._has_todo = asyncio.Event()
        self._replies: dict[int, tuple[Sequence[str], asyncio.Future[VenueError | None]]] = {}
        self._acknowledged_times: dict[str, int] = {}
        self._last_id = 0
        self._last_error: VenueError | None = None
        self._close_code: int | None = None
        self._heard_ns = 0
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None
        self._previous: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._subscriptions)

    async def attach(self, topic: str, sink: Sink) -> None:
        """Send a topic's frames to ``sink``; return once the venue has acknowledged the subscription.

        Raises:
            VenueError: The venue refused it, or there was no answer in time.
        """
        self._sinks.setdefault(topic, []).append(sink)
        if topic in self._live:
            return
        acknowledged = self._waiting.get(topic)
        if acknowledged is None:
            acknowledged = self._waiting[topic] = asyncio.get_running_loop().create_future()
        if topic not in self._subscriptions:
            self._subscriptions.add(topic)
            self._todo.append(topic)
            self._has_todo.set()
        if self._task is None:
            self._task = asyncio.create_task(
                self._run(self._previous), name=f"{self._venue} stream"
            )
        try:
            async with Deadline(self._clock, self._timeout_s):
                await asyncio.shield(acknowledged)
        except BaseException as error:
            await self.detach(topic, sink)
            if isinstance(error, TimeoutError):
                raise self._not_acknowledged(topic) from self._last_error
            raise

    def _not_acknowledged(self, topic: str) -> TimedOutError:
        reason = f"; the last connection failed: {self._last_error}" if self._last_error else ""
        return TimedOutError(
            f"the subscription to {topic} was not acknowledged within {self._timeout_s:g} s{reason}",
            venue=self._venue,
            operation="subscribe",
            outcome=Outcome.NOT_APPLIED,
        )

    def subscribed_times(self, topic: str) -> int:
        """How often the venue has acknowledged a subscription to a topic."""
        return self._acknowledged_times.get(topic, 0)

    async def renew(self, topic: str) -> None:
        """Give a topic back and ask for it again; return once the venue has acknowledged it.

        Nothing is sent while the connection is being replaced: that subscribes anew by itself.

        Raises:
            VenueError: The venue refused it, or there was no answer in time.
        """
        if topic in self._live:
            self._live.discard(topic)
            # Its readers asked for this: it is no gap.
            self._was_live.discard(topic)
            self._waiting[topic] = asyncio.get_running_loop().create_future()
            self._dropped.append(topic)
            self._todo.append(topic)
            self._has_todo.set()
        acknowledged = self._waiting.get(topic)
        if acknowledged is None:
            return
        try:
            async with Deadline(self._clock, self._timeout_s):
                await asyncio.shield(acknowledged)
        except TimeoutError:
            raise self._not_acknowledged(topic) from self._last_error

    async def detach(self, topic: str, sink: Sink) -> None:
        """Stop sending a topic's frames to ``sink``; the last one to leave closes the connection."""
        sinks = self._sinks.get(topic, [])
        if sink in sinks:
            sinks.remove(sink)
        if sinks:
            return
        self._sinks.pop(topic, None)
        self._waiting.pop(topic, None)
        self._subscriptions.remove(topic)
        was_live = topic in self._live
        self._live.discard(topic)
        self._was_live.discard(topic)
        if not self._sinks:
            await self.aclose()
        elif was_live:
            self._dropped.append(topic)
            self._has_todo.set()

    async def aclose(self) -> None:
        """Close the connection and end every stream. Safe to call twice."""
        task, self._task = self._task, None
        self._end_all(None)
        if task is not None:
            self._previous = task
            task.cancel()
            await asyncio.wait([task])

    def _end_all(self, error: Exception | None) -> None:
        sinks, self._sinks = self._sinks, {}
        for topic, readers in sinks.items():
            self._subscriptions.remove(topic)
            for sink in readers:
                sink.on_end(error)
        if error is not None:
            self._fail_waiting(error)
        self._waiting.clear()
        self._live.clear()
        self._was_live.clear()

    def _fail_waiting(self, error: Exception) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(error)

    # ------------------------------------------------------------ one connection after another

    async def _run(self, previous: "asyncio.Task[None] | None") -> None:
        if previous is not None:
            # One live link: the one before must be gone.
            await asyncio.wait([previous])
        while True:
            self._close_code = None
            try:
                await self._connect_and_serve()
                self._last_error = self._disconnected(f"it was closed with {self._close_code}")
            except VenueError as error:
                self._last_error = error
                if isinstance(error, RefusedError) and not isinstance(
                    error, (RateLimitedError, ClockSkewError)
                ):
                    # Trying again will not help those who wait for the first time.
                    self._fail_waiting(error)
            except Exception as error:
                self._end_all(error)
                return
            self._live.clear()
            if not self._reconnect.should_reconnect(self._close_code):
                self._end_all(self._last_error)
                return
            pause_s = self._reconnect.failed()
            log.warning("%s; reconnecting in %.1f s", self._last_error, pause_s)
            await self._clock.sleep(pause_s)

    def _disconnected(self, reason: str) -> DisconnectedError:
        return DisconnectedError(
            f"the stream ended: {reason}",
            venue=self._venue,
            operation="stream",
            outcome=Outcome.NOT_APPLIED,
        )

    async def _connect_and_serve(self) -> None:
        await self._clock.sleep(self._connects.wait_s(self._clock.monotonic_ns()))
        self._connects.count(self._clock.monotonic_ns())
        link = await self._protocol.wire.open(
            self._http,
            await self._protocol.url(),
            headers=self._protocol.headers(),
            operation="stream",
        )
        self._link = link
        self._heard_ns = self._clock.monotonic_ns()
        restored = [t for t in self._subscriptions.to_restore() if t not in self._waiting]
        self._todo = [*restored, *self._waiting]
        self._dropped.clear()
        self._has_todo.set()
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._read(link),
                self._subscribe_all(),
                self._watch(link),
                self._keep_alive(),
                self._protocol.while_open(),
            )
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._link = None
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            self._replies.clear()
            await link.close()
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _read(self, link: Link) -> None:
        clock = self._clock
        while True:
            incoming = await link.receive()
            if incoming is None:
                self._close_code = link.close_code
                return
            self._heard_ns = clock.monotonic_ns()
            if isinstance(incoming, (str, bytes)):
                self._on_frame(incoming)
            elif isinstance(incoming, Ping):
                answer = self._heartbeat.answer(incoming.payload)
                if answer is not None:
                    with contextlib.suppress(ConnectionError):
                        await link.pong(answer)

    def _on_frame(self, data: str | bytes) -> None:
        try:
            frame = self._protocol.read(data)
        except MalformedMessageError as error:
            # Whatever it was, somebody's state misses it now.
            log.warning("%s; every stream of this connection starts over", error)
            self._tell_gap(self._live)
            return
        if type(frame) is StreamEvent:
            received_ns = self._clock.time_ns()
            for sink in self._sinks.get(frame.topic, ()):
                sink.on_frame(frame.payload, received_ns)
        elif type(frame) is StreamReply:
            topics, waiting = self._replies.pop(frame.request_id, ((), None))
            if frame.error is None:
                # Here and now: the next frame may be the first of a topic already.
                self._acknowledged(topics)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame.error)
        elif type(frame) is StreamEnding:
            raise self._disconnected(frame.reason)

    def _tell_gap(self, topics: set[str]) -> None:
        for topic in topics:
            for sink in self._sinks.get(topic, ()):
                sink.on_gap()

    # ------------------------------------------------------------ subscriptions

    async def _subscribe_all(self) -> None:
        if not await self._log_in():
            # Who reads has been told; the connection ends with the last of them.
            await asyncio.get_running_loop().create_future()
        while True:
            await self._has_todo.wait()
            self._has_todo.clear()
            dropped, self._dropped = self._dropped, []
            for batch in self._subscriptions.batches(dropped, self._protocol.topics_per_message):
                await self._unsubscribe(batch)
            todo, self._todo = self._todo, []
            for batch in self._subscriptions.batches(todo, self._protocol.topics_per_message):
                await self._subscribe(batch)
            if not self._todo:
                self._reconnect.succeeded()

    async def _log_in(self) -> bool:
        message = self._protocol.log_in(self._last_id + 1)
        error = None if message is None else await self._answer(message)
        if error is None:
            return True
        if isinstance(error, (RateLimitedError, ClockSkewError)):
            raise error
        for topic in self._subscriptions.to_restore():
            self._refused(topic, error)
        return False

    async def _unsubscribe(self, topics: list[str]) -> None:
        self._last_id += 1
        message = self._protocol.unsubscribe(self._last_id, topics)
        if message is not None:
            # Nobody depends on the answer: should the connection end, the topics are gone too.
            await self._send(message)

    async def _subscribe(self, topics: list[str]) -> None:
        message = self._protocol.subscribe(self._last_id + 1, topics)
        if message is None:
            self._acknowledged(topics)
            return
        error = await self._answer(message, topics)
        if error is None:
            return
        if len(topics) > 1:
            # One bad topic must not take the others down with it.
            for topic in topics:
                await self._subscribe([topic])
        else:
            self._refused(topics[0], error)

    def _refused(self, topic: str, error: VenueError) -> None:
        if isinstance(error, (RateLimitedError, ClockSkewError)) and topic in self._was_live:
            raise error  # the venue will take it again: on another connection, after a pause
        self._subscriptions.remove(topic)
        self._was_live.discard(topic)
        waiting = self._waiting.pop(topic, None)
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
            return
        # It was there before: whoever reads it must hear that it does not come back.
        for sink in self._sinks.pop(topic, ()):
            sink.on_end(error)

    async def _answer(self, message: str, topics: Sequence[str] = ()) -> VenueError | None:
        """Send the request of the next number, for topics if it is for some; what the venue says to it."""
        self._last_id += 1
        request_id = self._last_id
        reply: asyncio.Future[VenueError | None] = asyncio.get_running_loop().create_future()
        self._replies[request_id] = topics, reply
        try:
            async with Deadline(self._clock, self._timeout_s, is_patient=True):
                await self._send(message)
                return await reply
        except TimeoutError as error:
            raise self._disconnected("a request was not answered") from error
        finally:
            self._replies.pop(request_id, None)

    def _acknowledged(self, topics: Sequence[str]) -> None:
        wanted = [topic for topic in topics if topic in self._sinks]
        again = self._was_live.intersection(wanted)
        self._live.update(wanted)
        self._was_live.update(wanted)
        for topic in wanted:
            self._acknowledged_times[topic] = self.subscribed_times(topic) + 1
            waiting = self._waiting.pop(topic, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
        self._tell_gap(again)

    async def _send(self, message: str) -> None:
        while (wait_s := self._messages.wait_s(self._clock.monotonic_ns())) > 0:
            await self._clock.sleep(wait_s)
        link = self._link
        if link is None:
            raise self._disconnected("there is no connection")
        self._messages.count(self._clock.monotonic_ns())
        try:
            await link.send(message)
        except ConnectionError as error:
            raise self._disconnected("it was closed while sending") from error

    # ------------------------------------------------------------ signs of life

    async def _keep_alive(self) -> None:
        pause_s = self._protocol.ping_every_s
        if pause_s is None:
            await asyncio.get_running_loop().create_future()
            return
        while True:
            await self._clock.sleep(pause_s)
            await self._send(self._protocol.ping())

    async def _watch(self, link: Link) -> None:
        beat, clock = self._heartbeat, self._clock
        while True:
            silence_s = (clock.monotonic_ns() - self._heard_ns) / 1e9
            if not beat.must_ask(silence_s):
                await clock.sleep(max(beat.quiet_s - silence_s, 0.001))
                continue
            heard_ns = self._heard_ns
            for _ in range(beat.questions):
                with contextlib.suppress(ConnectionError):
                    await link.ping()
                await sleep_patiently(clock, beat.answer_s)
                if self._heard_ns != heard_ns:
                    break
            if self._heard_ns == heard_ns and beat.is_dead(silence_s):
                raise self._disconnected(f"nothing was heard for {silence_s:.0f} s")

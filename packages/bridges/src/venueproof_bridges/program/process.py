"""A child process that speaks lines, and that is never left behind."""

import asyncio
import contextlib
import itertools
from collections.abc import Sequence
from typing import Any

import msgspec

from venueproof_bridges.program.wire import (
    WRITES,
    Line,
    as_error,
    failure_outcome,
    malformed,
    shape_of,
)
from venueproof_core.errors import (
    ConfigurationError,
    DisconnectedError,
    MalformedMessageError,
    Outcome,
    TimedOutError,
    VenueError,
)

LONGEST_LINE = 2**24
MOST_WAITING = 100_000  # values of one stream that nobody reads
_GRACE_S = 2.0


class Request:
    """A line that was sent, and what is to come back.

    Attributes:
        sent: The line, without secrets.
        returns: Type of the result; of a stream's values for a stream.
    """

    def __init__(self, number: int, operation: str, sent: str, returns: Any) -> None:
        self.number = number
        self.operation = operation
        self.sent = sent
        self.returns = returns
        self.is_stream = operation.startswith("stream_")
        self.reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.values: asyncio.Queue[Any] = asyncio.Queue()

    def expected(self) -> str:
        """Lines that would have been right."""
        error = f'{{"id": {self.number}, "error": {{"class", "message", "outcome"}}}}'
        result = "null" if self.is_stream else shape_of(self.returns)
        text = f'{{"id": {self.number}, "result": {result}}} or {error}'
        if self.is_stream:
            text += f'; then {{"stream": {self.number}, "value": {shape_of(self.returns)}}}'
        return text

    def fail(self, error: BaseException) -> None:
        """End whoever waits for it."""
        if not self.reply.done():
            self.reply.set_exception(error)
        elif self.is_stream:
            self.values.put_nowait(error)


class Process:
    """One running program.

    Args:
        venue: For errors.
    """

    def __init__(self, child: asyncio.subprocess.Process, venue: str) -> None:
        self._child = child
        self._venue = venue
        self._numbers = itertools.count(1)
        self._requests: dict[int, Request] = {}
        self._broken: VenueError | None = None
        self._reader = asyncio.create_task(self._read(), name="lines of the program")

    @classmethod
    async def start(cls, command: Sequence[str], venue: str) -> "Process":
        """Start it; its standard error is ours.

        Raises:
            ConfigurationError: It cannot be started.
        """
        try:
            child = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE,
            )
        except OSError as error:
            raise ConfigurationError(f"cannot start {command[0]!r}: {error.strerror}") from error
        return cls(child, venue)

    async def ask(
        self, operation: str, parameters: dict[str, Any], returns: Any, *, timeout_s: float
    ) -> Any:
        """Send a request and return its result.

        Raises:
            VenueError: The program told of one, ended, hangs, or does not follow the protocol.
        """
        request = await self.send(operation, parameters, returns)
        try:
            return await self.replied(request, timeout_s)
        finally:
            del self._requests[request.number]

    async def send(self, operation: str, parameters: dict[str, Any], returns: Any) -> Request:
        """Send a request; a stream's stays until it is forgotten."""
        number = next(self._numbers)
        line = msgspec.json.encode({"id": number, "method": operation, "params": parameters})
        # The one request with secrets in it.
        shown = '{"method": "connect", ...}' if operation == "connect" else line.decode()
        request = Request(number, operation, shown, returns)
        if self._broken is not None:
            raise self._failure(operation)
        assert self._child.stdin is not None
        self._requests[number] = request
        try:
            self._child.stdin.write(line + b"\n")
            await self._child.stdin.drain()
        except OSError:
            # It has ended: the reader knows how, and says so to whoever waits.
            await asyncio.wait({self._reader})
        return request

    async def replied(self, request: Request, timeout_s: float) -> Any:
        """Wait for the reply.

        Raises:
            VenueError: As for ``ask``.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await request.reply
        except TimeoutError as error:
            raise TimedOutError(
                f"the program did not answer {request.sent} within {timeout_s:g} s",
                venue=self._venue,
                operation=request.operation,
                outcome=failure_outcome(request.operation),
            ) from error

    def forget(self, request: Request) -> None:
        """Nobody reads this stream any more."""
        self._requests.pop(request.number, None)

    async def aclose(self) -> None:
        """End it: first it is asked to, by the end of its input, then by signals."""
        if self._child.stdin is not None:
            self._child.stdin.close()
        for end in (None, self._child.terminate, self._child.kill):
            if end is not None:
                with contextlib.suppress(ProcessLookupError):
                    end()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_S):
                    await self._child.wait()
                    break
        self._reader.cancel()
        await asyncio.wait({self._reader})
        # Its transport keeps the pipes until somebody closes it.
        self._child._transport.close()  # type: ignore[attr-defined]

    # ------------------------------------------------------------ lines

    async def _read(self) -> None:
        assert self._child.stdout is not None
        try:
            while line := await self._child.stdout.readline():
                self._take(line)
            self._break(
                DisconnectedError(
                    f"the program ended with exit code {await self._child.wait()}",
                    venue=self._venue,
                    operation="read",
                    outcome=Outcome.UNKNOWN,
                )
            )
        except ValueError:
            self._break(self._malformed(None, f"a line longer than {LONGEST_LINE} bytes", b""))
        except MalformedMessageError as error:
            self._break(error)
        if self._child.returncode is None:
            # It talks nonsense: nothing that it says can be used any more.
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()

    def _take(self, text: bytes) -> None:
        try:
            line = msgspec.json.decode(text, type=Line)
        except msgspec.MsgspecError as error:
            problem = f"{error}; standard output is for the protocol alone, logs go to stderr"
            raise self._malformed(None, problem, text) from error
        number = line.id if line.id is not None else line.stream
        if number is None:
            raise self._malformed(None, 'a line without "id" and without "stream"', text)
        request = self._requests.get(number)
        if request is None:
            return  # the reply to a request that was given up, or the rest of a stream
        try:
            if line.id is not None:
                self._reply(request, line)
            else:
                self._value(request, line)
        except msgspec.MsgspecError as error:
            request.fail(self._malformed(request, str(error), text))

    def _reply(self, request: Request, line: Line) -> None:
        if request.reply.done():
            return
        if line.error:
            request.reply.set_exception(
                as_error(line.error, venue=self._venue, operation=request.operation)
            )
        elif request.is_stream:
            request.reply.set_result(None)
        else:
            request.reply.set_result(msgspec.json.decode(line.result, type=request.returns))

    def _value(self, request: Request, line: Line) -> None:
        if request.values.qsize() >= MOST_WAITING:
            raise self._malformed(request, f"{MOST_WAITING} values that nobody reads", b"")
        if line.error:
            error = as_error(line.error, venue=self._venue, operation=request.operation)
            request.values.put_nowait(error)
        elif line.end:
            request.values.put_nowait(StopAsyncIteration())
        elif line.value:
            request.values.put_nowait(msgspec.json.decode(line.value, type=request.returns))
        else:
            raise msgspec.ValidationError('a stream\'s line needs "value", "error" or "end"')

    # ------------------------------------------------------------ failure

    def _break(self, error: VenueError) -> None:
        self._broken = error
        for request in self._requests.values():
            request.fail(self._failure(request.operation))

    def _failure(self, operation: str) -> VenueError:
        """What broke the process, as the failure of one operation."""
        assert self._broken is not None
        return type(self._broken)(
            self._broken.message,
            venue=self._venue,
            operation=operation,
            outcome=Outcome.UNKNOWN if operation in WRITES else Outcome.NOT_APPLIED,
        )

    def _malformed(
        self, request: Request | None, problem: str, text: bytes
    ) -> MalformedMessageError:
        last = request or next(reversed(self._requests.values()), None)
        return malformed(
            problem,
            venue=self._venue,
            operation=last.operation if last is not None else "read",
            sent=last.sent if last is not None else "nothing",
            expected=last.expected() if last is not None else "nothing",
            received=text,
        )

"""The connector object in front of a program."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from venueproof_bridges.program.process import Process, Request
from venueproof_bridges.program.settings import ProgramSettings
from venueproof_bridges.program.wire import METHODS, STREAMS, Method, Welcome
from venueproof_core.errors import VenueError


class ProgramConnector:
    """A program, called by our names. It has the methods that it named when it was connected."""

    def __init__(self, process: Process, methods: list[str], reply_within_s: float) -> None:
        self._process = process
        self._methods = frozenset(methods)
        self._reply_within_s = reply_within_s

    def __getattr__(self, name: str) -> Any:
        method = METHODS.get(name) if name in self._methods else None
        if method is None:
            raise AttributeError(f"the program has no method {name}")
        return self._stream(method) if name in STREAMS else self._call(method)

    async def aclose(self) -> None:
        """End the program. Safe to call twice."""
        await self._process.aclose()

    def _call(self, method: Method) -> Callable[..., Any]:
        async def call(*arguments: Any, **options: Any) -> Any:
            return await self._process.ask(
                method.name,
                method.parameters(arguments, options),
                method.returns,
                timeout_s=self._reply_within_s,
            )

        return call

    def _stream(self, method: Method) -> "Callable[..., ProgramStream]":
        def stream(*arguments: Any, **options: Any) -> ProgramStream:
            parameters = method.parameters(arguments, options)
            return ProgramStream(self._process, method, parameters, self._reply_within_s)

        return stream


class ProgramStream:
    """Values that the program sends until it is told to end."""

    def __init__(
        self, process: Process, method: Method, parameters: dict[str, Any], reply_within_s: float
    ) -> None:
        self._process = process
        self._method = method
        self._parameters = parameters
        self._reply_within_s = reply_within_s
        self._request: Request | None = None
        self._is_over = False

    async def __aenter__(self) -> Self:
        method = self._method
        self._request = await self._process.send(method.name, self._parameters, method.returns)
        try:
            await self._process.replied(self._request, self._reply_within_s)
        except (VenueError, NotImplementedError, asyncio.CancelledError):
            self._process.forget(self._request)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._request is not None
        self._process.forget(self._request)
        if self._is_over:
            return
        try:
            await self._process.ask(
                "end_stream",
                {"stream": self._request.number},
                type(None),
                timeout_s=self._reply_within_s,
            )
        except VenueError:
            # What ended the block says more than that it could not be left in good order.
            if error is None:
                raise

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        assert self._request is not None
        if self._is_over:
            raise StopAsyncIteration
        value = await self._request.values.get()
        if isinstance(value, BaseException):
            self._is_over = True
            raise value
        return value


async def connect(
    command: list[str], venue: str, settings: ProgramSettings, endpoints: Mapping[str, str]
) -> ProgramConnector:
    """Start a program and tell it where to connect.

    Raises:
        ConfigurationError: It cannot be started.
        VenueError: It did not answer ``connect`` as it must.
    """
    process = await Process.start(command, venue)
    try:
        welcome = await process.ask(
            "connect",
            {"venue": venue, "settings": settings.for_program(), "endpoints": dict(endpoints)},
            Welcome,
            timeout_s=settings.reply_within_s,
        )
    except BaseException:
        await process.aclose()
        raise
    return ProgramConnector(process, welcome.methods, settings.reply_within_s)

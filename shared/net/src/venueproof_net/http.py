"""One HTTP session: sends what it is given byte for byte, once, and says honestly what became of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from venueproof_core import Clock, Outcome
from venueproof_core.errors import (
    ConnectError,
    DisconnectedError,
    MalformedMessageError,
    TimedOutError,
)
from venueproof_net.clock import Deadline, Deadlines

if TYPE_CHECKING:
    import aiohttp


class RawReply(NamedTuple):
    """An answer as it came. Header names are case insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ClosedError(ConnectError):
    """This side was closed: nothing is sent any more, and trying again is of no use."""


class HttpSession:
    """A pool of kept connections to one venue.

    Args:
        venue: Named in errors.
        timeout_s: For a whole request, on ``clock``.
    """

    def __init__(self, *, venue: str, clock: Clock, timeout_s: float) -> None:
        self._venue = venue
        self._clock = clock
        self._timeout_s = timeout_s
        self._deadlines = Deadlines(clock, timeout_s)
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    def _open(self, operation: str) -> "aiohttp.ClientSession":
        # Imported here: the library costs more than all of this package, and listing plugins needs none of it.
        import aiohttp

        if self._is_closed:
            raise ClosedError(
                "the connector was closed; nothing was sent",
                venue=self._venue,
                operation=operation,
                outcome=Outcome.NOT_APPLIED,
            )
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), limit=100),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": "venueproof"},
                skip_auto_headers=("Content-Type",),
            )
            # By default the library itself sends PUT and DELETE a second time when a kept connection
            # ends under them. A cancel or amend must never be resent without anybody knowing.
            self._session._retry_connection = False
        return self._session

    async def request(
        self,
        method: str,
        url: str,
        *,
        operation: str,
        is_write: bool,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> RawReply:
        """Send one request, once, and return the whole answer, whatever its status.

        Args:
            url: Sent as it is; already percent-encoded.
            is_write: Whether it can change the venue's state; decides the outcome of a failure.

        Raises:
            ConnectError: Nothing was sent.
            TimedOutError, DisconnectedError, MalformedMessageError: UNKNOWN for a write.
        """
        import aiohttp
        import yarl

        session = self._open(operation)
        outcome = Outcome.UNKNOWN if is_write else Outcome.NOT_APPLIED
        try:
            async with (
                self._deadlines.begin(),
                session.request(
                    method,
                    yarl.URL(url, encoded=True),
                    headers=headers,
                    data=None if body is None else body.encode(),
                    allow_redirects=False,
                ) as response,
            ):
                return RawReply(response.status, response.headers, await response.read())
        except TimeoutError as error:
            raise TimedOutError(
                f"no answer within {self._timeout_s:g} s",
                venue=self._venue,
                operation=operation,
                outcome=outcome,
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise ConnectError(
                f"no connection to {error.host}:{error.port}: {error.os_error}; check the endpoint",
                venue=self._venue,
                operation=operation,
                outcome=Outcome.NOT_APPLIED,
            ) from error
        except aiohttp.ClientPayloadError as error:
            raise MalformedMessageError(
                "the reply's body ended early",
                venue=self._venue,
                operation=operation,
                outcome=outcome,
            ) from error
        except aiohttp.ClientResponseError as error:
            # Not chained: the library's error prints the URL, and a signed URL is a secret.
            raise MalformedMessageError(
                f"the reply is not HTTP: {error.message}",
                venue=self._venue,
                operation=operation,
                outcome=outcome,
            ) from None
        except aiohttp.ClientError as error:
            raise DisconnectedError(
                f"the connection ended before the reply: {type(error).__name__}",
                venue=self._venue,
                operation=operation,
                outcome=outcome,
            ) from error

    async def open_socket(
        self, url: str, *, operation: str, headers: Mapping[str, str] | None = None
    ) -> "aiohttp.ClientWebSocketResponse":
        """Open a WebSocket that reports pings instead of answering them, so that they can be watched.

        Raises:
            ConnectError: It could not be opened, for whatever reason; nothing was sent on it.
        """
        import aiohttp
        from yarl import URL

        session = self._open(operation)
        try:
            async with Deadline(self._clock, self._timeout_s):
                return await session.ws_connect(
                    URL(url, encoded=True),
                    headers=headers,
                    autoping=False,
                    max_msg_size=64 * 1024 * 1024,
                    timeout=aiohttp.ClientWSTimeout(ws_close=0.5),
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            # Not chained: handshake errors print the URL, which may hold a listen key.
            raise self._not_opened(type(error).__name__, operation) from None

    async def open_lines(
        self, url: str, *, operation: str, headers: Mapping[str, str] | None = None
    ) -> "aiohttp.ClientResponse":
        """Send a GET whose reply goes on for ever; return once its head is here.

        Raises:
            ConnectError: There is no such stream, for whatever reason.
        """
        import aiohttp
        from yarl import URL

        session = self._open(operation)
        try:
            async with Deadline(self._clock, self._timeout_s):
                response = await session.get(
                    URL(url, encoded=True), headers=headers, allow_redirects=False
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._not_opened(type(error).__name__, operation) from None
        if response.status != 200:
            response.close()
            raise self._not_opened(f"status {response.status}", operation)
        return response

    def _not_opened(self, reason: str, operation: str) -> ConnectError:
        return ConnectError(
            f"the stream could not be opened: {reason}",
            venue=self._venue,
            operation=operation,
            outcome=Outcome.NOT_APPLIED,
        )

    async def aclose(self) -> None:
        """Close every connection; later calls are refused here. Safe to call twice."""
        self._is_closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

"""Errors of the venue, told with one thing wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from venueproof_core import Outcome
from venueproof_core.errors import AuthenticationError, RefusedError, Retry, VenueError
from venueproof_defects.faces import Face
from venueproof_defects.proxy import Forward, ProxiedReply, ProxiedRequest, Rewriter

GATEWAY_TIMEOUTS = (408, 504)
BAD_GATEWAY = 502
FORBIDDEN = 403


def _plain(error: VenueError, retry: Retry | None = None) -> RefusedError:
    """The same as any refusal, that did nothing."""
    return RefusedError(
        error.message,
        venue=error.venue,
        operation=error.operation,
        outcome=Outcome.NOT_APPLIED,
        code=error.code,
        status=error.status,
        retry=retry,
    )


class ChangesErrors(Face):
    """Raises the errors of its calls in another way."""

    def changed(self, error: VenueError, *, is_write: bool) -> VenueError:  # noqa: ARG002 - for overriding
        """What is raised instead."""
        return error

    async def place(self, request: Any) -> Any:
        return await self.tried(lambda: self.client.place(request), is_write=True)

    async def cancel(self, symbol: str, **ids: Any) -> Any:
        return await self.tried(lambda: self.client.cancel(symbol, **ids), is_write=True)

    async def order(self, symbol: str, **ids: Any) -> Any:
        return await self.tried(lambda: self.client.order(symbol, **ids), is_write=False)

    async def tried(self, call: Callable[[], Awaitable[Any]], *, is_write: bool) -> Any:
        """Make a call."""
        try:
            return await call()
        except VenueError as error:
            raise self.changed(error, is_write=is_write) from error


class LacksALine(ChangesErrors):
    """A table in which the line for refused keys is missing: they are like any refusal."""

    def changed(self, error: VenueError, *, is_write: bool) -> VenueError:  # noqa: ARG002
        return _plain(error) if isinstance(error, AuthenticationError) else error


class TakesTimeoutsAsRefused(ChangesErrors):
    """A venue that waited in vain for its own engine is said to have refused."""

    def changed(self, error: VenueError, *, is_write: bool) -> VenueError:  # noqa: ARG002
        if error.status in GATEWAY_TIMEOUTS:
            error.outcome = Outcome.NOT_APPLIED
        return error


class DoubtsReads(ChangesErrors):
    """Every failure is of unknown outcome, of a read too."""

    def changed(self, error: VenueError, *, is_write: bool) -> VenueError:
        if not is_write:
            error.outcome = Outcome.UNKNOWN
        return error


class TriesFatalAgain(ChangesErrors):
    """Makes a call with refused credentials a second time."""

    async def tried(self, call: Callable[[], Awaitable[Any]], *, is_write: bool) -> Any:
        try:
            return await call()
        except AuthenticationError:
            return await super().tried(call, is_write=is_write)


class AdvisesToRepeat(ChangesErrors):
    """Says of every refusal that it will pass."""

    def changed(self, error: VenueError, *, is_write: bool) -> VenueError:  # noqa: ARG002
        return _plain(error, Retry.LATER) if type(error) is RefusedError else error


class LosesMessages(ChangesErrors):
    """Raises errors with its own words only."""

    def changed(self, error: VenueError, *, is_write: bool) -> VenueError:  # noqa: ARG002
        error.message = f"the request failed with code {error.code}"
        return error


class TakesBadGatewaysAsRefused(ChangesErrors):
    """Reads a code that it does not know as a refusal, although the status says that a gateway failed."""

    def changed(self, error: VenueError, *, is_write: bool) -> VenueError:  # noqa: ARG002
        is_failure = error.status == BAD_GATEWAY and error.code is not None
        return _plain(error) if is_failure else error


class RunsAgainstFirewalls(Rewriter):
    """Sends what a firewall stopped a second time."""

    async def request(self, request: ProxiedRequest, forward: Forward) -> ProxiedReply:
        reply = await forward(request)
        return await forward(request) if reply.status == FORBIDDEN else reply


class TakesHalvesAsRefused(Face):
    """Says of a replacement of which half was done that it was refused."""

    async def replace(self, symbol: str, **which: Any) -> Any:
        try:
            return await self.client.replace(symbol, **which)
        except VenueError as error:
            if error.outcome is Outcome.APPLIED:
                raise _plain(error) from error
            raise


class LosesStreamCodes(Face):
    """Raises refused subscriptions without the venue's code."""

    @asynccontextmanager
    async def stream_trades(self, symbol: str) -> AsyncIterator[Any]:
        try:
            async with self.client.stream_trades(symbol) as stream:
                yield stream
        except VenueError as error:
            error.code = None
            raise


class TakesRevokedKeysAsRefused(Face):
    """Raises a refused private stream like any refusal."""

    @asynccontextmanager
    async def stream_orders(self) -> AsyncIterator[Any]:
        try:
            async with self.client.stream_orders() as stream:
                yield stream
        except AuthenticationError as error:
            raise _plain(error) from error

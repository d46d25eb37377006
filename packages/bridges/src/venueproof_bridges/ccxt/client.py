"""One ccxt object: made from a venue's data, called, and its errors translated."""

import asyncio
import copy
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from venueproof_bridges.ccxt.errors import WRITES, translated
from venueproof_bridges.ccxt.settings import CcxtSettings
from venueproof_bridges.ccxt.values import UnreadableError
from venueproof_core.errors import (
    ConfigurationError,
    DisconnectedError,
    MalformedMessageError,
    Outcome,
)
from venueproof_core.venue import ClientData

T = TypeVar("T")


def make_exchange(data: ClientData, settings: CcxtSettings, endpoints: Mapping[str, str]) -> Any:
    """ccxt's object for a venue, with that venue's options and URLs; all else as ccxt has it.

    Raises:
        ConfigurationError: ccxt does not know the venue, or an endpoint or key is missing.
    """
    # Takes seconds and 100 MiB: every venue of ccxt is imported with it.
    import ccxt.pro

    kind = getattr(ccxt.pro, data.venue_id, None)
    if kind is None:
        raise ConfigurationError(f"ccxt {ccxt.__version__} has no streams for {data.venue_id!r}")
    try:
        config = settings.config()
        urls = {path: template.format(**endpoints) for path, template in data.urls.items()}
    except KeyError as missing:
        raise ConfigurationError(
            f"ccxt/{data.venue_id}: needs an endpoint or key named {missing}"
        ) from missing
    exchange = kind({**config, "options": copy.deepcopy(dict(data.options))})
    for path, url in urls.items():
        *parents, last = path.split(".")
        table = exchange.urls
        for name in parents:
            table = table.setdefault(name, {})
        table[last] = url
    for source, target in data.tables.items():
        _table(exchange, target).update(_table(exchange, source))
    return exchange


def _table(exchange: Any, path: str) -> dict[str, Any]:
    name, *keys = path.split(".")
    table: dict[str, Any] = getattr(exchange, name)
    for key in keys:
        table = table.setdefault(key, {})
    return table


class CcxtClient:
    """Calls ccxt and translates what comes back.

    Args:
        exchange: ccxt's object.
        venue: Our name of the venue, for errors.
    """

    def __init__(self, exchange: Any, venue: str) -> None:
        self.exchange = exchange
        self.venue = venue

    @property
    def timeout_s(self) -> float:
        """How long ccxt waits for a reply."""
        return float(self.exchange.timeout) / 1000

    def has(self, method: str) -> bool:
        """Whether ccxt has a method for this venue; emulated by several others does not count."""
        return self.exchange.has.get(feature(method)) is True

    async def call(self, operation: str, method: str, *arguments: Any, **options: Any) -> Any:
        """Call one method of ccxt's.

        Raises:
            NotImplementedError: ccxt does not have it for this venue.
            VenueError: It failed.
        """
        if not self.has(method):
            said = self.exchange.has.get(feature(method))
            raise NotImplementedError(
                f"ccxt: {self.exchange.id}.has[{feature(method)!r}] is {said!r}"
            )
        from ccxt import BaseError

        try:
            return await getattr(self.exchange, method)(*arguments, **options)
        except BaseError as error:
            raise translated(error, venue=self.venue, operation=operation) from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Nobody cancelled this task: ccxt cancels what waits for a stream that it closes.
            raise DisconnectedError(
                "ccxt closed the connection",
                venue=self.venue,
                operation=operation,
                outcome=_unreadable_outcome(operation),
            ) from error

    def read(self, operation: str, reader: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Make one of our values of what ccxt returned.

        Raises:
            MalformedMessageError: It lacks something that must be there.
        """
        try:
            return reader(*arguments, **named)
        except UnreadableError as error:
            raise MalformedMessageError(
                f"what ccxt returned lacks something: {error}",
                path=error.path,
                venue=self.venue,
                operation=operation,
                outcome=_unreadable_outcome(operation),
            ) from error

    async def aclose(self) -> None:
        """Close all of ccxt's sessions."""
        await self.exchange.close()


def feature(method: str) -> str:
    """A method's name in ccxt's table of what it has: ``fetch_order_book`` is ``fetchOrderBook``."""
    first, *rest = method.split("_")
    return first + "".join("OHLCV" if word == "ohlcv" else word.capitalize() for word in rest)


def _unreadable_outcome(operation: str) -> Outcome:
    return Outcome.UNKNOWN if operation in WRITES else Outcome.NOT_APPLIED

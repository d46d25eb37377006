"""What the venue knows. Every question here makes the truth decide the case."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from venueproof_core.control import (
    DocumentedError,
    TruthBalance,
    TruthBook,
    TruthConnection,
    TruthFill,
    TruthInstrument,
    TruthLimit,
    TruthOrder,
    TruthTrade,
)
from venueproof_suite.control_client import ControlClient

T = TypeVar("T")
_LISTS: dict[type, TypeAdapter[Any]] = {}


def read_list(item: type[T], content: bytes) -> list[T]:
    """Parse a JSON array of models."""
    adapter = _LISTS.get(item)
    if adapter is None:
        adapter = _LISTS[item] = TypeAdapter(list[item])  # type: ignore[valid-type]
    found: list[T] = adapter.validate_json(content)
    return found


class Truth:
    """Questions to one world's truth.

    Args:
        touched: Called at each question, so that the result can say what decided it.
    """

    def __init__(
        self, client: ControlClient, world: str, touched: Callable[[], None] = lambda: None
    ) -> None:
        self._client = client
        self._world = world
        self._touched = touched

    async def book(self, symbol: str, version: int | None = None) -> TruthBook:
        """The order book now, or at a past version."""
        at = None if version is None else str(version)
        return TruthBook.model_validate_json(await self._ask("book", symbol=symbol, version=at))

    async def orders(self, symbol: str | None = None, *, account: str = "main") -> list[TruthOrder]:
        """An account's orders, open or not, oldest first."""
        return read_list(TruthOrder, await self._ask("orders", symbol=symbol, account=account))

    async def fills(self, symbol: str | None = None, *, account: str = "main") -> list[TruthFill]:
        """An account's fills, oldest first."""
        return read_list(TruthFill, await self._ask("fills", symbol=symbol, account=account))

    async def balances(self, *, account: str = "main") -> dict[str, TruthBalance]:
        """An account's funds by currency."""
        found = read_list(TruthBalance, await self._ask("balances", account=account))
        return {balance.currency: balance for balance in found}

    async def trades(self, symbol: str, *, limit: int = 1000) -> list[TruthTrade]:
        """The newest public prints of an instrument, oldest first."""
        return read_list(TruthTrade, await self._ask("trades", symbol=symbol, limit=str(limit)))

    async def limits(self) -> list[TruthLimit]:
        """Every rate limit window."""
        return read_list(TruthLimit, await self._ask("limits"))

    async def connections(self) -> list[TruthConnection]:
        """Stream connections, live or ended, oldest first."""
        return read_list(TruthConnection, await self._ask("connections"))

    async def instruments(self) -> list[TruthInstrument]:
        """Every instrument and its rules."""
        return read_list(TruthInstrument, await self._ask("instruments"))

    async def errors(self) -> list[DocumentedError]:
        """Every error that the venue documents, and some that were made up."""
        return read_list(DocumentedError, await self._ask("errors"))

    async def _ask(self, what: str, **parameters: str | None) -> bytes:
        self._touched()
        given = {name: value for name, value in parameters.items() if value is not None}
        return await self._client.request(
            "GET", f"/truth/{what}", parameters={"world": self._world, **given}
        )

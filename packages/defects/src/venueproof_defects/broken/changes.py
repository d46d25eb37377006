"""Orders amended and replaced with one thing wrong."""

from typing import Any

from msgspec.structs import replace

from venueproof_core import Outcome
from venueproof_core.errors import (
    InvalidOrderError,
    PartlyReplacedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_core.models import Order, OrderRequest
from venueproof_defects.faces import Face
from venueproof_net import RetryAdvice, RetryPolicy


def _anew(old: Order, quantity: Any) -> OrderRequest:
    return OrderRequest(
        symbol=old.symbol,
        side=old.side,
        order_type=old.order_type,
        client_order_id=old.client_order_id,
        quantity=quantity,
        price=old.price,
        time_in_force=old.time_in_force,
    )


class GrowsByNewOrder(Face):
    """Cancels an order that shall grow, and places a larger one."""

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Any) -> Order:
        try:
            amended: Order = await self.client.amend(
                symbol, venue_order_id=venue_order_id, quantity=quantity
            )
        except InvalidOrderError:
            old = await self.client.cancel(symbol, venue_order_id=venue_order_id)
            amended = await self.client.place(_anew(old, quantity))
        return amended


class AmendsWhatHasFilled(Face):
    """Places an order anew that has filled before it could be amended."""

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Any) -> Order:
        try:
            amended: Order = await self.client.amend(
                symbol, venue_order_id=venue_order_id, quantity=quantity
            )
        except UnknownOrderError:
            old = await self.client.order(symbol, venue_order_id=venue_order_id)
            amended = await self.client.place(_anew(old, quantity))
        return amended


class TellsAmendedAsAsked(Face):
    """Tells an amended order as it was before, with the quantity that was asked for."""

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Any) -> Order:
        before: Order = await self.client.order(symbol, venue_order_id=venue_order_id)
        await self.client.amend(symbol, venue_order_id=venue_order_id, quantity=quantity)
        return replace(before, quantity=quantity)


class CallsLostChangesFailed(RetryPolicy):
    """Takes a change whose reply was lost for one that did not happen."""

    def advice(self, error: VenueError, operation: str) -> RetryAdvice:
        if operation in ("amend", "replace") and error.outcome is Outcome.UNKNOWN:
            error.outcome = Outcome.NOT_APPLIED
        return super().advice(error, operation)


class ReplacesInAnyCase(Face):
    """Places the new order also when the old one could not be cancelled."""

    async def replace(self, symbol: str, *, request: OrderRequest, **more: Any) -> Order:
        try:
            placed: Order = await self.client.replace(symbol, request=request, **more)
        except UnknownOrderError:
            placed = await self.client.place(request)
        return placed


class CallsHalvesRefused(Face):
    """Takes a replacement of which one half happened for one that was refused."""

    async def replace(self, symbol: str, **what: Any) -> Order:
        try:
            placed: Order = await self.client.replace(symbol, **what)
        except PartlyReplacedError as error:
            error.outcome = Outcome.NOT_APPLIED
            raise
        return placed


class ForgetsThePlacedHalf(Face):
    """Does not tell the new order of a replacement whose cancel failed."""

    async def replace(self, symbol: str, **what: Any) -> Order:
        try:
            placed: Order = await self.client.replace(symbol, **what)
        except PartlyReplacedError as error:
            error.placed = None
            raise
        return placed

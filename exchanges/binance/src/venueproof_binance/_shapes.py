"""Decoders of the large replies: into what is needed of them, without a dictionary for each row.

A reply that does not fit is decoded the general way instead; its rows are then read one by one, and what is
wrong is named.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec

from venueproof_core import WireTables
from venueproof_core.models import Level

Decode = Callable[[bytes], Any]


class Shapes:
    """Made from the wire tables, each when it is needed first. ``None``: only the general way will do."""

    def __init__(self, tables: WireTables) -> None:
        self._tables = tables

    @cached_property
    def order_book(self) -> Decode | None:
        """A depth snapshot: ``version``, ``bids`` and ``asks``."""
        if self._tables.read_decimal is not Decimal:
            return None
        levels = tuple[Level, ...]
        shape = self._struct("order_book", version=int, bids=levels, asks=levels)
        return None if shape is None else msgspec.json.Decoder(shape).decode

    @cached_property
    def trades(self) -> Decode | None:
        """Rows of ``trades``, by our names, numbers as text."""
        shape = self._struct(
            "trade", trade_id=int | str, price=str, quantity=str, is_buyer_maker=bool, time=int
        )
        return None if shape is None else msgspec.json.Decoder(list[shape]).decode  # type: ignore[valid-type]

    def _struct(self, kind: str, **types: Any) -> type[msgspec.Struct] | None:
        try:
            return msgspec.defstruct(
                kind, list(types.items()), rename=dict(self._tables.keys[kind])
            )
        except ValueError:
            # Two of our fields are read from one of theirs.
            return None

"""What an account owns, owes and pays."""

from decimal import Decimal

import msgspec


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Funds in one currency; ``available + locked`` is what is owned."""

    currency: str
    available: Decimal
    locked: Decimal


class FeeRates(msgspec.Struct, frozen=True, kw_only=True):
    """Fractions of the notional: ``0.001`` is ten basis points; negative is a rebate."""

    symbol: str
    maker: Decimal
    taker: Decimal


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Net holding of an instrument on a margin account.

    Attributes:
        quantity: Signed: positive is long.
        unrealised: Profit if closed at the quotes that close it, in the account's currency.
    """

    symbol: str
    quantity: Decimal
    average_price: Decimal | None
    unrealised: Decimal | None

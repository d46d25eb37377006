"""Wire tables."""

from decimal import Decimal

import pytest

from venueproof_core import WireTables
from venueproof_core.models import OrderStatus, Side, TimeInForce
from venueproof_core.tables import plain_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1E-8", "0.00000001"),
        ("1E+3", "1000"),
        ("0.10", "0.10"),
        ("-0", "-0"),
        ("0E-8", "0.00000000"),
    ],
)
def test_decimal_text_has_no_exponent_and_loses_nothing(value: str, text: str) -> None:
    assert plain_text(Decimal(value)) == text
    assert Decimal(text) == Decimal(value)


def test_tables_write_and_read_decimals_exactly_unless_told_otherwise() -> None:
    tables = WireTables(
        sides={Side.BUY: "BUY"},
        statuses={"NEW": OrderStatus.NEW},
        time_in_force={TimeInForce.GTC: "GTC"},
        time_unit_ns=1_000_000,
    )

    assert tables.read_decimal("0.123456789012345678") == Decimal("0.123456789012345678")
    assert tables.decimal_text(Decimal("1E-8")) == "0.00000001"
    assert tables.quote_text is None

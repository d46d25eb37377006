"""Fee rates and balances as they are read."""

from venueproof_binance import mapping
from venueproof_binance.tables import TABLES

from .payloads import D


def test_fee_rates_are_the_sum_of_their_parts() -> None:
    parts = {
        "standardCommission": {"maker": "0.0010", "taker": "0.0020"},
        "specialCommission": {"maker": "0.0001", "taker": "0.0002"},
        "taxCommission": {"maker": "0.0003", "taker": "0"},
    }
    rates = mapping.fee_rates(parts, "BTC-USDT", TABLES)
    assert (rates.maker, rates.taker) == (D("0.0014"), D("0.0022"))


def test_an_18_digit_balance_keeps_every_digit() -> None:
    row = {"a": "PEPE", "f": "123456789012345678.12345678", "l": "1E-8"}
    balance = mapping.balance(row, TABLES, "stream", "balance_event")
    assert (balance.available, balance.locked) == (D("123456789012345678.12345678"), D("1E-8"))

"""The table of what is documented agrees with what is served."""

from typing import Any

from venueproof_binance.dialect import BinanceDialect
from venueproof_binance.dialect.stream_names import kind_of
from venueproof_binance.dialect.tiers import LEFT_OUT, MUST, SECTIONS, SIMPLE, TIERS
from venueproof_binance.dialect.user_data import EXECUTION

EVENTS = {
    "outboundAccountPosition",
    "balanceUpdate",
    "executionReport",
    "listStatus",
    "eventStreamTerminated",
    "listenKeyExpired",
}
SAMPLES = {"<symbol>": "btcusdt", "<interval>": "1m", "<window>": "1h", "<levels>": "10"}


def _is_stream(name: str) -> bool:
    return "@" in name


def _is_served_stream(name: str) -> bool:
    for part, sample in SAMPLES.items():
        name = name.replace(part, sample)
    return kind_of(name) is not None


def test_everything_but_what_is_left_out_is_served_and_nothing_else(venue: Any) -> None:
    async def body(ask: Any) -> None:
        requests = {route.name for route in BinanceDialect.routes}
        served = requests | ask.world.dialect.websocket_api.methods() | EVENTS
        assert EXECUTION, "execution reports are made from this table"
        for name, tier in TIERS.items():
            is_served = _is_served_stream(name) if _is_stream(name) else name in served
            assert is_served == (tier != LEFT_OUT), f"{name} is {tier}"
        assert served <= set(TIERS), f"not in the table: {served - set(TIERS)}"

    venue(body)


def test_each_entry_has_a_tier_and_a_section() -> None:
    assert set(TIERS.values()) == {MUST, SIMPLE, LEFT_OUT}
    assert TIERS.keys() == SECTIONS.keys()
    assert all(SECTIONS.values())

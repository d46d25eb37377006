"""The table of what is documented agrees with what is served."""

from typing import Any

from venueproof_binance.dialect import BinanceDialect
from venueproof_binance.dialect.control_messages import METHODS
from venueproof_binance.dialect.stream_names import kind_of
from venueproof_binance.dialect.tiers import DOCUMENTED
from venueproof_binance.dialect.user_data import EXECUTION
from venueproof_core.control import Tier

EVENTS = {
    "outboundAccountPosition",
    "balanceUpdate",
    "executionReport",
    "listStatus",
    "eventStreamTerminated",
    "listenKeyExpired",
}
SAMPLES = {"<symbol>": "btcusdt", "<interval>": "1m", "<window>": "1h", "<levels>": "10"}


def _is_served_stream(name: str) -> bool:
    for part, sample in SAMPLES.items():
        name = name.replace(part, sample)
    return kind_of(name) is not None


def test_everything_but_what_is_left_out_is_served_and_nothing_else(venue: Any) -> None:
    async def body(ask: Any) -> None:
        requests = {route.name for route in BinanceDialect.routes}
        served = requests | set(METHODS) | ask.world.dialect.websocket_api.methods() | EVENTS
        assert EXECUTION, "execution reports are made from this table"
        for one in DOCUMENTED:
            is_stream = one.kind == "stream"
            is_served = _is_served_stream(one.name) if is_stream else one.name in served
            assert is_served == (one.tier is not Tier.LEFT_OUT), f"{one.name} is {one.tier}"
        names = {one.name for one in DOCUMENTED}
        assert served <= names, f"not in the table: {served - names}"

    venue(body)


def test_each_entry_has_one_name_a_tier_and_a_section() -> None:
    assert len({one.name for one in DOCUMENTED}) == len(DOCUMENTED)
    assert {one.tier for one in DOCUMENTED} == set(Tier)
    assert all(one.section for one in DOCUMENTED)


def test_journal_names_replies_as_documented(venue: Any) -> None:
    async def body(ask: Any) -> None:
        await ask.public("depth", symbol="BTCUSDT")
        await ask.public("nowhere")
        replies = [entry for entry in ask.world.journal.since(0) if entry.kind == "reply"]
        assert [reply.name for reply in replies] == ["GET /api/v3/depth", None]

    venue(body)

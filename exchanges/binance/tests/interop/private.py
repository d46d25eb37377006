"""What an account's own stream must tell of a few orders' lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import events
from .checks import Like, Report, Within
from .lists import ABOVE, BELOW, SELL, Lists
from .market import money
from .orders import Trader
from .steering import World, now_ms
from .steps import Adapter, run

LIFE = ("NEW", "TRADE", "CANCELED", "NEW", "TRADE", "NEW", "EXPIRED")
LIFE_OF_LIST = ("NEW", "NEW", "CANCELED", "CANCELED")


@dataclass
class Story:
    """Orders made while a private stream is open, and the events that must come of them."""

    world: World
    trader: Trader = field(init=False)
    lists: Lists = field(init=False)

    def __post_init__(self) -> None:
        self.trader = Trader(self.world)
        self.lists = Lists(self.trader)

    def tell(self, adapter: Adapter, report: Report, prefix: str, *, has_list: bool = True) -> None:
        """Make the orders, by whatever the client has for it; then an order list."""
        run(self._steps(), adapter, report, prefix)
        if has_list:
            run(self._steps_of_list(), adapter, report, prefix)
        self.world.transfer("USDT", "12.5")

    def _steps(self) -> Any:
        trader = self.trader
        reply = yield trader.limit("BUY")
        trader.world.fill(reply["orderId"], "0.004")
        trader.world.market({"kind": "move", "middle": "60000"})
        yield trader.cancel(reply["orderId"])
        yield trader.place("BUY", "MARKET", quantity="0.001")
        yield trader.limit("SELL", price="60100.00", timeInForce="FOK")

    def _steps_of_list(self) -> Any:
        yield self.lists.place("oco", "OCO", "told", SELL | ABOVE | BELOW)
        yield self.lists.cancel(self.lists.placed[0])

    def is_over(self, told: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the last event has come."""
        kinds = [event.get("e") for event in told]
        return "balanceUpdate" in kinds and kinds[-1] == "outboundAccountPosition"

    def check(self, report: Report, call: str, endpoint: str, told: Sequence[Any]) -> None:
        """Compare what came with the truth."""
        reports = [one for one in told if one.get("e") == "executionReport"]
        life = [one.get("x") for one in reports]
        wanted = LIFE + LIFE_OF_LIST if self.lists.placed else LIFE
        report.check(f"{call} (order of events)", endpoint, list(wanted), life)
        expected = [events.execution(self.trader.own, one) for one in reports]
        report.check(f"{call} (executionReport)", endpoint, expected, reports)
        if self.lists.placed:
            told_of_list = [one for one in told if one.get("e") == "listStatus"]
            report.check(f"{call} (listStatus)", endpoint, self._list_events(), told_of_list)
        moved = [one for one in told if one.get("e") == "balanceUpdate"]
        change = {"e": "balanceUpdate", "E": self._moment(), "a": "USDT", "d": money("12.5")}
        report.check(f"{call} (balanceUpdate)", endpoint, [change | {"T": self._moment()}], moved)
        positions = [one for one in told if one.get("e") == "outboundAccountPosition"]
        last: dict[str, Any] = {}
        for one in positions:
            last |= {row["a"]: row for row in one["B"]}
        held = self.world.balances()
        expected_rows = {
            name: {
                "a": name,
                "f": money(held[name]["available"]),
                "l": money(held[name]["locked"]),
            }
            for name in ("BTC", "USDT")
        }
        report.check(f"{call} (outboundAccountPosition)", endpoint, expected_rows, last)

    def _list_events(self) -> list[Any]:
        row = self.lists.placed[0]
        shared = {
            "e": "listStatus",
            "E": self._moment(),
            "s": row["symbol"],
            "g": row["orderListId"],
            "c": row["contingencyType"],
            "r": "NONE",
            # Of a list that was cancelled documents do not say which name is told.
            "C": Like(str),
            "T": self._moment(),
            "O": [
                {"s": one["symbol"], "i": one["orderId"], "c": one["clientOrderId"]}
                for one in row["orders"]
            ],
        }
        states = (("EXEC_STARTED", "EXECUTING"), ("ALL_DONE", "ALL_DONE"))
        return [shared | {"l": kind, "L": status} for kind, status in states]

    @staticmethod
    def _moment() -> Within:
        return Within(0, now_ms() + 1)

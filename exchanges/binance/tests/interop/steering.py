"""The control plane as these scripts use it: standard library only, blocking, every wait bounded.

A client's own environment has nothing of this project in it, so this speaks plain HTTP.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

DEADLINE_S = 10.0


class CannotSteerError(Exception):
    """The control plane refused; the text is its own."""


def now_ms() -> int:
    """Now, as the venue stamps it."""
    return time.time_ns() // 1_000_000


class ControlPlane:
    """One simulator process: worlds are opened and steered through it.

    Attributes:
        documented: What the venue documents, and how well it is served.
        exercised: Names of what was answered with success or told, in worlds that are over.
    """

    def __init__(self, address: Mapping[str, str]) -> None:
        self._url, self._token = address["url"], address["token"]
        self.documented: list[Any] = self.ask("GET", "/documented")
        self.exercised: set[str] = set()

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One request; the reply's JSON.

        Raises:
            CannotSteerError: The control plane refused, or a wait ran out.
        """
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        request = urllib.request.Request(
            f"{self._url}{path}?{asked}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=3 * DEADLINE_S) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            raise CannotSteerError(f"{method} {path}: {error.code} {text}") from error

    @contextmanager
    def world(self, **spec: Any) -> Iterator[World]:
        """A world of one's own."""
        info = self.ask("POST", "/worlds", spec)
        world = World(self, info)
        try:
            yield world
        finally:
            self.exercised |= world.exercised()
            self.ask("DELETE", f"/worlds/{info['world']}")


class World:
    """One simulated venue: where it is, how it is moved, what is so."""

    def __init__(self, control: ControlPlane, info: Mapping[str, Any]) -> None:
        self._control = control
        self.info = info
        self.symbols = {symbol.replace("-", ""): symbol for symbol in info["symbols"]}
        self.rest: str = info["endpoints"]["rest"]
        self.stream: str = info["endpoints"]["stream"]
        self.websocket_api: str = info["endpoints"]["websocket_api"]
        self.key: str = info["credentials"]["api_key"]
        self.secret: str = info["credentials"]["api_secret"]
        self.ed25519: Mapping[str, str] = info["credentials"]["keys"]["ed25519"]

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One request about this world."""
        return self._control.ask(method, path, body, world=self.info["world"], **query)

    # ------------------------------------------------------------ moving it

    def market(self, *actions: Mapping[str, Any]) -> None:
        """Do these actions in one go; ``symbol`` is BTC-USDT unless said."""
        wanted = [{"symbol": "BTC-USDT", **action} for action in actions]
        self.ask("POST", "/market", {"actions": wanted})

    def fill(self, order_id: int, quantity: str | None = None, symbol: str = "BTC-USDT") -> None:
        """Trade against an open order of ours."""
        body = {"symbol": symbol, "venue_order_id": str(order_id), "quantity": quantity}
        self.ask("POST", "/counterparty", body)

    def advance(self, seconds: float) -> None:
        """Move the timer clock: rate windows pass, stamps stay."""
        self.ask("POST", "/clock", {"timers": {"advance_s": seconds}})

    def transfer(self, currency: str, amount: str) -> None:
        """Money comes in from outside."""
        self.ask("POST", "/transfer", {"currency": currency, "amount": amount})

    def wait(self, kind: str, count: int = 1, **match: Any) -> None:
        """Return when it has happened.

        Raises:
            CannotSteerError: It has not within the deadline.
        """
        predicate = {"kind": kind, "count": count, "match": match}
        self.ask("POST", "/wait", {"predicate": predicate, "deadline_s": DEADLINE_S})

    # ------------------------------------------------------------ what is so

    def exercised(self) -> set[str]:
        """The venue's names of all that it has answered with success or told."""
        return {
            entry["name"]
            for entry in self.ask("GET", "/journal")
            if entry["name"]
            and (entry["kind"] == "frame_out" or (entry["status"] and entry["status"] < 400))
        }

    def book(self, symbol: str = "BTCUSDT", version: int | None = None) -> Any:
        """The whole book, now or at a version."""
        return self.ask("GET", "/truth/book", symbol=self.symbols[symbol], version=version)

    def trades(self, symbol: str = "BTCUSDT") -> list[Any]:
        """Every public trade, oldest first."""
        rows: list[Any] = self.ask("GET", "/truth/trades", symbol=self.symbols[symbol], limit=10**6)
        return rows

    def orders(self, symbol: str | None = None) -> list[Any]:
        """Every order of our account, by rising id."""
        name = None if symbol is None else self.symbols[symbol]
        rows: list[Any] = self.ask("GET", "/truth/orders", symbol=name, account="main")
        return rows

    def fills(self, symbol: str | None = None) -> list[Any]:
        """Every fill of our account, oldest first."""
        name = None if symbol is None else self.symbols[symbol]
        rows: list[Any] = self.ask("GET", "/truth/fills", symbol=name, account="main")
        return rows

    def balances(self) -> dict[str, Any]:
        """Funds of our account by currency."""
        rows = self.ask("GET", "/truth/balances", account="main")
        return {row["currency"]: row for row in rows}

    def instruments(self) -> list[Any]:
        """Rules of every instrument."""
        rows: list[Any] = self.ask("GET", "/truth/instruments")
        return rows

    def connections(self) -> list[Any]:
        """Stream connections, live and ended."""
        rows: list[Any] = self.ask("GET", "/truth/connections")
        return rows

    def limits(self) -> list[Any]:
        """Rate limit windows now."""
        rows: list[Any] = self.ask("GET", "/truth/limits")
        return rows

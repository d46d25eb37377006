"""A connector to Binance Spot as a program: standard library only, REST only.

The protocol is described in docs/guides/connector-protocol.md.
"""

import hashlib
import hmac
import json
import sys
import time
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

NS_PER_MS = 1_000_000
REFUSALS = {-2010: "InvalidOrderError", -2011: "UnknownOrderError", -2013: "UnknownOrderError"}


class Refused(Exception):
    """The venue said no."""

    def __init__(self, method: str, code: int, text: str) -> None:
        super().__init__(text)
        kind = REFUSALS.get(code, "RefusedError")
        is_gone = kind == "UnknownOrderError" and method == "DELETE"
        outcome = "UNKNOWN" if is_gone else "NOT_APPLIED"
        self.told = {"class": kind, "outcome": outcome, "code": str(code), "message": text}


class Venue:
    """Requests to the venue."""

    def __init__(self, settings: dict[str, Any], endpoints: dict[str, str]) -> None:
        self.rest = endpoints["rest"]
        self.key, self.secret = settings["api_key"], settings["api_secret"]

    def ask(self, method: str, path: str, signed: bool = False, **params: Any) -> Any:
        """One request; its answer."""
        if signed:
            query = urlencode({**params, "timestamp": time.time_ns() // NS_PER_MS})
            digest = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
            query += f"&signature={digest}"
        else:
            query = urlencode(params)
        url = f"{self.rest}/api/v3/{path}?{query}"
        try:
            with urlopen(Request(url, method=method, headers={"X-MBX-APIKEY": self.key})) as reply:
                return json.load(reply)
        except HTTPError as error:
            body = json.load(error)
            raise Refused(method, body["code"], body["msg"]) from error


def read_order(row: dict[str, Any], symbol: str) -> dict[str, Any]:
    """An order as the protocol writes it."""
    return {
        "symbol": symbol,
        "client_order_id": row.get("origClientOrderId") or row["clientOrderId"],
        "venue_order_id": str(row["orderId"]),
        "side": row["side"],
        "order_type": row["type"],
        "status": row["status"],
        "quantity": row["origQty"],
        "filled_quantity": row["executedQty"],
        "filled_notional": row["cummulativeQuoteQty"],
        "price": row["price"],
        "time_in_force": row["timeInForce"],
    }


def place(venue: Venue, request: dict[str, Any]) -> Any:
    """Place a limit order."""
    wire = {
        "symbol": request["symbol"].replace("-", ""),
        "side": request["side"],
        "type": request["order_type"],
        "timeInForce": request["time_in_force"],
        "quantity": request["quantity"],
        "price": request["price"],
        "newClientOrderId": request["client_order_id"],
    }
    return read_order(venue.ask("POST", "order", signed=True, **wire), request["symbol"])


def one_order(method: str) -> Any:
    """Query or cancel one order."""

    def call(venue: Venue, symbol: str, **ids: str) -> Any:
        wire = {"symbol": symbol.replace("-", "")}
        for ours, theirs in (
            ("client_order_id", "origClientOrderId"),
            ("venue_order_id", "orderId"),
        ):
            if ours in ids:
                wire[theirs] = ids[ours]
        return read_order(venue.ask(method, "order", signed=True, **wire), symbol)

    return call


def order_book(venue: Venue, symbol: str, depth: int = 100) -> Any:
    """The order book now."""
    book = venue.ask("GET", "depth", symbol=symbol.replace("-", ""), limit=depth)
    sides = {side: book[side] for side in ("bids", "asks")}
    return {"symbol": symbol, "depth": depth, "version": book["lastUpdateId"], **sides}


def open_orders(venue: Venue, symbol: str) -> Any:
    """Open orders of an instrument."""
    rows = venue.ask("GET", "openOrders", signed=True, symbol=symbol.replace("-", ""))
    return [read_order(row, symbol) for row in rows]


def venue_time_ns(venue: Venue) -> int:
    """The venue's time."""
    return int(venue.ask("GET", "time")["serverTime"]) * NS_PER_MS


METHODS = {
    "venue_time_ns": venue_time_ns,
    "order_book": order_book,
    "place": place,
    "order": one_order("GET"),
    "cancel": one_order("DELETE"),
    "open_orders": open_orders,
}


def main() -> None:
    """Answer line by line until the input ends."""
    venue = None
    for line in sys.stdin:
        request = json.loads(line)
        params = request["params"]
        reply: dict[str, Any] = {"id": request["id"]}
        try:
            if request["method"] == "connect":
                venue = Venue(params["settings"], params["endpoints"])
                reply["result"] = {"methods": list(METHODS)}
            else:
                reply["result"] = METHODS[request["method"]](venue, **params)
        except Refused as refusal:
            reply["error"] = refusal.told
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""What a REST call costs the reference connector, beside aiohttp + msgspec alone and beside ccxt.

All three ask one simulator for the same, in blocks that take turns; what counts is the processor time of this
process. The bare client knows one venue's paths and nothing else: it decodes what it needs of a reply into a
struct, numbers exactly, and signs an order that is written down already. It keeps no limits, repeats nothing,
has one time-out, and gives the venue's own words.
"""

import asyncio
import contextlib
import gc
import hashlib
import hmac
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable
from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

import aiohttp
import msgspec

from tools.workspace import Workspace
from venueproof_bridges.ccxt.client import make_exchange
from venueproof_bridges.ccxt.settings import CcxtSettings
from venueproof_core.control import ClockRequest, TimerAdvance, WorldInfo
from venueproof_core.models import OrderRequest, OrderType, Side, TimeInForce
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_net import SystemClock
from venueproof_suite.control_client import ControlClient

_DEPTH = 100
_TRADES = 500
_BLOCKS = 9
_BARE_GOAL = 1.15
_CCXT_GOAL = 0.4
# Until every window of the venue's limits is a new one.
_WINDOWS_S = 300.0

Call = Callable[[], Awaitable[object]]


class _Time(msgspec.Struct):
    serverTime: int  # noqa: N815 - the venue's word


class _Ticker(msgspec.Struct, rename="camel"):
    last_price: Decimal
    bid_price: Decimal
    ask_price: Decimal
    open_price: Decimal
    high_price: Decimal
    low_price: Decimal
    volume: Decimal
    quote_volume: Decimal


class _Book(msgspec.Struct, rename="camel"):
    last_update_id: int
    bids: list[tuple[Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal]]


class _Print(msgspec.Struct, rename="camel"):
    id: int
    price: Decimal
    qty: Decimal
    time: int
    is_buyer_maker: bool


class _Placed(msgspec.Struct, rename="camel"):
    symbol: str
    order_id: int
    client_order_id: str
    transact_time: int
    price: Decimal
    orig_qty: Decimal
    executed_qty: Decimal
    cummulative_quote_qty: Decimal
    status: str
    time_in_force: str
    type: str
    side: str


class _Order(NamedTuple):
    """A limit order beside the market: it is over at once, so that any number can be placed."""

    symbol: str
    quantity: Decimal
    price: Decimal


class _Clients(NamedTuple):
    """What asks, and what for."""

    ours: Any
    ccxt: Any
    bare: "_Bare"
    symbol: str
    order: _Order
    numbers: "itertools.count[int]"


class _Bare:
    """aiohttp, and a decoder for each kind of reply."""

    def __init__(self, session: aiohttp.ClientSession, info: WorldInfo) -> None:
        self._session = session
        self._url = info.endpoints["rest"]
        self._secret = (info.credentials.api_secret or "").encode()
        self._headers = {"X-MBX-APIKEY": info.credentials.api_key or ""}

    async def get(self, path: str, decode: Callable[[bytes], object]) -> object:
        async with self._session.get(self._url + path) as reply:
            return decode(await reply.read())

    async def post(
        self, path: str, params: dict[str, Any], decode: Callable[[bytes], object]
    ) -> object:
        text = urlencode({**params, "timestamp": time.time_ns() // 1_000_000})
        signature = hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
        url = f"{self._url}{path}?{text}&signature={signature}"
        async with self._session.post(url, headers=self._headers) as reply:
            return decode(await reply.read())


class _Kind(NamedTuple):
    """One call: all of a sample's together stay within a minute's limits."""

    title: str
    calls: int
    ours: Callable[[_Clients], Awaitable[object]]
    bare: Callable[[_Clients], Awaitable[object]]
    ccxt: Callable[[_Clients], Awaitable[object]]


def _wire(symbol: str) -> str:
    return symbol.replace("-", "")


def _theirs(symbol: str) -> str:
    return symbol.replace("-", "/")


_read_time = msgspec.json.Decoder(_Time).decode
_read_ticker = msgspec.json.Decoder(_Ticker).decode
_read_book = msgspec.json.Decoder(_Book).decode
_read_prints = msgspec.json.Decoder(list[_Print]).decode
_read_placed = msgspec.json.Decoder(_Placed).decode


def _place(clients: _Clients) -> Awaitable[object]:
    symbol, quantity, price = clients.order
    request = OrderRequest(
        symbol=symbol,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        client_order_id=f"ours-{next(clients.numbers)}",
        quantity=quantity,
        price=price,
        time_in_force=TimeInForce.IOC,
    )
    placed: Awaitable[object] = clients.ours.place(request)
    return placed


def _place_bare(clients: _Clients) -> Awaitable[object]:
    symbol, quantity, price = clients.order
    params = {
        "symbol": _wire(symbol),
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "IOC",
        "quantity": quantity,
        "price": price,
        "newClientOrderId": f"bare-{next(clients.numbers)}",
        "newOrderRespType": "FULL",
    }
    return clients.bare.post("/api/v3/order", params, _read_placed)


def _place_ccxt(clients: _Clients) -> Awaitable[object]:
    symbol, quantity, price = clients.order
    placed: Awaitable[object] = clients.ccxt.create_order(
        _theirs(symbol),
        "limit",
        "buy",
        float(quantity),
        float(price),
        {"newClientOrderId": f"ccxt-{next(clients.numbers)}", "timeInForce": "IOC"},
    )
    return placed


# By venue: a bare client knows one.
_KINDS = {
    "binance": (
        _Kind(
            "the venue's time",
            40,
            lambda clients: clients.ours.venue_time_ns(),
            lambda clients: clients.bare.get("/api/v3/time", _read_time),
            lambda clients: clients.ccxt.fetch_time(),
        ),
        _Kind(
            "a ticker",
            40,
            lambda clients: clients.ours.ticker(clients.symbol),
            lambda clients: clients.bare.get(
                f"/api/v3/ticker/24hr?symbol={_wire(clients.symbol)}", _read_ticker
            ),
            lambda clients: clients.ccxt.fetch_ticker(_theirs(clients.symbol)),
        ),
        _Kind("an order, signed", 15, _place, _place_bare, _place_ccxt),
        _Kind(
            "a book, 100 levels",
            36,
            lambda clients: clients.ours.order_book(clients.symbol, depth=_DEPTH),
            lambda clients: clients.bare.get(
                f"/api/v3/depth?symbol={_wire(clients.symbol)}&limit={_DEPTH}", _read_book
            ),
            lambda clients: clients.ccxt.fetch_order_book(_theirs(clients.symbol), _DEPTH),
        ),
        _Kind(
            "500 trades",
            7,
            lambda clients: clients.ours.trades(clients.symbol, limit=_TRADES),
            lambda clients: clients.bare.get(
                f"/api/v3/trades?symbol={_wire(clients.symbol)}&limit={_TRADES}", _read_prints
            ),
            lambda clients: clients.ccxt.fetch_trades(_theirs(clients.symbol), limit=_TRADES),
        ),
    )
}


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """Medians over all blocks, for every exchange whose paths are known here."""
    plugins = load_plugins()
    found = []
    for venue in Workspace().exchanges:
        for kind in _KINDS.get(venue, ()):
            samples = [cost for _ in range(rounds) for cost in _fresh(plugins, venue, kind)]
            found += _rows(venue, kind, samples)
    return found


def _rows(venue: str, kind: _Kind, costs: list[list[float]]) -> list[dict[str, object]]:
    ours, bare, ccxt = (statistics.median(column) / 1000 for column in zip(*costs, strict=True))
    bare_of_ccxt = statistics.median(block[1] / block[2] for block in costs)
    return [
        {
            "figure": f"{venue}: CPU of {kind.title}, connector / {name}",
            "value": statistics.median(block[0] / block[place] for block in costs),
            "unit": "x",
            "goal": goal,
            "is_lower_better": True,
            "yardstick": f"{name}: {theirs:.0f} us of CPU, ours: {ours:.0f} us{note}",
        }
        for place, name, goal, theirs, note in (
            (1, "aiohttp + msgspec", _BARE_GOAL, bare, ""),
            (2, "ccxt", _CCXT_GOAL, ccxt, f"; aiohttp + msgspec alone: {bare_of_ccxt:.2f} x"),
        )
    ]


def _fresh(plugins: Plugins, venue: str, kind: _Kind) -> list[list[float]]:
    target = plugins.targets["simulator"].start(venue, seed=1, environment={})
    try:
        return asyncio.run(_sample(plugins, target.info, kind))
    finally:
        target.stop()


async def _sample(plugins: Plugins, info: WorldInfo, kind: _Kind) -> list[list[float]]:
    connector = plugins.connector(info.venue, "reference")
    assert connector.settings is not None
    assert info.control is not None
    known = {
        name: value
        for name, value in info.credentials.model_dump().items()
        if name in connector.settings.model_fields
    }
    settings = connector.settings.model_validate(known)
    data = next(data for data in plugins.venues[info.venue].clients if data.client == "ccxt")
    async with contextlib.AsyncExitStack() as stack:
        client = await connector.connect(settings, info.endpoints, clock=SystemClock())
        stack.push_async_callback(client.aclose)
        exchange = make_exchange(
            data,
            CcxtSettings.model_validate(known),
            info.endpoints,
        )
        exchange.enableRateLimit = False
        stack.push_async_callback(exchange.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        control = await stack.enter_async_context(ControlClient(info.control))
        symbol = info.symbols[0]
        clients = _Clients(
            client,
            exchange,
            _Bare(session, info),
            symbol,
            await _order(client, symbol),
            itertools.count(),
        )
        calls = [lambda call=call: call(clients) for call in kind[2:]]
        for call in calls:
            await _cost_ns(call, 3)
        # Else who comes by when the collector does pays for the modules of ccxt.
        gc.freeze()
        costs = []
        for block in range(_BLOCKS):
            cost = {}
            # Whoever is first after a pause pays for it: in turn.
            for place in (0, 1, 2) if block % 2 else (2, 1, 0):
                cost[place] = await _cost_ns(calls[place], kind.calls)
            costs.append([cost[place] for place in range(3)])
            advance = TimerAdvance(advance_s=_WINDOWS_S)
            await control.request("POST", "/clock", ClockRequest(timers=advance))
        return costs


async def _order(client: Any, symbol: str) -> _Order:
    instruments = {instrument.symbol: instrument for instrument in await client.instruments()}
    instrument = instruments[symbol]
    best = (await client.order_book(symbol, depth=5)).bids[0].price
    price = best * Decimal("0.95") // instrument.tick_size * instrument.tick_size
    least = max(instrument.minimum_quantity, 2 * (instrument.minimum_notional or 0) / price)
    lots = (least / instrument.lot_size).to_integral_value(ROUND_CEILING)
    return _Order(symbol, lots * instrument.lot_size, price)


async def _cost_ns(call: Call, count: int) -> float:
    before = time.process_time_ns()
    for _ in range(count):
        await call()
    return (time.process_time_ns() - before) / count

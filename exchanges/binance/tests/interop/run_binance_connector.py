"""binance-connector, the venue's older client: REST, stream client, WebSocket API client."""

from __future__ import annotations

import json
import queue
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from binance.error import ClientError
from binance.spot import Spot
from binance.websocket.spot.websocket_api import SpotWebsocketAPIClient
from binance.websocket.spot.websocket_stream import SpotWebsocketStreamClient

from . import events, extras, lists
from .calls_binance_connector import BY_REST, BY_SOCKET
from .checks import Report, Text
from .introspection import Must, reaching, streams
from .main import main
from .private import Story
from .steering import DEADLINE_S, ControlPlane, World
from .steps import Refusal, run

SYMBOL = "BTCUSDT"
SIGNED = r'(?:sign_request|limit_request|send_request)\(\s*"(\w+)"'
# Of `ticker` only one symbol: the venue stopped serving all of them.
STREAM_CALLS = (
    ("trade", "btcusdt@trade", {}),
    ("agg_trade", "btcusdt@aggTrade", {}),
    ("kline", "btcusdt@kline_1m", {"interval": "1m"}),
    ("kline_timezone_offset", "btcusdt@kline_1d@+08:00", {"interval": "1d"}),
    ("mini_ticker", "btcusdt@miniTicker", {}),
    ("ticker", "btcusdt@ticker", {}),
    ("book_ticker", "btcusdt@bookTicker", {}),
    ("partial_book_depth", "btcusdt@depth5@1000ms", {}),
    ("partial_book_depth", "btcusdt@depth10@100ms", {"level": 10, "speed": 100}),
    ("diff_book_depth", "btcusdt@depth@1000ms", {}),
    ("rolling_window_ticker", "btcusdt@ticker_4h", {"windowSize": "4h"}),
    ("mini_ticker", "!miniTicker@arr", None),
    ("rolling_window_ticker_all_symbols", "!ticker_1h@arr", {"windowSize": "1h"}),
)


def endpoints(source: str) -> Iterable[str]:
    """What a method's source reaches."""
    verbs = re.findall(SIGNED, source) or ["GET"]
    for path in re.findall(r'"(/s?api/v\d/[^"]+)"', source):
        yield f"{verbs[0]} {path}"


def methods(source: str) -> Iterable[str]:
    """What a method of the WebSocket API client reaches."""
    return re.findall(r'"method": "([^"]+)"', source)


def known(must: Must) -> dict[str, set[str]]:
    """Every public call that reaches the must tier."""
    found: dict[str, set[str]] = {}
    for owner, reached, tier in (
        (Spot, endpoints, must.requests),
        (SpotWebsocketAPIClient, methods, must.methods),
        (SpotWebsocketStreamClient, _streams, must.streams | must.controls),
    ):
        calls = reaching(owner, reached, tier)
        found |= {f"{owner.__name__}.{name}": ends for name, ends in calls.items()}
    return found | {"SpotWebsocketStreamClient.user_data": {"listen key"}}


def _streams(source: str) -> Iterable[str]:
    return (*streams(source), *methods(source))


class Inbox:
    """What a socket client's thread receives."""

    def __init__(self) -> None:
        self._texts: queue.Queue[str] = queue.Queue()
        self._kept: deque[Any] = deque()

    def put(self, _manager: Any, text: str) -> None:
        """The client's callback."""
        self._texts.put(text)

    def reply(self, deadline: float) -> Any:
        """The next message that is no event; events that come before it are kept.

        Raises:
            queue.Empty: There is none by the deadline.
        """
        while "id" not in (message := self._read(deadline)):
            self._kept.append(message)
        return message

    def next(self, deadline: float) -> Any:
        """The next message.

        Raises:
            queue.Empty: There is none by the deadline.
        """
        return self._kept.popleft() if self._kept else self._read(deadline)

    def _read(self, deadline: float) -> Any:
        return json.loads(self._texts.get(timeout=max(0.0, deadline - time.monotonic())))


class OverRest:
    """The REST client."""

    calls = BY_REST

    def __init__(self, world: World) -> None:
        self.client = Spot(world.key, world.secret, base_url=world.rest)

    def call(self, name: str, endpoint: str, params: Mapping[str, Any]) -> Any:
        """Make a call; see ``steps.Adapter``."""
        try:
            return getattr(self.client, name)(**arrays(params))
        except ClientError as error:
            return Refusal(
                error.error_code, error.error_message, error.status_code, error.error_data
            )

    def close(self) -> None:
        """Leave no connection behind."""
        self.client.session.close()


class OverSocket:
    """The WebSocket API client."""

    calls = BY_SOCKET

    def __init__(self, world: World) -> None:
        self._key = world.key
        self._asked = 0
        self._inbox = Inbox()
        self.client = SpotWebsocketAPIClient(
            stream_url=world.websocket_api,
            api_key=world.key,
            api_secret=world.secret,
            on_message=self._inbox.put,
        )

    def call(self, name: str, endpoint: str, params: Mapping[str, Any]) -> Any:
        """Make a call; see ``steps.Adapter``."""
        self._asked += 1
        given = arrays(params)
        if name == "historical_trades":
            given["apiKey"] = self._key
        # This one counts an id among the parameters of which it takes only one.
        named = {} if name == "exchange_info" else {"id": self._asked}
        getattr(self.client, name)(**given, **named)
        reply = self._inbox.next(time.monotonic() + DEADLINE_S)
        if named and reply["id"] != self._asked:
            raise ValueError(f"reply to {reply['id']}, asked {self._asked}")
        if "error" not in reply:
            return reply["result"]
        error = reply["error"]
        return Refusal(error["code"], error["msg"], reply["status"], error.get("data"))

    def close(self) -> None:
        """Leave no connection behind."""
        self.client.stop()


def arrays(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with arrays as this client takes them."""
    given = dict(params)
    for name in {"symbols", "permissions"} & set(given):
        text = given[name]
        given[name] = json.loads(text) if text.startswith("[") else [text]
    return given


def check(control: ControlPlane, report: Report) -> None:
    """Everything binance-connector has for the must tier."""
    report.has(known(Must.of(control.documented)))
    for seed, adapter in enumerate((OverRest, OverSocket)):
        owner = "Spot." if adapter is OverRest else "SpotWebsocketAPIClient."
        for scenario in (extras.everything, lists.requests):
            with control.world(seed=seed) as world:
                client = adapter(world)
                run(scenario(world), client, report, owner)
                client.close()
    for is_combined in (False, True):
        with control.world(seed=2) as world:
            market_streams(world, report, is_combined=is_combined)
    with control.world(seed=2) as world:
        subscriptions(world, report)
    with control.world(seed=3, protocol=extras.LISTEN_KEYS) as world:
        account_stream(world, report)
    with control.world(seed=4, protocol=extras.LISTEN_KEYS) as world:
        socket = OverSocket(world)
        for name, endpoint, expected, make in socket_listen_key(socket):
            extras.check(report, f"SpotWebsocketAPIClient.{name}", endpoint, expected, make)
        socket.close()


def market_streams(world: World, report: Report, *, is_combined: bool) -> None:
    """Every market stream, over as few connections as the limit of messages a second allows."""
    inbox = Inbox()
    clients = []
    deadline = time.monotonic() + DEADLINE_S
    for calls in extras.batched(STREAM_CALLS):
        client = SpotWebsocketStreamClient(
            stream_url=world.stream, on_message=inbox.put, is_combined=is_combined
        )
        clients.append(client)
        for place, (name, _, more) in enumerate(calls):
            given = {} if more is None or name.endswith("all_symbols") else {"symbol": SYMBOL}
            getattr(client, name)(**given, **(more or {}), id=place + 1)
        acknowledged = [inbox.reply(deadline) for _ in calls]
        expected = [{"result": None, "id": place + 1} for place in range(len(calls))]
        report.check("(acknowledged)", "SUBSCRIBE", expected, acknowledged)
    names = [stream for _, stream, _ in STREAM_CALLS]
    goal = events.move(world)
    told = _until_final(inbox, names, goal, is_combined=is_combined)
    for name, stream, _ in STREAM_CALLS:
        call = f"SpotWebsocketStreamClient.{name}"
        events.check(report, world, call, stream, told[stream], goal)
    for client in clients:
        client.stop()


def subscriptions(world: World, report: Report) -> None:
    """A connection's list of streams as it grows and shrinks."""
    inbox = Inbox()
    client = SpotWebsocketStreamClient(stream_url=world.stream, on_message=inbox.put)
    one, other = "btcusdt@trade", "ethusdt@trade"
    ended = "UNSUBSCRIBE"
    for place, (name, control, given, result) in enumerate(
        (
            ("subscribe", "SUBSCRIBE", {"stream": [one, other]}, None),
            ("unsubscribe", ended, {"stream": other}, None),
            ("send_message_to_server", "SUBSCRIBE", {"message": other}, None),
            ("send_message_to_server", ended, {"message": [other], "action": ended}, None),
            ("list_subscribe", "LIST_SUBSCRIPTIONS", {}, [one]),
        ),
        start=1,
    ):
        getattr(client, name)(**given, id=place)
        reply = inbox.reply(time.monotonic() + DEADLINE_S)
        call = f"SpotWebsocketStreamClient.{name}"
        report.check(call, control, {"result": result, "id": place}, reply)
    client.stop()


def _until_final(
    inbox: Inbox, names: list[str], goal: events.Goal, *, is_combined: bool
) -> dict[str, list[Any]]:
    """Events by stream. Where the frame does not name its stream, what is in it says which it was."""
    told: dict[str, list[Any]] = {name: [] for name in names}
    missing = set(names)
    deadline = time.monotonic() + DEADLINE_S
    try:
        while missing:
            frame = inbox.next(deadline)
            data = frame["data"] if is_combined else frame
            stream = frame["stream"] if is_combined else _named(data, names)
            told[stream].append(data)
            if events.is_final(stream, data, goal):
                missing.discard(stream)
    except queue.Empty:
        pass  # what is missing is a difference
    return told


def _named(event: Any, names: list[str]) -> str:
    if isinstance(event, list):
        kind = event[0]["e"] if event else ""
        return "!miniTicker@arr" if kind == "24hrMiniTicker" else "!ticker_1h@arr"
    if "lastUpdateId" in event:
        return next(name for name in names if f"@depth{len(event['bids'])}@" in name)
    if event.get("e") == "kline":
        interval = event["k"]["i"]
        return next(name for name in names if f"@kline_{interval}" in name)
    fragments = {
        "24hrMiniTicker": "btcusdt@miniTicker",
        "24hrTicker": "btcusdt@ticker",
        "4hTicker": "btcusdt@ticker_4h",
        "depthUpdate": "btcusdt@depth@1000ms",
    }
    kind = event.get("e", "bookTicker")
    return fragments.get(kind, f"btcusdt@{kind}")


def account_stream(world: World, report: Report) -> None:
    """The account's own stream by a listen key, while orders are made over REST."""
    rest, endpoint = OverRest(world), "/api/v3/userDataStream"
    reply = rest.client.new_listen_key()
    report.check("Spot.new_listen_key", f"POST {endpoint}", {"listenKey": Text(extras.KEY)}, reply)
    key = reply["listenKey"]
    renewed = rest.client.renew_listen_key(key)
    report.check("Spot.renew_listen_key", f"PUT {endpoint}", {}, renewed)
    inbox = Inbox()
    client = SpotWebsocketStreamClient(stream_url=world.stream, on_message=inbox.put)
    client.user_data(listen_key=key, id=1)
    deadline = time.monotonic() + DEADLINE_S
    report.check("(acknowledged)", "SUBSCRIBE", {"result": None, "id": 1}, inbox.reply(deadline))
    story = Story(world)
    story.tell(rest, report, "Spot.")
    told: list[Any] = []
    while not (told and story.is_over(told)):
        told.append(inbox.next(deadline))
    story.check(report, "SpotWebsocketStreamClient.user_data", "listen key", told)
    client.stop()
    closed = rest.client.close_listen_key(key)
    report.check("Spot.close_listen_key", f"DELETE {endpoint}", {}, closed)
    rest.close()


def socket_listen_key(socket: OverSocket) -> Iterator[extras.Row]:
    """The same key over the WebSocket API."""
    kept: list[str] = []

    def start() -> Any:
        reply = socket.call("user_data_start", "", {})
        kept.append(reply["listenKey"])
        return reply

    yield "user_data_start", "userDataStream.start", {"listenKey": Text(extras.KEY)}, start
    for name in ("ping", "stop"):
        yield (
            f"user_data_{name}",
            f"userDataStream.{name}",
            {},
            lambda name=name: socket.call(f"user_data_{name}", "", {"listenKey": kept[0]}),
        )


if __name__ == "__main__":
    main("binance-connector", version("binance-connector"), check)

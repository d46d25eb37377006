"""binance-sdk-spot, the venue's own client: REST, WebSocket API (signed and by session), streams."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_common.errors import Error
from binance_sdk_spot.rest_api.rest_api import SpotRestAPI
from binance_sdk_spot.spot import Spot
from binance_sdk_spot.websocket_api.websocket_api import SpotWebSocketAPI
from binance_sdk_spot.websocket_streams.websocket_streams import SpotWebSocketStreams
from pydantic import BaseModel

from . import events, extras, lists
from .calls_binance_sdk_spot import BY_REST, BY_SOCKET
from .checks import Like, Report, Shown, Within
from .introspection import Must, reaching, source, streams
from .main import main
from .private import Story
from .steering import DEADLINE_S, ControlPlane, World, now_ms
from .steps import Refusal, run

SYMBOL = "BTCUSDT"
# Its model of this reply has the filters where the venue has id, status and result: nothing comes through.
UNUSABLE = {"SpotWebSocketAPI.my_filters"}
PATIENCE_MS = 10_000  # its default of one second is too little for a busy machine
STREAM_CALLS = (
    ("trade", "btcusdt@trade", {}),
    ("agg_trade", "btcusdt@aggTrade", {}),
    ("kline", "btcusdt@kline_1m", {"interval": "1m"}),
    ("kline_offset", "btcusdt@kline_1d@+08:00", {"interval": "1d"}),
    ("mini_ticker", "btcusdt@miniTicker", {}),
    ("all_mini_ticker", "!miniTicker@arr", {}),
    ("ticker", "btcusdt@ticker", {}),
    ("rolling_window_ticker", "btcusdt@ticker_1h", {"window_size": "1h"}),
    ("all_market_rolling_window_ticker", "!ticker_4h@arr", {"window_size": "4h"}),
    ("book_ticker", "btcusdt@bookTicker", {}),
    ("avg_price", "btcusdt@avgPrice", {}),
    ("partial_book_depth", "btcusdt@depth5", {"levels": "5"}),
    ("partial_book_depth", "btcusdt@depth20@100ms", {"levels": "20", "update_speed": "100ms"}),
    ("diff_book_depth", "btcusdt@depth", {}),
    ("diff_book_depth", "btcusdt@depth@100ms", {"update_speed": "100ms"}),
)


def known(must: Must) -> dict[str, set[str]]:
    """Every public call that reaches the must tier, through the part of the client that makes it."""
    found: dict[str, set[str]] = {}
    for owner, tier in (
        (SpotRestAPI, must.requests),
        (SpotWebSocketAPI, must.methods),
        (SpotWebSocketStreams, must.streams),
    ):
        parts = _parts(owner)
        calls = reaching(owner, lambda text, parts=parts: _reached(text, parts), tier)
        found |= {f"{owner.__name__}.{name}": ends for name, ends in calls.items()}
    return {call: ends for call, ends in found.items() if call not in UNUSABLE}


def _parts(owner: type) -> dict[str, type]:
    """Names of the parts that a client is made of, and their classes."""
    module = inspect.getmodule(owner)
    made = re.findall(r"self\.(_\w+) = (\w+)\(", source(owner.__init__))
    return {name: getattr(module, kind) for name, kind in made if hasattr(module, kind)}


def _reached(text: str, parts: Mapping[str, type]) -> Iterable[str]:
    for part, name in re.findall(r"self\.(_\w+)\.(\w+)\(", text):
        inner = source(getattr(parts.get(part), name, None))
        verbs = re.findall(r'method="(\w+)"', inner)
        for verb, path in zip(verbs, re.findall(r'path="([^"]+)"', inner), strict=False):
            yield f"{verb} {path}"
        yield from re.findall(r'"method": "/([^"]+)"', inner)
        for placeholder in re.findall(r'ws_streams_placeholder\(\s*"/([^"]+)"', inner):
            yield from streams(placeholder.replace("<", "_"))


class Complaints(logging.Handler):
    """Replies that do not match the models the venue published for them: the client says so in its log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if re.search("did not match|Failed to parse|Unknown user data|Error in callback", text):
            self.texts.append(text)

    def taken(self) -> list[str]:
        """What came since the last time."""
        texts, self.texts = self.texts, []
        return texts


COMPLAINTS = Complaints()


def plain(value: Any) -> Any:
    """A reply as the JSON it was; what was null is not kept by the client's models."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if not isinstance(value, BaseModel):
        return value
    for holder in ("actual_instance", "root"):
        if getattr(value, holder, None) is not None:
            return plain(getattr(value, holder))
    fields = type(value).model_fields
    kept = {field.alias or name: getattr(value, name) for name, field in fields.items()}
    more = kept.pop("additional_properties", None) or {}
    shown = {name: plain(one) for name, one in (kept | more).items() if one is not None}
    return Shown(shown, kept)


def named(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters by the names of Python."""
    given = {re.sub("([A-Z])", r"_\1", name).lower(): value for name, value in params.items()}
    for name in ("symbols", "permissions"):
        if str(given.get(name, ""))[:1] == "[":
            given[name] = json.loads(given[name])
    return given


class OverRest:
    """The REST client."""

    calls = BY_REST

    def __init__(self, world: World) -> None:
        keys = {"api_key": world.key, "api_secret": world.secret}
        settings = ConfigurationRestAPI(base_path=world.rest, timeout=PATIENCE_MS, **keys)
        self.client = Spot(config_rest_api=settings).rest_api

    def call(self, name: str, endpoint: str, params: Mapping[str, Any]) -> Any:
        """Make a call; see ``steps.Adapter``."""
        try:
            reply = getattr(self.client, name)(**named(params)).data()
        except Error as error:
            code = getattr(error, "status_code", None)
            return Refusal(code, error.error_message)
        return _agreed(plain(reply))

    def close(self) -> None:
        """Leave no connection behind."""
        self.client._session.close()


class OverSocket:
    """The WebSocket API client; with Ed25519 it logs on, and then signs nothing."""

    calls = BY_SOCKET

    def __init__(self, world: World, loop: asyncio.AbstractEventLoop, *, logs_on: bool) -> None:
        keys = {"api_key": world.key, "api_secret": world.secret}
        if logs_on:
            keys = {
                "api_key": world.ed25519["api_key"],
                "private_key": world.ed25519["private_key"],
            }
        settings = ConfigurationWebSocketAPI(
            stream_url=world.websocket_api, timeout=PATIENCE_MS, **keys
        )
        self.client = Spot(config_ws_api=settings).websocket_api
        self._loop = loop
        loop.run_until_complete(self.client.create_connection())

    def call(self, name: str, endpoint: str, params: Mapping[str, Any]) -> Any:
        """Make a call; see ``steps.Adapter``."""
        reply = self._loop.run_until_complete(getattr(self.client, name)(**named(params)))
        data = reply.data() if hasattr(reply, "data") else reply.response.data()
        if isinstance(data, Mapping) and "error" in data:
            error = data["error"]
            return Refusal(error["code"], error["msg"], None, error.get("data"))
        whole = plain(data)
        if whole.get("status") != 200:
            raise ValueError(f"status {whole.get('status')}")
        return _agreed(whole.get("result", {}))

    def close(self) -> None:
        """Leave no connection behind."""
        self._loop.run_until_complete(_ended(self.client))


async def _ended(client: Any) -> None:
    await client.close_connection(close_session=True)
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _agreed(reply: Any) -> Any:
    """The reply, unless the client's own models disagree with it."""
    complaints = COMPLAINTS.taken()
    if complaints:
        raise TypeError("; ".join(complaints))
    return reply


def check(control: ControlPlane, report: Report) -> None:
    """Everything binance-sdk-spot has for the must tier."""
    logging.getLogger().addHandler(COMPLAINTS)
    report.has(known(Must.of(control.documented)))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    for scenario in (extras.everything, lists.requests):
        with control.world(seed=0) as world:
            rest = OverRest(world)
            run(scenario(world), rest, report, "SpotRestAPI.")
            rest.close()
        with control.world(seed=1) as world:
            socket = OverSocket(world, loop, logs_on=False)
            run(scenario(world), socket, report, "SpotWebSocketAPI.")
            socket.close()
    with control.world(seed=2) as world:
        session(world, loop, report)
    for part in (market_streams, account_stream):
        with control.world(seed=3) as world:
            loop.run_until_complete(part(world, report))
    loop.close()


def session(world: World, loop: asyncio.AbstractEventLoop, report: Report) -> None:
    """Log on once; then the key's own requests need no signature."""
    socket = OverSocket(world, loop, logs_on=True)

    def state(*, is_on: bool, has_stream: bool = False) -> dict[str, Any]:
        moment = Within(0, now_ms() + 1000)
        return {
            "apiKey": world.ed25519["api_key"] if is_on else None,
            "authorizedSince": moment if is_on else None,
            "connectedSince": moment,
            "returnRateLimits": Like(bool),
            "serverTime": moment,
            "userDataStream": has_stream,
        }

    def known_part(expected: Mapping[str, Any]) -> dict[str, Any]:
        # The client's models leave out what is null.
        return {name: value for name, value in expected.items() if value is not None}

    for call, method, expected in (
        ("session_logon", "session.logon", state(is_on=True)),
        ("session_status", "session.status", state(is_on=True)),
        ("user_data_stream_subscribe", "userDataStream.subscribe", {"subscriptionId": 0}),
        ("session_subscriptions", "session.subscriptions", [{"subscriptionId": 0}]),
        ("session_status", "session.status", state(is_on=True, has_stream=True)),
        ("user_data_stream_unsubscribe", "userDataStream.unsubscribe", {}),
    ):
        wanted = known_part(expected) if isinstance(expected, dict) else expected
        extras.check(
            report,
            f"SpotWebSocketAPI.{call}",
            method,
            wanted,
            lambda call=call: socket.call(call, "", {}),
        )
    run(extras.everything(world), socket, report, "SpotWebSocketAPI.")
    extras.check(
        report,
        "SpotWebSocketAPI.session_logout",
        "session.logout",
        known_part(state(is_on=False)),
        lambda: socket.call("session_logout", "", {}),
    )
    socket.close()


async def market_streams(world: World, report: Report) -> None:
    """Every market stream, over as few connections as the limit of messages a second allows."""
    settings = ConfigurationWebSocketStreams(stream_url=world.stream)
    clients = []
    told: dict[str, list[Any]] = {}
    goals: list[events.Goal] = []
    arrived = asyncio.Event()

    def keep(stream: str, message: Any) -> None:
        told[stream].append(message)
        arrived.set()

    for calls in extras.batched(STREAM_CALLS):
        client = Spot(config_ws_streams=settings).websocket_streams
        clients.append(client)
        await client.create_connection()
        for name, stream, more in calls:
            told[stream] = []
            given = {} if name.startswith("all_") else {"symbol": SYMBOL}
            handle = await getattr(client, name)(**given, **more)
            handle.on("message", lambda message, stream=stream: keep(stream, message))
    goals.append(events.move(world))
    try:
        async with asyncio.timeout(DEADLINE_S):
            while any(not _has_final(s, rows, goals[0]) for s, rows in told.items()):
                arrived.clear()
                await arrived.wait()
    except TimeoutError:
        pass  # what is missing is a difference
    for name, stream, _ in STREAM_CALLS:
        rows = [_message(stream, message) for message in told[stream]]
        events.check(report, world, f"SpotWebSocketStreams.{name}", stream, rows, goals[0])
    for text in COMPLAINTS.taken():
        report.failed("(streams)", "", TypeError(text))
    for client in clients:
        await _ended(client)


def _message(stream: str, message: Any) -> Any:
    found = plain(message)
    return [found] if stream.startswith("!") and isinstance(found, dict) else found


def _has_final(stream: str, messages: list[Any], goal: events.Goal) -> bool:
    return any(events.is_final(stream, _message(stream, one), goal) for one in messages)


async def account_stream(world: World, report: Report) -> None:
    """The account's own stream, subscribed by signature, while orders are made over REST."""
    settings = ConfigurationWebSocketAPI(
        api_key=world.key, api_secret=world.secret, stream_url=world.websocket_api
    )
    client = Spot(config_ws_api=settings).websocket_api
    await client.create_connection()
    told: list[Any] = []
    arrived = asyncio.Event()
    subscribed = await client.user_data_stream_subscribe_signature()

    def keep(message: Any) -> None:
        kind = type(message.actual_instance).__name__  # its models do not keep `e`
        told.append(plain(message) | {"e": kind[0].lower() + kind[1:]})
        arrived.set()

    subscribed.stream.on("message", keep)
    method = "userDataStream.subscribe.signature"
    call = "SpotWebSocketAPI.user_data_stream_subscribe_signature"
    result = plain(subscribed.response.data())["result"]
    report.check(call, method, {"subscriptionId": 0}, result)
    story, rest = Story(world), OverRest(world)
    await asyncio.to_thread(story.tell, rest, report, "SpotRestAPI.")
    rest.close()
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not (told and story.is_over(told)):
                arrived.clear()
                await arrived.wait()
    except TimeoutError:
        pass  # what is missing is a difference
    story.check(report, call, method, told)
    for text in COMPLAINTS.taken():
        report.failed(call, method, TypeError(text))
    await _ended(client)


if __name__ == "__main__":
    main("binance-sdk-spot", version("binance-sdk-spot"), check)

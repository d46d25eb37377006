"""ccxt, blocking: the venue's own requests as ccxt derives them, and its unified calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ccxt

from . import extras, lists, unified, unified_orders
from .checks import Report
from .introspection import Must, reaching
from .main import main
from .steering import ControlPlane, World
from .steps import Call, Refusal, Step, compared, drive, run

# What every call does first is looked at once, by itself.
FIRST = ("load_markets", "fetch_markets", "load_trading_limits", "load_time_difference")
FIRST_TOO = ("fetch_currencies",)
# Only for markets that this venue has not.
CONTRACTS = re.compile("reduce_only|_(index|mark|premium_index)_ohlcv|position|liquidation")
# fetch_fees() looks up a flag that ccxt no longer has, and ends there.
UNUSABLE = {"fetch_fees"}
SECTIONS = {"public": "/api/v3/", "private": "/api/v3/", "sapi": "/sapi/v1/"}


def exchange(owner: type, world: World) -> Any:
    """A client with other URLs that asks for spot only."""
    client = owner(
        {
            "apiKey": world.key,
            "secret": world.secret,
            "enableRateLimit": False,
            "options": {
                "defaultType": "spot",
                "fetchMarkets": {"types": ["spot"]},
                "warnOnFetchOpenOrdersWithoutSymbol": False,
            },
        }
    )
    api = client.urls["api"]
    api["public"] = api["private"] = world.rest + "/api/v3"
    for section, version in (("sapi", "v1"), ("sapiV2", "v2"), ("sapiV3", "v3"), ("sapiV4", "v4")):
        api[section] = f"{world.rest}/sapi/{version}"
    if "ws" in api:
        api["ws"]["spot"] = api["ws"]["margin"] = world.stream + "/ws"
        api["ws"]["ws-api"]["spot"] = world.websocket_api
    return client


def derived() -> dict[str, str]:
    """Calls that ccxt makes from its table of the venue's requests, and those requests."""
    api = ccxt.binance().describe()["api"]
    found = {}
    for section, prefix in SECTIONS.items():
        for verb, paths in api[section].items():
            for path in paths:
                words = re.split(r"[^a-zA-Z0-9]", path)
                tail = "".join(word[:1].upper() + word[1:] for word in words)
                found[f"{section}{verb.capitalize()}{tail}"] = f"{verb.upper()} {prefix}{path}"
    return found


def known(owner: type, must: Must) -> dict[str, set[str]]:
    """Unified calls that reach the must tier, but those that ccxt says this exchange has not."""
    requests = derived()

    def reached(text: str) -> Iterable[str]:
        yield from (requests[n] for n in re.findall(r"self\.(\w+)\(", text) if n in requests)

    has = owner().has
    calls = reaching(owner, reached, must.requests, past=(*FIRST, *FIRST_TOO))
    return {
        name: ends
        for name, ends in calls.items()
        if name == name.lower()  # each has a twin in camel case
        and has.get(camel(name), True)
        and not CONTRACTS.search(name)
        and name not in UNUSABLE
    }


def camel(name: str) -> str:
    """A call by its other name."""
    words = name.split("_")
    return words[0] + "".join(
        word.upper() if word in ("ohlcv",) else word.capitalize() for word in words[1:]
    )


class Derived:
    """The derived calls as an adapter of the scenarios."""

    def __init__(self, client: Any) -> None:
        self.client = client
        by_endpoint: dict[str, list[Call]] = {}
        for call, endpoint in derived().items():
            by_endpoint.setdefault(endpoint, []).append(Call(call))
        self.calls: Mapping[str, Sequence[Call]] = by_endpoint

    def call(self, name: str, endpoint: str, params: Mapping[str, Any]) -> Any:
        """Make a call; see ``steps.Adapter``."""
        try:
            return getattr(self.client, name)(dict(params))
        except ccxt.BaseError as error:
            return refusal(error)


def said(client: Any, call: str, args: Sequence[Any]) -> Any:
    """What a unified call says, a refusal included."""
    try:
        return getattr(client, call)(*args)
    except ccxt.ExchangeError as error:
        return refusal(error)


def refusal(error: ccxt.BaseError) -> Refusal:
    """The venue's refusal out of an exception's text: the whole reply, or what it said."""
    text = str(error).removeprefix("binance ")
    if "{" not in text:
        return Refusal(None, text)
    body = json.loads(text[text.index("{") :])
    return Refusal(body["code"], body["msg"], None, body.get("data"))


def check(control: ControlPlane, report: Report) -> None:
    """Everything ccxt has for the must tier."""
    must = Must.of(control.documented)
    report.has({call: {end} for call, end in derived().items() if end in must.requests})
    report.has(known(ccxt.binance, must))
    for scenario in (extras.everything, lists.requests):
        with control.world(seed=0) as world:
            client = exchange(ccxt.binance, world)
            run(scenario(world), Derived(client), report)
            client.session.close()
    with control.world(seed=2, protocol=extras.LISTEN_KEYS) as world:
        client = exchange(ccxt.binance, world)
        run(extras.listen_keys(world), Derived(client), report)
        client.session.close()
    with control.world(seed=1) as world:
        client = exchange(ccxt.binance, world)

        def make(step: Step) -> Any:
            call = step.params["name"]
            return compared(step, call, lambda: said(client, call, step.params["args"]), report)

        for scenario in (unified.requests, unified_orders.requests):
            drive(scenario(world), make, report, "")
        client.session.close()


if __name__ == "__main__":
    main("ccxt", ccxt.__version__, check)

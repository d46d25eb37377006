"""The control plane: JSON over HTTP on a port of its own, opened by a random token."""

from __future__ import annotations

import hmac
import secrets
import ssl
from collections.abc import Awaitable, Callable
from decimal import InvalidOperation
from typing import Any, TypeVar

import msgspec
from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from venueproof_core.control import (
    AccountSpec,
    ClockRequest,
    ControlAddress,
    CounterpartyRequest,
    FaultSpec,
    GateInfo,
    GateSpec,
    MarketRequest,
    Predicate,
    TransferRequest,
    WaitRequest,
    WorldSpec,
)
from venueproof_simulator import truth
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.gates import Gate
from venueproof_simulator.market import CannotSteer
from venueproof_simulator.venue_core import to_decimal, to_units
from venueproof_simulator.world import World, reached_at


class _Bad(Exception):
    def __init__(self, message: str, status: int = 400, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.more = more


Handler = Callable[["ControlServer", web.Request], Awaitable[Any]]


class ControlServer:
    """Opens and closes worlds, and steers them."""

    def __init__(
        self, dialect: type[Dialect], host: str, tls: ssl.SSLContext | None = None
    ) -> None:
        self._dialect = dialect
        self._host = host
        self._tls = tls
        self._token = secrets.token_urlsafe(24)
        self._worlds: dict[str, World] = {}
        self._made = 0
        self._runner: web.AppRunner | None = None
        self.address = ControlAddress(url="", token=self._token)

    async def start(self, port: int = 0) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: The port is taken, or the host is none of this machine's.
        """
        app = web.Application(client_max_size=1 << 22)
        app.router.add_route("*", "/{path:.*}", self._dispatch)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        url = f"http://{reached_at(self._host, bound)}"
        self.address = ControlAddress(url=url, token=self._token)

    async def stop(self) -> None:
        """Close every world and stop listening."""
        for world_id in list(self._worlds):
            await self._worlds.pop(world_id).close(grace_s=0)
        if self._runner is not None:
            await self._runner.cleanup()

    async def open_world(self, spec: WorldSpec, port: int = 0) -> World:
        """A new world on its own port.

        Raises:
            OSError: The port is taken.
        """
        self._made += 1
        world = World(f"w{self._made}", self._dialect, spec)
        await world.open(self._host, port, self._tls)
        self._worlds[world.id] = world
        return world

    # ------------------------------------------------------------ dispatch

    async def _dispatch(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return _json({"error": "Authorization: Bearer TOKEN is missing or wrong"}, 401)
        first, *rest = request.path.strip("/").split("/")
        handler = _HANDLERS.get((request.method, first, len(rest)))
        if handler is None:
            return _json({"error": f"no such path: {request.method} {request.path}"}, 404)
        try:
            return _json(await handler(self, request))
        except _Bad as bad:
            return _json({"error": str(bad), **bad.more}, bad.status)
        except (CannotSteer, ValueError, InvalidOperation) as error:
            text = str(error) if not isinstance(error, ValidationError) else _explain(error)
            return _json({"error": text}, 400)
        except KeyError as error:
            return _json({"error": str(error.args[0])}, 404)

    def _world(self, request: web.Request) -> World:
        world_id = request.query.get("world")
        if world_id is None and len(self._worlds) == 1:
            return next(iter(self._worlds.values()))
        if world_id is None:
            raise _Bad(f"there are {len(self._worlds)} worlds: say ?world=ID")
        if world_id not in self._worlds:
            raise _Bad(f"no world {world_id!r}", 404)
        return self._worlds[world_id]

    # ------------------------------------------------------------ worlds

    async def open(self, request: web.Request) -> Any:
        world = await self.open_world(await _read(request, WorldSpec))
        return world.info

    async def close(self, request: web.Request) -> Any:
        world = self._worlds.pop(request.path.rsplit("/", 1)[1], None)
        if world is None:
            raise _Bad("no such world", 404)
        return {"left_behind": await world.close(), "errors": world.errors}

    async def account(self, request: web.Request) -> Any:
        world, spec = self._world(request), await _read(request, AccountSpec)
        if spec.name in world.accounts:
            raise _Bad(f"account {spec.name!r} exists")
        account = world.open_account(spec)
        world.settle()
        return account.credentials

    # ------------------------------------------------------------ steering

    async def market(self, request: web.Request) -> Any:
        world, wanted = self._world(request), await _read(request, MarketRequest)
        world.market.act_on(wanted.actions, is_one_event=wanted.is_one_event)
        symbols = {action.symbol for action in wanted.actions if action.symbol is not None}
        return {"versions": {symbol: world.core.version(symbol) for symbol in sorted(symbols)}}

    async def counterparty(self, request: web.Request) -> Any:
        world, wanted = self._world(request), await _read(request, CounterpartyRequest)
        try:
            traded = world.market.trade_against(wanted, request.query.get("account", "main"))
        finally:
            world.settle()
        return {"traded": str(to_decimal(traded))}

    async def transfer(self, request: web.Request) -> Any:
        world, wanted = self._world(request), await _read(request, TransferRequest)
        if wanted.account not in world.accounts:
            raise _Bad(f"no account {wanted.account!r}", 404)
        world.core.transfer(
            wanted.account,
            wanted.currency,
            to_units(wanted.amount),
            time_ns=world.stamps.time_ns(),
        )
        world.settle()
        return {}

    async def clock(self, request: web.Request) -> Any:
        world, wanted = self._world(request), await _read(request, ClockRequest)
        world.move_clock(wanted)
        return {
            "stamp_ns": world.stamps.time_ns(),
            "timer_s": world.timers.now_ns() / SECOND_NS,
        }

    async def add_fault(self, request: web.Request) -> Any:
        world, spec = self._world(request), await _read(request, FaultSpec)
        return world.faults.add(spec).info

    async def get_fault(self, request: web.Request) -> Any:
        fault = self._world(request).faults.get(_last(request))
        if fault is None:
            raise _Bad("no such fault", 404)
        return fault.info

    async def remove_fault(self, request: web.Request) -> Any:
        world = self._world(request)
        fault = world.faults.remove(_last(request))
        if fault is None:
            raise _Bad("no such fault", 404)
        world.settle()
        return fault.info

    async def add_gate(self, request: web.Request) -> Any:
        gate = self._world(request).gates.add(await _read(request, GateSpec))
        return GateInfo(id=gate.id, reached=gate.reached)

    async def get_gate(self, request: web.Request) -> Any:
        gate = self._gate(request, _last(request))
        return GateInfo(id=gate.id, reached=gate.reached)

    async def release_gate(self, request: web.Request) -> Any:
        gate = self._gate(request, request.path.strip("/").split("/")[1])
        gate.release()
        return GateInfo(id=gate.id, reached=gate.reached)

    def _gate(self, request: web.Request, gate_id: str) -> Gate:
        gate = self._world(request).gates.get(gate_id)
        if gate is None:
            raise _Bad("no such gate", 404)
        return gate

    async def wait(self, request: web.Request) -> Any:
        world, wanted = self._world(request), await _read(request, WaitRequest)
        predicate = wanted.predicate

        def counted() -> int:
            return count(world, predicate)

        def is_true() -> bool:
            is_exact = predicate.kind == "connections"
            return counted() == predicate.count if is_exact else counted() >= predicate.count

        if not await world.journal.wait(is_true, wanted.deadline_s):
            raise _Bad(
                f"waited {wanted.deadline_s} s for {predicate.count} x {predicate.kind} "
                f"{predicate.match.model_dump_json(exclude_none=True)}: counted {counted()}",
                408,
                count=counted(),
            )
        return {"count": counted()}

    # ------------------------------------------------------------ truth

    async def truth(self, request: web.Request) -> Any:
        world = self._world(request)
        what, query = _last(request), request.query
        symbol, account = query.get("symbol"), query.get("account")
        if symbol is not None and symbol not in world.core.instruments:
            raise _Bad(f"no instrument {symbol!r}", 404)
        if what in ("book", "trades") and symbol is None:
            raise _Bad(f"/truth/{what} needs ?symbol=")
        if what == "book":
            version = query.get("version")
            return truth.book(world, str(symbol), None if version is None else int(version))
        if what == "trades":
            return truth.trades(world, str(symbol), int(query.get("limit", "1000")))
        if what == "orders":
            return truth.orders(world, symbol, account)
        if what == "fills":
            return truth.fills(world, symbol, account)
        if what == "balances":
            return truth.balances(world, account)
        if what == "instruments":
            return truth.instruments(world)
        if what == "connections":
            return truth.connections(world)
        if what == "limits":
            return truth.limits(world)
        if what == "errors":
            return list(world.dialect.documented_errors())
        raise _Bad(f"there is no truth about {what!r}", 404)

    async def journal(self, request: web.Request) -> Any:
        return self._world(request).journal.since(int(request.query.get("since", "0")))

    async def documented(self, _request: web.Request) -> Any:
        return self._dialect.documented

    async def audit(self, request: web.Request) -> Any:
        """Full audit of the core's invariants; a broken one is the simulator's fault."""
        self._world(request).core.check()
        return {}


_HANDLERS: dict[tuple[str, str, int], Handler] = {
    ("POST", "worlds", 0): ControlServer.open,
    ("DELETE", "worlds", 1): ControlServer.close,
    ("POST", "accounts", 0): ControlServer.account,
    ("POST", "market", 0): ControlServer.market,
    ("POST", "counterparty", 0): ControlServer.counterparty,
    ("POST", "transfer", 0): ControlServer.transfer,
    ("POST", "clock", 0): ControlServer.clock,
    ("POST", "faults", 0): ControlServer.add_fault,
    ("GET", "faults", 1): ControlServer.get_fault,
    ("DELETE", "faults", 1): ControlServer.remove_fault,
    ("POST", "gates", 0): ControlServer.add_gate,
    ("GET", "gates", 1): ControlServer.get_gate,
    ("POST", "gates", 2): ControlServer.release_gate,
    ("POST", "wait", 0): ControlServer.wait,
    ("GET", "truth", 1): ControlServer.truth,
    ("GET", "journal", 0): ControlServer.journal,
    ("GET", "documented", 0): ControlServer.documented,
    ("POST", "audit", 0): ControlServer.audit,
}


def count(world: World, predicate: Predicate) -> int:
    """How often what a wait asks for has happened."""
    kind, match, since = predicate.kind, predicate.match, predicate.since
    if kind == "request":
        return world.journal.count("request", match, since)
    if kind == "reply":
        return world.journal.count("reply", match, since)
    if kind == "frames":
        return world.journal.count("frame_out", match, since)
    if kind == "closed":
        return world.journal.count("closed", match, since)
    if kind == "fault":
        fault = world.faults.get(predicate.id or "")
        return fault.fired if fault else 0
    if kind == "gate":
        gate = world.gates.get(predicate.id or "")
        return gate.reached if gate else 0
    live = [connection for connection in world.connections.values() if connection.is_open]
    if match.connection is not None:
        live = [connection for connection in live if connection.id == match.connection]
    if kind == "connections":
        if match.channel is not None:
            live = [one for one in live if match.channel in one.channels.values()]
        return len(live)
    return sum(
        _subscription_matches(world, name, channel, predicate)
        for connection in live
        for name, channel in connection.channels.items()
        if name in connection.subscriptions
    )


def _subscription_matches(world: World, name: str, channel: Any, predicate: Predicate) -> bool:
    match = predicate.match
    if match.channel is not None and match.channel is not channel:
        return False
    return match.symbol is None or world.dialect.stream_symbol(name) == match.symbol


Model = TypeVar("Model", bound=BaseModel)


async def _read(request: web.Request, model: type[Model]) -> Model:
    return model.model_validate_json(await request.read() or b"{}")


def _last(request: web.Request) -> str:
    return request.path.rsplit("/", 1)[1]


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    return f"{place}: {first['msg']}"


_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def _json(value: Any, status: int = 200) -> web.Response:
    if isinstance(value, list) and value and isinstance(value[0], msgspec.Struct):
        body = msgspec.json.encode(value)
    else:
        body = _ANY.dump_json(value)
    return web.Response(status=status, body=body, content_type="application/json")

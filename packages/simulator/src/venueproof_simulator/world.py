"""One isolated simulated venue: accounts, books, clocks, faults and a journal, on its own port."""

from __future__ import annotations

import contextlib
import hashlib
import random
import ssl
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from venueproof_core.control import (
    AccountSpec,
    ClockRequest,
    Credentials,
    GatePoint,
    SetFlow,
    WorldInfo,
    WorldSpec,
)
from venueproof_simulator.clocks import StampClock, TimerClock
from venueproof_simulator.connections import Connection, Transport
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.faults import Faults
from venueproof_simulator.gates import Gates
from venueproof_simulator.history import History
from venueproof_simulator.journal import Entry, Journal
from venueproof_simulator.server import WorldServer
from venueproof_simulator.toolkit.calls import Call, Refuse, Reply
from venueproof_simulator.toolkit.streams import StreamHub
from venueproof_simulator.venue_core import FeeSchedule, VenueCore, to_units

# Entries of the journal: a suite reads all of them, a market that runs for days is to stay small.
SUITE_JOURNAL, FREE_JOURNAL = 200_000, 20_000


class Account(msgspec.Struct, kw_only=True):
    """An account of the venue and what it signs with."""

    name: str
    credentials: Credentials
    secret_seed: bytes


class World:
    """Everything one case can steer and ask.

    Attributes:
        core: The venue core; its event log is the source of everything told about orders and money.
        protocol: Date of the protocol profile; ``None`` is the newest.
        errors: Exceptions of the simulator itself: what follows them says nothing about a connector.
    """

    def __init__(
        self,
        world_id: str,
        dialect: type[Dialect],
        spec: WorldSpec,
        *,
        time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.id = world_id
        self.spec = spec
        self.seed = spec.seed
        self.protocol = spec.protocol
        self.random = random.Random(f"{dialect.name}/{spec.seed}")
        self.stamps = StampClock(time_ns)
        self.timers = TimerClock(time_ns)
        self.journal = Journal(FREE_JOURNAL if spec.is_free_running else SUITE_JOURNAL)
        self.gates = Gates(self.journal)
        self.faults = Faults(self)
        self.hub = StreamHub()
        self.connections: dict[int, Connection] = {}
        self.accounts: dict[str, Account] = {}
        self.core: VenueCore = dialect.make_core()
        self.history = History(
            dialect.listings,
            spec.seed,
            self.stamps.time_ns(),
            is_lively=spec.is_free_running,
            past_time_ns=dialect.past_time_ns,
        )
        self.dialect = dialect(self)
        self.errors: list[str] = []
        self._cursor = 0
        self._untold: list[tuple[int, int]] = []
        self.market = self.dialect.make_market()
        for account in spec.accounts:
            self.open_account(account)
        self._cursor = len(self.core.log)
        self._server = WorldServer(self)
        self.info: WorldInfo | None = None

    # ------------------------------------------------------------ life

    async def open(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> WorldInfo:
        """Listen, and say where; with ``tls`` every endpoint is reached over it.

        Raises:
            OSError: The port is taken.
        """
        bound = await self._server.start(host, port, tls)
        first = next(iter(self.accounts.values()))
        self.info = WorldInfo(
            venue=self.dialect.name,
            endpoints={
                # http becomes https, ws becomes wss.
                name: url.replace("://", "s://", 1) if tls else url
                for name, url in self.dialect.endpoints(reached_at(host, bound)).items()
            },
            credentials=first.credentials,
            symbols=list(self.core.instruments),
            seed=self.seed,
            world=self.id,
            protocol=self.protocol,
        )
        if self.spec.is_free_running:
            self.market.act(SetFlow(events_per_s=self.spec.events_per_s))
        return self.info

    async def close(self, grace_s: float = 0.5) -> list[str]:
        """Close every socket; name the connections that the client had left open."""
        self.gates.release_all()
        left_behind = await self._server.stop(grace_s)
        self.market.stop()
        self.timers.close()
        return left_behind

    def open_account(self, spec: AccountSpec) -> Account:
        """Create and fund an account."""
        seed = hashlib.sha256(f"{self.dialect.name}/{self.seed}/{spec.name}".encode()).digest()
        account = Account(
            name=spec.name,
            credentials=self.dialect.credentials(seed),
            secret_seed=seed,
        )
        funds = dict(self.dialect.balances)
        if spec.balances is not None:
            funds = {asset: to_units(amount) for asset, amount in spec.balances.items()}
        self.core.open_account(spec.name, funds, self._fees(spec.fee_tier))
        self.accounts[spec.name] = account
        self.dialect.account_opened(account)
        return account

    def lead_ns(self) -> int:
        """How far the timer clock is ahead of the stamp clock: candles close on the timers."""
        advanced_ns = self.timers.advanced_ns
        if not advanced_ns:
            return 0
        real_ns = self.timers.now_ns() - advanced_ns
        return max(0, advanced_ns - max(0, self.stamps.time_ns() - real_ns))

    def _fees(self, tier: int) -> FeeSchedule:
        base = self.dialect.fees
        return FeeSchedule(
            base.maker_ppm * 9**tier // 10**tier, base.taker_ppm * 9**tier // 10**tier
        )

    def move_clock(self, wanted: ClockRequest) -> None:
        """Move either clock, or both."""
        if wanted.stamp is not None:
            self.stamps.set(
                offset_ns=int(wanted.stamp.offset_ms * 1_000_000), drift_ppm=wanted.stamp.drift_ppm
            )
        if wanted.timers is not None:
            self.timers.advance(wanted.timers.advance_s)
            self.core.advance(self.stamps.time_ns())
            self.settle()

    # ------------------------------------------------------------ requests

    async def serve(self, call: Call) -> Reply:
        """One request through gates, faults and the dialect; everything is journalled."""
        dialect = self.dialect
        dialect.read(call)
        request = self.journal.add(
            "request",
            connection=call.connection,
            operation=call.operation,
            symbol=call.symbol,
            client_order_id=call.client_order_id,
            text=f"{call.method} {scrub(call.target)}",
            size=len(call.body) + len(call.target),
            parameters=visible(call.parameters),
        )
        await self.gates.pass_through(GatePoint.RECEIVED, call)
        reply = self.faults.before(call) if self.faults else None
        if reply is None:
            try:
                reply = dialect.answer(call)
            except Refuse as refusal:
                reply = dialect.refuse(call, refusal)
        await self.gates.pass_through(GatePoint.BOOKED, call)
        self.settle()
        await self.gates.pass_through(GatePoint.BEFORE_REPLY, call)
        if self.faults:
            await self.timers.sleep(self.faults.delay_s(call))
            reply = self.faults.after(call, reply)
        self._record_reply(call, request, reply)
        return reply

    def _record_reply(self, call: Call, request: Entry, reply: Reply) -> None:
        request.signature = call.signature
        request.account = call.account.name if call.account else None
        if reply.delivery in ("never", "cut"):
            return
        self.journal.add(
            "reply",
            of=request.sequence,
            connection=call.connection,
            operation=call.operation,
            name=call.route.name if call.route else call.documented,
            symbol=call.symbol,
            client_order_id=call.client_order_id,
            status=reply.status,
            code=reply.code,
            text=reply.body[:2001].decode("utf-8", "replace"),
            size=len(reply.body),
            book_version=reply.book_version,
            span_ns=time.time_ns() - call.received_ns,
        )

    def broke(self, error: BaseException) -> None:
        """The simulator itself has failed: whoever closes the world is told, and stderr has it all."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        self.errors.append(f"{type(error).__name__}: {error} at {where}")
        traceback.print_exception(error)

    def settle(self) -> None:
        """Publish what the core has done since the last time."""
        log = self.core.log
        if len(log) > self._cursor and not self.faults.holds_events():
            events = log[self._cursor :]
            for start, end in reversed(self._untold):
                del events[start - self._cursor : end - self._cursor]
            self._untold.clear()
            self._cursor = len(log)
            self.dialect.publish(events)
            self.journal.notify()

    @contextlib.contextmanager
    def untold(self) -> Iterator[None]:
        """What the core does meanwhile is told to nobody."""
        start = len(self.core.log)
        yield
        end = len(self.core.log)
        if self._cursor == start:
            self._cursor = end
        else:
            self._untold.append((start, end))

    # ------------------------------------------------------------ streams

    def connect(self, endpoint: str, transport: Transport) -> Connection:
        """A client has opened a stream connection."""
        connection = Connection(self, len(self.connections) + 1, endpoint, transport)
        self.connections[connection.id] = connection
        self.journal.add("opened", connection=connection.id, text=endpoint)
        return connection

    def disconnected(self, connection: Connection, code: int | None) -> None:
        """A stream connection has ended."""
        if not connection.is_open:
            return
        names = list(connection.subscriptions)
        channels = dict(connection.channels)
        self.hub.drop(connection)
        connection.ended(code)
        self.dialect.closed(connection)
        connection.subscriptions = dict.fromkeys(names)
        connection.channels = channels
        self.journal.add("closed", connection=connection.id, status=code)


def reached_at(host: str, port: int) -> str:
    """Host and port of a URL: where everything is listened on, this machine is one of its names."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared only
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


_HIDDEN = frozenset(
    {"signature", "apiKey", "api_key", "sign", "token", "listenKey", "authorization"}
)


def visible(parameters: dict[str, str]) -> dict[str, str]:
    """Parameters without credentials and signatures."""
    return {name: value for name, value in parameters.items() if name not in _HIDDEN}


def scrub(target: str) -> str:
    """A request target with the values of credentials and signatures hidden."""
    path, question, query = target.partition("?")
    if not question:
        return target
    parts = []
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        parts.append(f"{name}=***" if equals and name in _HIDDEN else part)
    return f"{path}?{'&'.join(parts)}"

"""A world as a case sees it: steer the venue, wait for it, ask it for the truth."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, Protocol

import msgspec

from venueproof_core.control import (
    AccountSpec,
    ClockRequest,
    CounterpartyRequest,
    Credentials,
    FaultInfo,
    FaultSpec,
    GateInfo,
    GatePoint,
    GateSpec,
    JournalEntry,
    MarketAction,
    MarketRequest,
    Match,
    Predicate,
    StampChange,
    TimerAdvance,
    TransferRequest,
    WorldInfo,
    WorldSpec,
)
from venueproof_core.models import Order, OrderRequest
from venueproof_suite.control_client import ControlClient
from venueproof_suite.errors import ControlError
from venueproof_suite.truth import Truth, read_list

WaitKind = Literal[
    "request", "reply", "subscribed", "frames", "fault", "gate", "connections", "closed"
]
_ANYTHING = Match()


class AdvancingClock(Protocol):
    """The clock a connector was given, where the case may advance it."""

    def advance(self, duration_s: float) -> Any:
        """Let time pass on it."""
        ...


class FaultHandle:
    """An armed fault.

    Attributes:
        must_fire: A case that ends well without its effect is inconclusive.
    """

    def __init__(self, world: "World", info: FaultInfo, must_fire: bool) -> None:
        self._world = world
        self.id = info.id
        self.kind = info.kind
        self.must_fire = must_fire
        self._removed: int | None = None

    async def fired(self) -> int:
        """How often it has had an effect."""
        if self._removed is not None:
            return self._removed
        content = await self._world.ask("GET", f"/faults/{self.id}")
        return FaultInfo.model_validate_json(content).fired

    async def wait_fired(self, count: int = 1, *, deadline_s: float = 5.0) -> int:
        """Wait until it has had an effect ``count`` times.

        Raises:
            DeadlinePassed: It has not.
        """
        return await self._world.wait("fault", id=self.id, count=count, deadline_s=deadline_s)

    async def remove(self) -> int:
        """Disarm it and return how often it fired."""
        if self._removed is None:
            content = await self._world.ask("DELETE", f"/faults/{self.id}")
            self._removed = FaultInfo.model_validate_json(content).fired
        return self._removed


class GateHandle:
    """A gate that holds what matches until it is released."""

    def __init__(self, world: "World", info: GateInfo) -> None:
        self._world = world
        self.id = info.id

    async def reached(self, count: int = 1, *, deadline_s: float = 5.0) -> int:
        """Wait until it holds, or has held, ``count`` occasions.

        Raises:
            DeadlinePassed: It has not.
        """
        return await self._world.wait("gate", id=self.id, count=count, deadline_s=deadline_s)

    async def release(self) -> None:
        """Let go of everything it holds, for good."""
        await self._world.ask("POST", f"/gates/{self.id}/release")


class World:
    """One isolated simulated venue, for one case.

    Attributes:
        oracles: Names of what has decided the case so far.
        faults: Every fault the case armed.
        credentials: Of every account, the first one's first.
    """

    def __init__(self, client: ControlClient, info: WorldInfo) -> None:
        self._client = client
        self._parameters = {"world": info.world}
        self.info = info
        self.oracles: set[str] = set()
        self.faults: list[FaultHandle] = []
        self.credentials = [info.credentials]
        self.connector_clock: AdvancingClock | None = None
        self._passed_s = 0.0
        self.truth = Truth(client, info.world, lambda: self.decided_by("truth"))

    @classmethod
    async def open(cls, client: ControlClient, spec: WorldSpec) -> "World":
        """Open a world at a control plane."""
        content = await client.request("POST", "/worlds", spec)
        return cls(client, WorldInfo.model_validate_json(content))

    async def close(self) -> list[str]:
        """End the world; name the connections that the connector had left open.

        Raises:
            ControlError: The simulator itself broke while the world was open.
        """
        content = await self._client.request("DELETE", f"/worlds/{self.info.world}")
        answer: dict[str, list[str]] = msgspec.json.decode(content)
        if answer.get("errors"):
            raise ControlError(f"the simulator broke: {answer['errors'][0]}", status=500)
        return answer["left_behind"]

    async def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """Any request of the control plane that acts on this world."""
        return await self._client.request(method, path, body, parameters=self._parameters)

    def decided_by(self, oracle: str) -> None:
        """Record what decides the case."""
        self.oracles.add(oracle)

    # -------------------------------------------------------- the venue's side

    async def market(self, *actions: MarketAction, is_one_event: bool = True) -> dict[str, int]:
        """Do these in one go, in order.

        Args:
            is_one_event: The book's updates tell all of it at once; else each action by itself.

        Returns:
            Symbol to the version of its book afterwards.
        """
        wanted = MarketRequest(actions=list(actions), is_one_event=is_one_event)
        content = await self.ask("POST", "/market", wanted)
        versions: dict[str, int] = msgspec.json.decode(content)["versions"]
        return versions

    async def counterparty(
        self, order: Order | OrderRequest, quantity: Decimal | None = None
    ) -> None:
        """A second account trades against an open order of ours, wherever it stands in the queue.

        Args:
            quantity: In base; ``None`` is all that remains.
        """
        await self.ask(
            "POST",
            "/counterparty",
            CounterpartyRequest(
                symbol=order.symbol, client_order_id=order.client_order_id, quantity=quantity
            ),
        )

    async def transfer(self, currency: str, amount: Decimal, *, account: str = "main") -> None:
        """Money enters (positive) or leaves an account from outside."""
        await self.ask(
            "POST", "/transfer", TransferRequest(account=account, currency=currency, amount=amount)
        )

    async def open_account(
        self, name: str, balances: Mapping[str, Decimal] | None = None, *, fee_tier: int = 0
    ) -> Credentials:
        """Open and fund a further account; the higher its fee tier, the less it pays."""
        funds = None if balances is None else dict(balances)
        spec = AccountSpec(name=name, balances=funds, fee_tier=fee_tier)
        content = await self.ask("POST", "/accounts", spec)
        credentials = Credentials.model_validate_json(content)
        self.credentials.append(credentials)
        return credentials

    async def advance_timers(self, seconds: float) -> None:
        """Let time pass: the venue's timers first, then the clock the connector was given."""
        await self.ask("POST", "/clock", ClockRequest(timers=TimerAdvance(advance_s=seconds)))
        if self.connector_clock is not None:
            self.connector_clock.advance(seconds)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass altogether: what the venue stamps, its timers, then the clock of the connector.

        Requests that are signed with the real time are refused from then on.
        """
        self._passed_s += seconds
        await self.set_stamp(offset_ms=self._passed_s * 1000)
        await self.advance_timers(seconds)

    async def set_stamp(self, offset_ms: float = 0.0, drift_ppm: float = 0.0) -> None:
        """Set what the venue says the time is, against the real one."""
        change = StampChange(offset_ms=offset_ms, drift_ppm=drift_ppm)
        await self.ask("POST", "/clock", ClockRequest(stamp=change))

    # -------------------------------------------------------- disturbances

    async def fault(
        self,
        kind: str,
        *,
        match: Match = _ANYTHING,
        count: int | None = 1,
        skip: int = 0,
        must_fire: bool = True,
        **parameters: Any,
    ) -> FaultHandle:
        """Arm a fault.

        Args:
            count: How often it fires; ``None`` is until it is removed.
            skip: Matching occasions to let pass first.
            must_fire: Without an effect the case proves nothing.
            parameters: The fault's own, as ``venueproof list faults`` shows them.
        """
        spec = FaultSpec(kind=kind, match=match, count=count, skip=skip, parameters=parameters)
        info = FaultInfo.model_validate_json(await self.ask("POST", "/faults", spec))
        handle = FaultHandle(self, info, must_fire)
        self.faults.append(handle)
        return handle

    async def gate(self, match: Match, at: GatePoint, *, count: int = 1) -> GateHandle:
        """Hold what matches at a point, until released."""
        spec = GateSpec(match=match, at=at, count=count)
        content = await self.ask("POST", "/gates", spec)
        return GateHandle(self, GateInfo.model_validate_json(content))

    async def wait(
        self,
        kind: WaitKind,
        *,
        match: Match = _ANYTHING,
        count: int = 1,
        since: int = 0,
        id: str | None = None,  # noqa: A002 - as in Predicate
        deadline_s: float = 5.0,
    ) -> int:
        """Wait, at the venue, until something has happened ``count`` times.

        Raises:
            DeadlinePassed: It has not; ``expect`` says that this speaks against the connector.
        """
        predicate = Predicate(kind=kind, match=match, count=count, since=since, id=id)
        return await self._client.wait(
            predicate, deadline_s=deadline_s, parameters=self._parameters
        )

    # -------------------------------------------------------- the wire

    async def journal(self, since: int = 0) -> list[JournalEntry]:
        """What crossed the wire after the journal sequence ``since``, oldest first."""
        self.decided_by("journal")
        return read_list(JournalEntry, await self.raw_journal(since))

    async def mark(self) -> int:
        """The newest journal sequence, to count only what comes after."""
        entries = msgspec.json.decode(await self.raw_journal(), type=list[_Sequenced])
        return entries[-1].sequence if entries else 0

    async def raw_journal(self, since: int = 0) -> bytes:
        """The journal as JSON, for the suite's own figures: it decides nothing."""
        parameters = {**self._parameters, "since": str(since)}
        return await self._client.request("GET", "/journal", parameters=parameters)


class _Sequenced(msgspec.Struct):
    sequence: int

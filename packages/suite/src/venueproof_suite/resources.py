"""What one case opens: its world and its connectors; and closing them in the right order."""

import asyncio
from collections.abc import Mapping
from typing import Any

from venueproof_core.control import Credentials, WorldInfo, WorldSpec
from venueproof_core.venue import Connector
from venueproof_net.clock import SteerableClock
from venueproof_suite.checked import CheckedConnector, methods_of, why_missing
from venueproof_suite.decorator import Case
from venueproof_suite.errors import CaseTimeout, LeftOpen, MissingMethod
from venueproof_suite.leaks import Held, held_now, left_open
from venueproof_suite.loading import settings_for
from venueproof_suite.transcript import Line, read_lines
from venueproof_suite.worker import Worker
from venueproof_suite.world import World

CLOSE_WITHIN_S = 5.0


class Resources:
    """Everything one case has opened.

    Attributes:
        lines: The journal, once closed.
        unfired: Kinds of faults that had to fire and did not, once closed.
        client: The connector's own object, the first that was connected.
        asked: Methods that the case has asked a connector for.
    """

    def __init__(self, worker: Worker, case: Case, connector: Connector) -> None:
        self._worker = worker
        self._case = case
        self.connector = connector
        self.clock = SteerableClock()
        self.world: World | None = None
        self.lines: list[Line] = []
        self.unfired: list[str] = []
        self.client: Any = None
        self.asked: set[str] = set()
        self.shared: CheckedConnector | None = None
        self._clients: list[Any] = []
        self._before: Held | None = None
        self._has_left_open = False
        self._close_within_s = min(CLOSE_WITHIN_S, worker.given.settings.test_timeout)

    @property
    def credentials(self) -> list[Credentials]:
        """Everything a connector of this case may know and must not tell."""
        if self.world is not None:
            return self.world.credentials
        return [self.info.credentials] if self.client is not None else []

    @property
    def info(self) -> WorldInfo:
        """Where the case runs: its world, or the real place."""
        if self.world is not None:
            return self.world.info
        info = self._worker.place()
        endpoints = {**info.endpoints, **self._worker.endpoints}
        return info.model_copy(update={"endpoints": endpoints})

    def open_world(self) -> World:
        """The case's world; opened by the first call."""
        if self.world is None:
            client = self._worker.client()
            # One seed for all cases: simulators keep the history that they have made from it.
            spec = WorldSpec(seed=self._worker.options.seed, protocol=self._protocol())
            self.world = self._worker.loop.run(World.open(client, spec))
            self._worker.tell_documented()
            self.world.connector_clock = self.clock
        return self.world

    def open_place(self) -> WorldInfo:
        """Make sure there is somewhere to connect to."""
        if self._worker.target.is_steerable:
            self.open_world()
        return self.info

    async def connect(
        self,
        settings_overrides: Mapping[str, Any] | None = None,
        *,
        endpoints: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
        clock: Any = None,
    ) -> CheckedConnector:
        """Connect one more client; it is closed when the case ends.

        Raises:
            MissingMethod: The connector's object lacks a method that the case calls.
        """
        declared = self.connector
        info = self.info
        if self._before is None:
            self._before = held_now(self._worker.control_ports())
        settings = settings_for(
            declared, credentials or info.credentials, info.protocol, **(settings_overrides or {})
        )
        client = await declared.connect(
            settings, dict(endpoints or info.endpoints), clock=clock or self.clock
        )
        self._clients.append(client)
        self.client = self.client if self.client is not None else client
        for name in self._case.rule.calls:
            if not methods_of(client, declared.leaves_out, [name]):
                raise MissingMethod(why_missing(name, declared.leaves_out))
        return CheckedConnector(client, declared.leaves_out, self.asked)

    async def close_connectors(self) -> list[BaseException]:
        """Close every connector, then look what they left behind.

        Returns:
            What went wrong, in order.
        """
        problems: list[BaseException] = []
        if self.world is None and self.client is not None and self._case.is_private:
            problems += await self._cancel_own_orders(self.client)
        while self._clients:
            problem = await _closed(self._clients.pop(), self._close_within_s)
            if problem is not None:
                problems.append(problem)
        if self._before is not None:
            names = await left_open(self._before, self._worker.control_ports())
            self._has_left_open = bool(names)
            if names:
                problems.append(LeftOpen(f"left open after aclose(): {', '.join(names)}"))
        return problems

    async def close_world(self) -> list[BaseException]:
        """Take the journal and the faults' effects, then end the world.

        Returns:
            What the connector left open at the venue, unless that is known already.

        Raises:
            ControlError: The simulator does not answer.
        """
        world = self.world
        if world is None:
            return []
        for fault in world.faults:
            if fault.must_fire and await fault.fired() == 0:
                self.unfired.append(fault.kind)
        self.lines = read_lines(await world.raw_journal())
        left_behind = await world.close()
        if left_behind and not self._has_left_open:
            return [LeftOpen(f"connections left open at the venue: {', '.join(left_behind)}")]
        return []

    async def _cancel_own_orders(self, client: Any) -> list[BaseException]:
        """Leave no order of ours at a real venue, whatever has happened."""
        prefix = self._worker.order_prefix
        try:
            for order in await client.open_orders():
                if order.client_order_id.startswith(prefix):
                    await client.cancel(order.symbol, client_order_id=order.client_order_id)
        except Exception as error:
            return [error]
        return []

    def _protocol(self) -> str | None:
        profiles = self._worker.venue.profiles
        dates = [profiles[name] for name in self._case.rule.needs if name in profiles]
        return min(dates, default=None)


async def _closed(client: Any, within_s: float) -> BaseException | None:
    close = getattr(client, "aclose", None)
    if close is None:
        return None  # whatever it holds open is found by looking
    try:
        async with asyncio.timeout(within_s) as scope:
            await close()
    except TimeoutError as error:
        if scope.expired():
            return CaseTimeout(f"aclose() did not return within {within_s:g} s")
        return error
    except Exception as error:
        return error
    return None

"""A venue's rate limits, kept from this side: budgets per aligned window, and pauses the venue asks for."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from venueproof_core import Clock


@dataclass(frozen=True)
class Window:
    """A limit that starts again at every multiple of ``length_s``, or that rolls.

    Attributes:
        limit: Units per window; ``None`` while the venue has not told it.
        is_rolling: It holds in every ``length_s``, wherever that begins.
    """

    limit: int | None
    length_s: float
    is_rolling: bool = False


class _State:
    __slots__ = ("ends_ns", "in_flight", "is_rolling", "length_ns", "limit", "spent", "used")

    def __init__(self, window: Window) -> None:
        self.limit = window.limit
        self.length_ns = round(window.length_s * 1e9)
        self.ends_ns = 0
        self.used = 0
        self.in_flight = 0
        self.is_rolling = window.is_rolling
        # Of a window that rolls: when what was used is free again.
        self.spent: deque[tuple[int, int]] = deque()

    def use(self, units: int, now_ns: int) -> None:
        self.used += units
        if self.is_rolling:
            self.spent.append((now_ns + self.length_ns, units))

    def roll(self, now_ns: int) -> None:
        """Give back what is free by now, and find out when more will be."""
        while self.spent and self.spent[0][0] <= now_ns:
            self.used -= self.spent.popleft()[1]
        # While nothing but calls in flight fill it, it shows in their replies when it will be free.
        self.ends_ns = self.spent[0][0] if self.spent else now_ns + self.length_ns // 20


class RateBudget:
    """What may still be spent, shared by every call of one connector.

    The venue's own count, from its reply headers, is believed; between replies what is in flight is added.

    Args:
        windows: Name to window, as the connector names them in costs: ``{"weight": Window(6000, 60)}``.
    """

    def __init__(self, clock: Clock, windows: Mapping[str, Window]) -> None:
        self._clock = clock
        self._states = {name: _State(window) for name, window in windows.items()}
        # Windows are aligned to the wall clock, but must follow a timer clock that is pushed forward.
        self._wall_offset_ns = clock.time_ns() - clock.monotonic_ns()
        self._paused_until_ns: dict[str | None, int] = {}

    def set_limit(self, name: str, window: Window) -> None:
        """The venue told a limit."""
        state = self._states.setdefault(name, _State(window))
        state.limit = window.limit
        if state.length_ns != round(window.length_s * 1e9):
            self._states[name] = told = _State(window)
            told.in_flight = state.in_flight

    def wait_s(self, costs: Mapping[str, int]) -> float:
        """Seconds until a call of these costs may be sent; 0 is now."""
        now_ns = self._clock.monotonic_ns()
        paused_until_ns = self._paused_until_ns
        until_ns = paused_until_ns.get(None, 0)
        for name, cost in costs.items():
            if paused_until_ns:
                until_ns = max(until_ns, paused_until_ns.get(name, 0))
            state = self._states.get(name)
            if state is None or state.limit is None:
                continue
            self._begin_anew(state, now_ns)
            is_begun = state.used or (state.is_rolling and state.in_flight)
            if is_begun and state.used + state.in_flight + cost > state.limit:
                until_ns = max(until_ns, state.ends_ns)
        return max(0, until_ns - now_ns) / 1e9

    def on_retry_after(self, seconds: float, name: str | None = None) -> None:
        """The venue wants silence: no call goes out before it ends, or none that costs ``name``."""
        until_ns = self._clock.monotonic_ns() + round(seconds * 1e9)
        self._paused_until_ns[name] = max(self._paused_until_ns.get(name, 0), until_ns)

    def on_used(self, name: str, used: int) -> None:
        """The venue says how much of the window is used."""
        state = self._states.get(name)
        if state is not None:
            now_ns = self._clock.monotonic_ns()
            self._begin_anew(state, now_ns)
            if not state.is_rolling:
                state.used = used
            elif used > state.used:
                # Somebody else spends from it, too.
                state.use(used - state.used, now_ns)

    def spend(self, costs: Mapping[str, int]) -> None:
        """A call of these costs is on its way."""
        for name, cost in costs.items():
            if (state := self._states.get(name)) is not None:
                state.in_flight += cost

    def settle(self, costs: Mapping[str, int], *, is_counted: bool) -> None:
        """The call is over. ``is_counted``: the reply told what is used, so it need not be added here."""
        for name, cost in costs.items():
            if (state := self._states.get(name)) is not None:
                state.in_flight -= cost
                if not is_counted:
                    now_ns = self._clock.monotonic_ns()
                    self._begin_anew(state, now_ns)
                    state.use(cost, now_ns)

    async def admit(self, costs: Mapping[str, int]) -> None:
        """Wait until a call of these costs may be sent."""
        while (wait_s := self.wait_s(costs)) > 0:
            await self._clock.sleep(wait_s)

    def _begin_anew(self, state: _State, now_ns: int) -> None:
        """Forget what was used, if that was in a window that has ended."""
        if state.is_rolling:
            state.roll(now_ns)
        elif now_ns >= state.ends_ns:
            into_ns = (now_ns + self._wall_offset_ns) % state.length_ns
            state.ends_ns = now_ns - into_ns + state.length_ns
            state.used = 0

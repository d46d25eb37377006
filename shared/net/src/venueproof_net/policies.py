"""Decisions of a stream that a venue has no part in: when to reconnect, what to restore, when it is dead."""

import random
from collections import deque
from collections.abc import Iterator, Sequence


class ReconnectPolicy:
    """How long to wait before the next attempt, and whether to make one."""

    first_delay_s = 0.1
    longest_delay_s = 30.0

    def __init__(self) -> None:
        self.failures = 0
        # Clients of one machine must not all come back in the same instant.
        self._jitter = random.Random()

    def should_reconnect(self, close_code: int | None) -> bool:  # noqa: ARG002 - overrides may need it
        """Whether a socket that ended with ``close_code`` is to be replaced: always, a normal close too."""
        return True

    def delay_s(self, attempt: int) -> float:
        """Pause before attempt number ``attempt``, which starts at 1 after each success."""
        delay = self.first_delay_s * 2.0 ** min(attempt - 1, 20)
        return min(delay, self.longest_delay_s) * self._jitter.uniform(0.8, 1.0)

    def failed(self) -> float:
        """Count one more failure and return the pause before the next attempt."""
        self.failures += 1
        return self.delay_s(self.failures)

    def succeeded(self) -> None:
        """Everything is restored: the next failure starts again with the shortest pause."""
        self.failures = 0


class Subscriptions:
    """What is wanted from one connection, in the order it was asked for."""

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}

    def add(self, topic: str) -> None:
        """Want a topic."""
        self._topics[topic] = None

    def remove(self, topic: str) -> None:
        """Want it no longer."""
        self._topics.pop(topic, None)

    def to_restore(self) -> list[str]:
        """Topics that a new connection must subscribe to: all that are wanted."""
        return list(self._topics)

    def batches(self, topics: Sequence[str], size: int) -> Iterator[list[str]]:
        """Topics in messages of at most ``size``: venues count messages, not topics."""
        for start in range(0, len(topics), size):
            yield list(topics[start : start + size])

    def __len__(self) -> int:
        return len(self._topics)

    def __contains__(self, topic: str) -> bool:
        return topic in self._topics


class Heartbeat:
    """Decides when a silent connection is dead.

    A ping or any other frame is a sign of life. After ``quiet_s`` without one the connection is asked by a
    ping of ours, ``questions`` times with ``answer_s`` for an answer, and then given up: dead streams are
    noticed within the sum.
    """

    quiet_s = 75.0
    answer_s = 1.0
    # More than one: a venue that is there may be late once.
    questions = 2

    def must_ask(self, silence_s: float) -> bool:
        """Whether it has been quiet for so long that it must show a sign of life."""
        return silence_s >= self.quiet_s

    def is_dead(self, silence_s: float) -> bool:
        """Whether a connection that was asked and still is silent must be given up."""
        return silence_s >= self.quiet_s

    def answer(self, payload: bytes) -> bytes | None:
        """What to send back for a ping: its own payload. ``None`` sends nothing."""
        return payload


class Pacer:
    """At most ``limit`` events in any window of ``window_s`` seconds."""

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_ns = round(window_s * 1e9)
        self._times_ns: deque[int] = deque(maxlen=limit)

    def wait_s(self, now_ns: int) -> float:
        """Seconds until one more is allowed."""
        if len(self._times_ns) < self._limit:
            return 0.0
        return max(0, self._times_ns[0] + self._window_ns - now_ns) / 1e9

    def count(self, now_ns: int) -> None:
        """One more has happened."""
        self._times_ns.append(now_ns)

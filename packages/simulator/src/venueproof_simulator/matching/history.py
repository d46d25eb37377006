"""Past images of a book, rebuilt from the level changes in the event log when somebody asks."""

from venueproof_core.models import Side
from venueproof_simulator.venue_core import Event, LevelChanged

_CHECKPOINT_EVERY = 500

Image = tuple[list[tuple[int, int]], list[tuple[int, int]]]


class BookHistory:
    """All versions of one instrument's book.

    Reading is incremental: each event is looked at once, and a checkpoint is kept every 500 changes.
    """

    def __init__(self, symbol: str, log: list[Event]) -> None:
        self._symbol = symbol
        self._log = log
        self._read = 0
        self._dropped = 0
        # Behind those dropped, the n-th change brought the book to version n + 2, since version 1 is the empty book.
        self._changes: list[LevelChanged] = []
        self._checkpoints: list[tuple[dict[int, int], dict[int, int]]] = [({}, {})]

    def at(self, version: int) -> Image | None:
        """Bids and asks, best first, at a version; ``None`` if there never was one, or it is forgotten."""
        self._catch_up()
        count = version - 1 - self._dropped
        if not 0 <= count <= len(self._changes):
            return None
        self._make_checkpoints(count // _CHECKPOINT_EVERY)
        bids, asks = self._replay(count // _CHECKPOINT_EVERY * _CHECKPOINT_EVERY, count)
        return sorted(bids.items(), reverse=True), sorted(asks.items())

    def forget(self, keep: int) -> None:
        """Drop old versions, but not of the newest ``keep`` changes."""
        self._catch_up()
        checkpoint = (len(self._changes) - keep) // _CHECKPOINT_EVERY
        if checkpoint > 0:
            self._make_checkpoints(checkpoint)
            del self._checkpoints[:checkpoint]
            del self._changes[: checkpoint * _CHECKPOINT_EVERY]
            self._dropped += checkpoint * _CHECKPOINT_EVERY

    def _make_checkpoints(self, last: int) -> None:
        checkpoints = self._checkpoints
        while len(checkpoints) <= last:
            start = (len(checkpoints) - 1) * _CHECKPOINT_EVERY
            checkpoints.append(self._replay(start, start + _CHECKPOINT_EVERY))

    def _catch_up(self) -> None:
        for place in range(self._read, len(self._log)):
            event = self._log[place]
            if isinstance(event, LevelChanged) and event.symbol == self._symbol:
                self._changes.append(event)
        self._read = len(self._log)

    def _replay(self, start: int, end: int) -> tuple[dict[int, int], dict[int, int]]:
        bids, asks = (dict(levels) for levels in self._checkpoints[start // _CHECKPOINT_EVERY])
        for change in self._changes[start:end]:
            levels = bids if change.side is Side.BUY else asks
            if change.quantity:
                levels[change.price] = change.quantity
            else:
                del levels[change.price]
        return bids, asks

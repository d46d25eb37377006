"""Past images of a book, rebuilt from its recorded changes."""

from venueproof_core.models import Side
from venueproof_simulator.venue_core import LevelChanged

_CHECKPOINT_EVERY = 500


class BookHistory:
    """All level changes of a book. Checkpoints are made when somebody first reads past them.

    Attributes:
        changes: The n-th brought the book to version n + 2, since version 1 is the empty book.
    """

    __slots__ = ("_checkpoints", "changes")

    def __init__(self) -> None:
        self.changes: list[LevelChanged] = []
        self._checkpoints: list[tuple[dict[int, int], dict[int, int]]] = [({}, {})]

    def at(self, version: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Bids and asks, best first, at a version; ``None`` if there never was one."""
        count = version - 1
        if not 0 <= count <= len(self.changes):
            return None
        checkpoints = self._checkpoints
        while len(checkpoints) <= count // _CHECKPOINT_EVERY:
            start = (len(checkpoints) - 1) * _CHECKPOINT_EVERY
            checkpoints.append(self._replay(start, start + _CHECKPOINT_EVERY))
        bids, asks = self._replay(count // _CHECKPOINT_EVERY * _CHECKPOINT_EVERY, count)
        return sorted(bids.items(), reverse=True), sorted(asks.items())

    def _replay(self, start: int, end: int) -> tuple[dict[int, int], dict[int, int]]:
        bids, asks = (dict(levels) for levels in self._checkpoints[start // _CHECKPOINT_EVERY])
        for change in self.changes[start:end]:
            levels = bids if change.side is Side.BUY else asks
            if change.quantity:
                levels[change.price] = change.quantity
            else:
                del levels[change.price]
        return bids, asks

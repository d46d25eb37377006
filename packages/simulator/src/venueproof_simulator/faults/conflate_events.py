"""Stream events that cover more than one change of the market."""

from venueproof_simulator.faults.base import Fault


class ConflateEvents(Fault):
    """Publish nothing until this fault is removed; then everything since then in one go.

    A depth update then covers several changes, and a snapshot taken between them lies inside it.
    """

    def holds_events(self) -> bool:
        self.fire()
        return True


FAULT = ConflateEvents

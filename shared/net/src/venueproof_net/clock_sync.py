"""How far the venue's clock is from ours, so that requests are stamped with the venue's time."""


class ClockSync:
    """The measured offset. Until there is one, nothing may be signed."""

    def __init__(self) -> None:
        self.is_measured = False
        self._offset_ns = 0

    @property
    def offset_ns(self) -> int:
        """Venue time minus our time."""
        return self._offset_ns

    def measured(self, sent_ns: int, venue_ns: int, received_ns: int) -> None:
        """Take one measurement: the venue's time, and ours around it.

        The venue is assumed to have looked at its clock half way, so the error is at most half the round trip.
        """
        self._offset_ns = venue_ns - (sent_ns + received_ns) // 2
        self.is_measured = True

    def refused(self) -> None:
        """The venue refused a stamp: what was measured is no longer true."""
        self.is_measured = False

    def stamp_ns(self, now_ns: int) -> int:
        """Our time as the venue would tell it."""
        return now_ns + self.offset_ns

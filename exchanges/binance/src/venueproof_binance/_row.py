"""Reads one JSON object of the venue by our names of its fields."""

import venueproof_net
from venueproof_binance.errors import VENUE


class Row(venueproof_net.Row):
    """One JSON object of this venue."""

    __slots__ = ()
    venue = VENUE

"""The ladder: its versions, its rules, and what it gives an order."""

import pytest

from venueproof_core.models import Side
from venueproof_simulator.quoting import Ladder
from venueproof_simulator.quoting.ladder import walk


def test_version_is_the_time_of_the_ladder(desk):
    time_ns = desk.quote("1.2x1", "1.3x1")

    assert desk.core.version("EUR-USD") == time_ns


def test_version_must_rise(desk):
    with pytest.raises(ValueError, match="is not after"):
        desk.core.set_ladder("EUR-USD", [], [], desk.core.version("EUR-USD"))


def test_past_version_keeps_its_ladder(desk, units):
    version = desk.core.version("EUR-USD")
    desk.quote("1.2x1", "1.3x1")

    bids, asks = desk.core.levels_at("EUR-USD", version)

    assert (bids[0], asks[0]) == (
        (units("1.1000"), units("1000")),
        (units("1.1002"), units("1000")),
    )


def test_version_between_two_ladders_never_was(desk):
    assert desk.core.levels_at("EUR-USD", desk.core.version("EUR-USD") - 1) is None


def test_levels_are_best_first_to_the_depth(desk, units):
    assert desk.core.levels("EUR-USD", Side.SELL, 1) == [(units("1.1002"), units("1000"))]


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        (((1, 5), (2, 5)), ()),
        ((), ((2, 5), (1, 5))),
        (((2, 5), (2, 5)), ()),
        (((3, 5),), ((3, 5),)),
        (((3, 0),), ()),
        ((), ((0, 5),)),
    ],
    ids=["bids-rise", "asks-fall", "price-twice", "crossed", "empty-bucket", "no-price"],
)
def test_ladder_that_is_none_is_an_error(bids, asks):
    with pytest.raises(ValueError, match="ladder 7"):
        Ladder(7, bids, asks)


def test_walk_weighs_prices_by_volume():
    assert walk([(100, 10), (103, 20)], 30, None, Side.BUY) == (30, 102)


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, 101), (Side.SELL, 100)])
def test_walk_rounds_against_the_taker(side, price):
    levels = [(100, 2), (101, 1)]

    assert walk(levels, 3, None, side) == (3, price)


def test_walk_stops_at_the_bound():
    assert walk([(100, 10), (103, 20)], 30, 102, Side.BUY) == (10, 100)


def test_filling_uses_nothing_up(desk):
    before = desk.core.levels("EUR-USD", Side.SELL)

    desk.buy("1500")

    assert desk.core.levels("EUR-USD", Side.SELL) == before


def test_dealer_prints_no_trades(desk):
    desk.buy("100")

    assert list(desk.core.trades("EUR-USD")) == []

"""What is traded, and by which rules."""

from venueproof_core import BugClass, Connector, Level, Steering
from venueproof_core.models import InstrumentStatus
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case
from venueproof_suite.oracles import must_equal


@case(
    "market/instruments/equal-the-venue",
    level=Level.MUST,
    hunts=[BugClass.metadata, BugClass.precision],
    steering=Steering.CONTROL,
    calls=["instruments"],
    source="https://github.com/nautechsystems/nautilus_trader/blob/a95c8042b0/RELEASES.md",
)
async def test_instruments_equal_the_venue(
    market: PublicConnector, world: World, connector_declaration: Connector
) -> None:
    """Every instrument is listed once, with the venue's currencies, steps, bounds and status.

    A wrong step has every order refused; a wrong bound has only the important ones refused.
    """
    listed = {instrument.symbol: instrument for instrument in await market.instruments()}
    truth = {instrument.symbol: instrument for instrument in await world.truth.instruments()}
    assert sorted(listed) == sorted(truth)
    for symbol, instrument in truth.items():
        expected = {**instrument.model_dump(), "status": InstrumentStatus(instrument.status)}
        must_equal(listed[symbol], expected, symbol, connector_declaration.projection)

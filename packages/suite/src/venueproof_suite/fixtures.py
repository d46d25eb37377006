"""What a case can ask for by name."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from venueproof_core.control import Credentials, WorldInfo
from venueproof_core.models import Instrument, InstrumentStatus, Level, OrderBook
from venueproof_core.venue import Connector, Venue
from venueproof_net.clock import SteerableClock
from venueproof_suite.checked import CheckedConnector
from venueproof_suite.envelope import ENVELOPE, Envelope
from venueproof_suite.measure import Measure
from venueproof_suite.orders import MarketView, OrderFactory
from venueproof_suite.resources import Resources
from venueproof_suite.slots import SLOT
from venueproof_suite.truth import Truth
from venueproof_suite.worker import WORKER, Worker
from venueproof_suite.world import World

_MOST_SYMBOLS = 3
# Traded everywhere and all day: preferred where a real venue has thousands of instruments.
_WELL_KNOWN = ("BTC", "ETH", "EUR")


@pytest.fixture
def venueproof_envelope(request: pytest.FixtureRequest) -> Envelope:
    """The running case's envelope."""
    envelope: Envelope = request.node.stash[ENVELOPE]
    return envelope


@pytest.fixture
def venueproof_worker(request: pytest.FixtureRequest) -> Worker:
    """This process."""
    return request.config.stash[WORKER]


@pytest.fixture
def venueproof_resources(venueproof_envelope: Envelope) -> Resources:
    """What the running case opens."""
    return venueproof_envelope.resources


@pytest.fixture
def venueproof_place(venueproof_resources: Resources) -> WorldInfo:
    """Where the case runs: its own world, or a real environment."""
    return venueproof_resources.open_place()


@pytest.fixture
def world(venueproof_resources: Resources) -> World:
    """The case's own simulated venue; it ends with the case."""
    return venueproof_resources.open_world()


@pytest.fixture
def connect(
    venueproof_resources: Resources,
    venueproof_place: WorldInfo,  # noqa: ARG001 - there must be something to connect to
) -> Callable[..., Awaitable[CheckedConnector]]:
    """Connect further clients to the same place; they are closed when the case ends."""
    return venueproof_resources.connect


@pytest.fixture
def connector(
    venueproof_resources: Resources,
    venueproof_place: WorldInfo,  # noqa: ARG001 - there must be something to connect to
    venueproof_worker: Worker,
) -> Any:
    """The connector under test, connected; closed when the case ends."""
    shared = venueproof_resources.shared
    if shared is None:
        shared = venueproof_worker.loop.run(venueproof_resources.connect())
        venueproof_resources.shared = shared
    return shared


@pytest.fixture
def market(connector: Any) -> Any:
    """The connector by its public face."""
    return connector


@pytest.fixture
def trading(connector: Any) -> Any:
    """The connector by its private face."""
    return connector


@pytest.fixture
def clock(venueproof_resources: Resources) -> SteerableClock:
    """The clock the connector was given; ``world.advance_timers`` moves it, too."""
    return venueproof_resources.clock


@pytest.fixture
def venue(venueproof_worker: Worker) -> Venue:
    """The venue, as it declares itself."""
    return venueproof_worker.venue


@pytest.fixture
def connector_declaration(venueproof_resources: Resources) -> Connector:
    """What the connector promises of itself."""
    return venueproof_resources.connector


@pytest.fixture
def variant(request: pytest.FixtureRequest) -> Any:
    """The value of the case's variant."""
    return request.node.callspec.params[SLOT].variant


# ---------------------------------------------------------------- instruments and orders


@pytest.fixture
def symbols(venueproof_place: WorldInfo, request: pytest.FixtureRequest) -> list[str]:
    """Symbols to test with, the most liquid first."""
    if venueproof_place.symbols:
        return list(venueproof_place.symbols)
    connector = request.getfixturevalue("connector")
    worker: Worker = request.getfixturevalue("venueproof_worker")
    instruments = worker.loop.run(connector.instruments())
    open_now = [item for item in instruments if item.status is InstrumentStatus.TRADING]
    open_now.sort(key=lambda item: (item.base not in _WELL_KNOWN, item.symbol))
    return [item.symbol for item in open_now[:_MOST_SYMBOLS]]


@pytest.fixture
def symbol(symbols: list[str]) -> str:
    """The first symbol."""
    return symbols[0]


@pytest.fixture
def instrument(orders: OrderFactory) -> Instrument:
    """The first symbol's instrument and its rules."""
    return orders.instrument()


@pytest.fixture
def orders(
    symbols: list[str],
    venueproof_resources: Resources,
    venueproof_worker: Worker,
    request: pytest.FixtureRequest,
) -> OrderFactory:
    """Makes orders that the venue takes: of any symbol for a case that asks for ``symbols``, else of the first."""
    asked = inspect.signature(request.function).parameters
    seen = symbols if "symbols" in asked else symbols[:1]
    world = venueproof_resources.world
    if world is not None:
        truth = Truth(venueproof_worker.client(), world.info.world)

        async def look() -> MarketView:
            return await _look_at_truth(truth, seen)
    else:
        connector = request.getfixturevalue("connector")

        async def look() -> MarketView:
            return await _look_through(connector, seen)

    view = venueproof_worker.loop.run(look())
    return OrderFactory(view, look, symbols=symbols, prefix=venueproof_worker.order_prefix)


async def _look_at_truth(truth: Truth, symbols: list[str]) -> MarketView:
    instruments = {
        item.symbol: Instrument(
            **item.model_dump(exclude={"status"}), status=InstrumentStatus(item.status)
        )
        for item in await truth.instruments()
    }
    books = {}
    for symbol in symbols:
        book = await truth.book(symbol)
        books[symbol] = OrderBook(
            symbol=symbol,
            bids=tuple(Level(*level) for level in book.bids),
            asks=tuple(Level(*level) for level in book.asks),
            version=book.version,
        )
    return MarketView(instruments, books)


async def _look_through(connector: Any, symbols: list[str]) -> MarketView:
    instruments = {item.symbol: item for item in await connector.instruments()}
    books = {symbol: await connector.order_book(symbol, depth=5) for symbol in symbols}
    return MarketView(instruments, books)


# ---------------------------------------------------------------- figures and settings


@pytest.fixture
def measure(venueproof_envelope: Envelope) -> Measure:
    """Takes latencies and values into the case's result."""
    return Measure(venueproof_envelope.metrics)


@pytest.fixture
def thresholds(venueproof_worker: Worker) -> dict[str, float]:
    """The limits of the run's profile by name."""
    thresholds = venueproof_worker.profile.thresholds
    return {name: threshold.limit for name, threshold in thresholds.items()}


@pytest.fixture
def mock_credentials() -> Credentials:
    """Credentials of the right shape that no venue knows."""
    return Credentials(
        api_key="mock-api-key-000000000000000000",
        api_secret="mock-api-secret-0000000000000000",  # noqa: S106 - opens nothing
        token="mock-token-00000000000000000000",  # noqa: S106 - opens nothing
        account_id="mock-account",
    )


@pytest.fixture
def sandbox_config(venueproof_place: WorldInfo) -> dict[str, Any]:
    """Where the case runs, for a client that is made by hand."""
    return {
        "venue": venueproof_place.venue,
        "endpoints": dict(venueproof_place.endpoints),
        "credentials": venueproof_place.credentials,
        "symbols": list(venueproof_place.symbols),
    }


@pytest.fixture
def skip_if_no_credentials(venueproof_worker: Worker) -> None:
    """NOT_RUN where a real target has no keys."""
    missing = venueproof_worker.circumstances.missing_credentials
    if missing:
        pytest.skip(f"no credentials; set {', '.join(missing)}")

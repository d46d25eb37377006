"""Programs as connectors: one that trades, and those that misbehave."""

import asyncio
import json
import os
import shlex
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from venueproof_bridges.program import ProgramBridge
from venueproof_bridges.program.connector import connect
from venueproof_bridges.program.settings import ProgramSettings
from venueproof_bridges.program.wire import METHODS, shape_of
from venueproof_core import Capabilities, Outcome, Venue
from venueproof_core.errors import (
    ConfigurationError,
    DisconnectedError,
    MalformedMessageError,
    PartlyReplacedError,
    RateLimitedError,
    TimedOutError,
    UnknownOrderError,
)
from venueproof_core.models import OrderRequest, OrderStatus, OrderType, Side, TimeInForce

HERE = Path(__file__).parent
VENUE = Venue(name="somewhere", title="Somewhere", capabilities=Capabilities())
# A program that answers ``connect``, and everything else by the code that is put in.
PROGRAM = """
import json, os, sys, signal
def say(**line): print(json.dumps(line), flush=True)
open({pid!r}, "w").write(str(os.getpid()))
for line in sys.stdin:
    request = json.loads(line)
    number, method, params = request["id"], request["method"], request["params"]
    if method == "connect":
        say(id=number, result={{"methods": [
            "ping", "venue_time_ns", "order_book", "place", "stream_trades", "stream_orders"]}})
        continue
    {body}
"""
TRADE = {
    "symbol": "A-B",
    "trade_id": "1",
    "price": "0.10",
    "quantity": "2",
    "taker_side": "SELL",
    "venue_time_ns": 5,
}
Run = Callable[[Any], Any]


class Programs:
    """Runs small programs, and knows whether they are gone."""

    def __init__(self, folder: Path) -> None:
        self._pid = folder / "pid"

    async def connect(self, body: str, **settings: Any) -> Any:
        indented = body.replace("\n", "\n    ")
        code = PROGRAM.format(pid=str(self._pid), body=indented)
        command = [sys.executable, "-c", code]
        return await connect(
            command, "somewhere", ProgramSettings(**settings), {"rest": "http://x"}
        )

    def is_gone(self) -> bool:
        try:
            os.kill(int(self._pid.read_text()), 0)
        except ProcessLookupError:
            return True
        return False


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Small programs."""
    return Programs(tmp_path)


def request(client_order_id: str, price: Decimal) -> OrderRequest:
    return OrderRequest(
        symbol="BTC-USDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        client_order_id=client_order_id,
        quantity=Decimal("0.01000"),
        price=price,
        time_in_force=TimeInForce.GTC,
    )


def test_program_in_plain_python_trades_at_the_simulator(run: Run, using: Any) -> None:
    async def trade() -> None:
        command = f"cmd:{sys.executable} {shlex.quote(str(HERE / 'trading_program.py'))}"
        async with using(command) as (world, program):
            book = await program.order_book("BTC-USDT", depth=5)
            truth = await world.truth.book("BTC-USDT", book.version)
            assert list(book.bids) == truth.bids[:5]
            order = request("mine-1", book.bids[0].price - 1000)
            placed = await program.place(order)
            assert (placed.status, placed.quantity) == (OrderStatus.NEW, Decimal("0.01"))
            await world.counterparty(order, Decimal("0.004"))
            assert (await program.order("BTC-USDT", client_order_id="mine-1")).filled_quantity == (
                Decimal("0.004")
            )
            cancelled = await program.cancel("BTC-USDT", client_order_id="mine-1")
            assert cancelled.status is OrderStatus.CANCELED
            assert await program.open_orders("BTC-USDT") == []
            with pytest.raises(UnknownOrderError) as refusal:
                await program.cancel("BTC-USDT", client_order_id="mine-1")
            assert (refusal.value.outcome, refusal.value.code) == (Outcome.UNKNOWN, "-2011")
            assert not hasattr(program, "balances")

    run(trade())


def test_stream_gives_its_values_and_is_told_to_end(run: Run, programs: Programs) -> None:
    body = f"""
if method == "stream_trades":
    say(id=number, result=None)
    say(stream=number, value={TRADE})
    say(stream=number, value={TRADE})
elif method == "end_stream":
    say(stream=params["stream"], value={TRADE})
    say(id=number, result=None)
    ended = params["stream"]
elif method == "venue_time_ns":
    say(id=number, result=ended)
"""

    async def stream() -> None:
        program = await programs.connect(body.strip())
        async with program.stream_trades("A-B") as trades:
            values = [await anext(trades), await anext(trades)]
        assert [value.price for value in values] == [Decimal("0.10")] * 2
        assert values[0].taker_side is Side.SELL
        assert await program.venue_time_ns() == 2, "the number of the stream's request"
        await program.aclose()

    run(stream())
    assert programs.is_gone()


def test_stream_ends_and_fails_as_the_program_says(run: Run, programs: Programs) -> None:
    body = """
say(id=number, result=None)
if method == "stream_trades": say(stream=number, end=True)
elif method == "stream_orders": say(stream=number, error={
    "class": "DisconnectedError", "outcome": "NOT_APPLIED", "message": "it was cut"})
"""

    async def stream() -> None:
        program = await programs.connect(body.strip())
        async with program.stream_trades("A-B") as trades:
            assert [trade async for trade in trades] == []
        async with program.stream_orders() as orders:
            with pytest.raises(DisconnectedError, match="it was cut"):
                await anext(orders)
        await program.aclose()

    run(stream())


def test_error_is_of_the_class_that_the_program_names(run: Run, programs: Programs) -> None:
    error = {
        "class": "RateLimitedError",
        "outcome": "NOT_APPLIED",
        "code": "429",
        "message": "slower",
        "retry_after_s": 3,
    }

    async def ask() -> None:
        program = await programs.connect(f"say(id=number, error={error})")
        with pytest.raises(RateLimitedError) as told:
            await program.order_book("A-B", depth=3)
        assert (told.value.operation, told.value.code) == ("order_book", "429")
        assert told.value.retry_after_s == 3
        await program.aclose()

    run(ask())


def test_half_of_a_replacement_is_told_with_its_order(run: Run, programs: Programs) -> None:
    order = {
        "symbol": "A-B",
        "client_order_id": "new",
        "venue_order_id": "7",
        "side": "BUY",
        "order_type": "LIMIT",
        "status": "NEW",
        "quantity": "2",
        "filled_quantity": "0",
    }
    error = {
        "class": "PartlyReplacedError",
        "outcome": "APPLIED",
        "message": "the old order had filled",
        "is_canceled": False,
        "placed": order,
    }

    async def ask() -> None:
        program = await programs.connect(f"say(id=number, error={error})")
        with pytest.raises(PartlyReplacedError) as told:
            await program.place(
                OrderRequest(
                    symbol="A-B", side=Side.BUY, order_type=OrderType.LIMIT, client_order_id="new"
                )
            )
        assert not told.value.is_canceled
        assert told.value.placed.quantity == Decimal(2)
        await program.aclose()

    run(ask())


MALFORMED = {
    "no-json": ('print("hello")', "logs go to stderr"),
    "wrong-type": ('say(id=number, result={"symbol": 7})', "$.symbol"),
    "null": ("say(id=number)", "got `null`"),
    "no-id": ("say(result=1)", 'a line without "id"'),
    "unknown-class": (
        'say(id=number, error={"class": "Oops", "outcome": "UNKNOWN", "message": ""})',
        "'Oops' is none of",
    ),
    "no-outcome": ('say(id=number, error={"class": "VenueError", "message": ""})', "outcome"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_reply_says_all_that_helps(run: Run, programs: Programs, name: str) -> None:
    body, problem = MALFORMED[name]

    async def ask() -> str:
        program = await programs.connect(f"{body}\nsys.stdout.flush()")
        with pytest.raises(MalformedMessageError) as refusal:
            await program.place(request("x", Decimal(1)))
        assert refusal.value.outcome is Outcome.UNKNOWN
        await program.aclose()
        return refusal.value.message

    text = run(ask())
    assert problem in text
    assert '"method":"place"' in text
    assert '"result": Order {symbol, client_order_id,' in text
    assert "docs/guides/connector-protocol.md" in text
    assert programs.is_gone()


def test_page_that_errors_name_exists() -> None:
    assert (HERE.parents[2] / "docs/guides/connector-protocol.md").is_file()


def test_crash_ends_every_call_with_the_exit_code(run: Run, programs: Programs) -> None:
    async def ask() -> None:
        program = await programs.connect("if number == 3: os._exit(7)")
        calls = [program.place(request("x", Decimal(1))), program.order_book("A-B")]
        failures = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(failure, DisconnectedError) for failure in failures)
        assert [failure.outcome for failure in failures] == [Outcome.UNKNOWN, Outcome.NOT_APPLIED]
        with pytest.raises(DisconnectedError, match="ended with exit code 7"):
            await program.ping()
        await program.aclose()

    run(ask())


def test_program_that_hangs_is_given_up_and_ended(
    run: Run, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("venueproof_bridges.program.process._GRACE_S", 0.1)
    body = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True: signal.pause()
"""

    async def ask() -> None:
        program = await programs.connect(body.strip(), reply_within_s=0.5)
        with pytest.raises(TimedOutError, match="did not answer") as late:
            await program.place(request("x", Decimal(1)))
        assert late.value.outcome is Outcome.UNKNOWN
        await program.aclose()

    run(ask())
    assert programs.is_gone()


def test_program_that_never_says_hello_is_ended(run: Run) -> None:
    async def start() -> None:
        settings = ProgramSettings(reply_within_s=0.3, api_secret="hidden")  # type: ignore[arg-type]
        with pytest.raises(TimedOutError) as late:
            await connect([sys.executable, "-c", "input(); input()"], "somewhere", settings, {})
        assert "hidden" not in str(late.value)

    run(start())


def test_flood_is_cut(run: Run, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("venueproof_bridges.program.process.MOST_WAITING", 100)

    async def stream() -> None:
        body = f"say(id=number, result=None)\nwhile True: say(stream=number, value={TRADE})"
        program = await programs.connect(body)
        async with program.stream_trades("A-B") as trades:
            # Nobody reads meanwhile.
            with pytest.raises(MalformedMessageError, match="100 values that nobody reads"):
                await program.ping()
            assert [await anext(trades) for _ in range(100)]
            with pytest.raises(MalformedMessageError):
                await anext(trades)
        await program.aclose()

    run(stream())
    assert programs.is_gone()


def test_endless_line_is_cut(run: Run, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("venueproof_bridges.program.process.LONGEST_LINE", 2**16)

    async def ask() -> None:
        program = await programs.connect('while True: sys.stdout.write("x" * 1000)')
        with pytest.raises(MalformedMessageError, match="a line longer than"):
            await program.ping()
        await program.aclose()

    run(ask())
    assert programs.is_gone()


def test_settings_reach_the_program_as_they_are(run: Run, programs: Programs) -> None:
    body = 'say(id=number, error={"class": "VenueError", "outcome": "UNKNOWN", "message": first})'

    async def ask() -> dict[str, Any]:
        program = await programs.connect(
            body.replace("first", "sys.argv[0]"), api_key="k", request_timeout_s=0.5
        )
        await program.aclose()
        keys = {"ed25519": {"private_key": "p"}}
        return ProgramSettings(api_key="k", keys=keys, request_timeout_s=0.5).for_program()  # type: ignore[arg-type,call-arg]

    told = run(ask())
    assert json.loads(json.dumps(told)) == {
        "api_key": "k",
        "keys": {"ed25519": {"private_key": "p"}},
        "request_timeout_s": 0.5,
    }


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("", "write cmd:PROGRAM"),
        ("'half a quote", "No closing quotation"),
        ("no-such-program --now", "there is no program 'no-such-program' here"),
    ],
)
def test_command_that_cannot_be_used_is_refused(argument: str, expected: str) -> None:
    connector = ProgramBridge().connector_for(VENUE, argument)
    assert connector is not None
    assert expected in (connector.refusal or "")


def test_bridge_without_a_program_offers_nothing() -> None:
    assert ProgramBridge().connector_for(VENUE) is None


def test_program_that_cannot_be_started_is_a_configuration_error(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x00\x01")
    broken.chmod(0o755)
    with pytest.raises(ConfigurationError, match="cannot start"):
        run(connect([str(broken)], "somewhere", ProgramSettings(), {}))


def test_every_method_of_a_connector_can_be_called() -> None:
    assert {"ping", "place", "fills", "stream_balances"} <= METHODS.keys()
    assert shape_of(METHODS["ping"].returns) == "null"
    assert shape_of(METHODS["balances"].returns) == "[Balance {currency, available, locked}, ...]"
    place = METHODS["place"]
    assert place.parameters((request("x", Decimal(1)),), {})["request"].client_order_id == "x"

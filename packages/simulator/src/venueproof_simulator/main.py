"""The simulator's process: one venue, one control plane, any number of worlds.

Prints one JSON line when ready, then serves until SIGINT, SIGTERM or the end of its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import gc
import os
import signal
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path

from venueproof_core.control import MAXIMUM_EVENTS_PER_S, WorldInfo, WorldSpec
from venueproof_core.errors import ConfigurationError
from venueproof_simulator.control_server import ControlServer
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.scenario import Scenario, read_scenario, shipped
from venueproof_simulator.scenario_player import Player

PARENT_POLL_S = 0.5
EPILOG = f"""\
scenarios that come with it: {", ".join(shipped())}

examples:
  venueproof simulate binance --port 9000        the same URL each time; the same seed, the same keys
  venueproof simulate binance --seed 7 --events-per-s 50
  venueproof simulate binance --scenario rough   cuts, gaps, slow replies, maintenance
  venueproof simulate binance --tls              https and wss
  venueproof simulate binance --still            moves only when the control plane says so
"""


def parser() -> argparse.ArgumentParser:
    """Arguments of ``venueproof simulate``."""
    arguments = argparse.ArgumentParser(
        prog="venueproof simulate",
        description="Serve a simulated venue until stopped. Prints one line of JSON when it is ready:"
        " endpoints, credentials of a funded account, and the control plane.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = arguments.add_argument
    add("venue", metavar="VENUE", help="name of an installed venue, such as binance")
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add("--port", type=_port, default=0, help="port of the venue (default: a free one)")
    add("--control-port", type=_port, default=0, help="of the control plane (default: a free one)")
    add("--seed", type=int, default=0, help="the market and the keys are made from it (default: 0)")
    add("--protocol", type=_date, metavar="DATE", help="serve the protocol of this day, 2026-11-20")
    add(
        "--events-per-s",
        type=_pace,
        default=10.0,
        metavar="N",
        help="orders that come, go and take in a second, of each instrument (default: 10)",
    )
    add("--still", action="store_true", help="the market moves only when steered")
    add("--scenario", metavar="NAME|FILE", help="what is to happen, and when")
    add("--tls", action="store_true", help="https and wss, by an authority made for this run")
    add("--tls-dir", type=Path, metavar="DIR", help="likewise, and keep the authority in DIR")
    add("--parent-pid", type=int, metavar="N", help="end when this process ends")
    return arguments


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 (a free one) to 65535")


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date, as 2026-11-20 is") from None


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = -1.0
    if 0 <= pace <= MAXIMUM_EVENTS_PER_S:
        return pace
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {MAXIMUM_EVENTS_PER_S:g}")


def load_dialect(venue: str) -> type[Dialect]:
    """The dialect of a venue, from entry point group ``venueproof.dialects``.

    Raises:
        ConfigurationError: None is installed, or it cannot be imported.
    """
    points = {point.name: point for point in entry_points(group="venueproof.dialects")}
    name = venue.removesuffix("_spot")
    if name not in points:
        installed = ", ".join(sorted(points)) or "none"
        raise ConfigurationError(f"no simulator for {venue!r}; installed: {installed}")
    try:
        loaded: type[Dialect] = points[name].load()
    except Exception as error:
        raise ConfigurationError(
            f"the simulator of {name} is broken: {type(error).__name__}: {error}"
        ) from error
    return loaded


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until told to stop."""
    dialect = load_dialect(arguments.venue)
    if arguments.protocol and arguments.protocol > max(dialect.profiles, default=""):
        arguments.protocol = None
    symbols = [listing.rules.symbol for listing in dialect.listings]
    scenario = read_scenario(arguments.scenario, symbols) if arguments.scenario else None
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    watcher = asyncio.create_task(_watch_parent(arguments.parent_pid, stop))
    try:
        with _tls(arguments) as (context, certificate):
            control = ControlServer(dialect, arguments.host, context)
            try:
                info = await _open(control, arguments, scenario)
                info = info.model_copy(update={"ca_certificate": certificate})
                gc.freeze()  # what is loaded by now stays: no request should pay for looking at it again
                print(info.model_dump_json(exclude_none=True), flush=True)  # noqa: T201 - the contract
                await stop.wait()
            finally:
                await control.stop()
    finally:
        watcher.cancel()


@contextmanager
def _tls(arguments: argparse.Namespace) -> Iterator[tuple[ssl.SSLContext | None, str | None]]:
    if not (arguments.tls or arguments.tls_dir):
        yield None, None
        return
    from venueproof_simulator.tls import serving  # it takes a while to import

    with serving(arguments.tls_dir, arguments.host) as (context, certificate):
        yield context, str(certificate.absolute())


async def _open(
    control: ControlServer, arguments: argparse.Namespace, scenario: Scenario | None
) -> WorldInfo:
    """Listen on both ports, and begin.

    Raises:
        ConfigurationError: One of them cannot be had.
    """
    spec = WorldSpec(
        seed=arguments.seed,
        protocol=arguments.protocol,
        cadence="immediate" if arguments.still else "timed",
        is_free_running=not arguments.still,
        events_per_s=arguments.events_per_s,
    )
    option, port = "--control-port", arguments.control_port
    try:
        await control.start(port)
        option, port = "--port", arguments.port
        world = await control.open_world(spec, port)
    except OSError as error:
        is_taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        remedy = f"choose another {option}, or 0 for a free one" if is_taken else "check --host"
        # What asyncio says of it repeats the address; a name that is not found has no number of an error.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror
        raise ConfigurationError(
            f"cannot listen on {arguments.host}:{port}: {reason}; {remedy}"
        ) from error
    if scenario is not None:
        Player(scenario, world, _tell).start()
    assert world.info is not None
    return world.info.model_copy(update={"control": control.address})


def _tell(line: str) -> None:
    print(f"venueproof: {line}", file=sys.stderr)  # noqa: T201


async def _watch_parent(parent_pid: int | None, stop: asyncio.Event) -> None:
    if parent_pid is None:
        return
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(parent_pid)
        except ProcessLookupError:
            stop.set()
            return
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(descriptor, stop.set)
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
    # Systems without pidfd tell of no parent's end: it has to be asked for.
    while os.getppid() == parent_pid:  # noqa: ASYNC110
        await asyncio.sleep(PARENT_POLL_S)
    stop.set()


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point. Returns the exit code: 0, or 2 for arguments that cannot be used."""
    arguments = parser().parse_args(argv)
    try:
        _run(arguments)
    except ConfigurationError as error:
        print(f"venueproof: error: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def _run(arguments: argparse.Namespace) -> None:
    try:
        import uvloop
    except ImportError:  # not on every platform; plain asyncio serves as well
        asyncio.run(serve(arguments))
    else:
        uvloop.run(serve(arguments))

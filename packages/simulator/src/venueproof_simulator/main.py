"""The simulator's process: one venue, one control plane, any number of worlds.

Prints one JSON line when ready, then serves until SIGINT, SIGTERM or the end of its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

from venueproof_core.control import WorldSpec
from venueproof_core.errors import ConfigurationError
from venueproof_simulator.control_server import ControlServer
from venueproof_simulator.dialect import Dialect

PARENT_POLL_S = 0.5


def parser() -> argparse.ArgumentParser:
    """Arguments of ``venueproof simulate``."""
    arguments = argparse.ArgumentParser(
        prog="venueproof simulate", description="Serve a simulated venue on loopback."
    )
    arguments.add_argument("venue", help="name of an installed venue")
    arguments.add_argument("--host", default="127.0.0.1", help="address to listen on")
    arguments.add_argument("--port", type=int, default=0, help="port of the venue; 0 is a free one")
    arguments.add_argument("--seed", type=int, default=0, help="the market is made from it")
    arguments.add_argument("--protocol", help="date of the protocol profile, 2026-11-20")
    arguments.add_argument(
        "--still", action="store_true", help="the market moves only when steered"
    )
    arguments.add_argument("--parent-pid", type=int, help="end when this process ends")
    return arguments


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
    control = ControlServer(dialect, arguments.host)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    watcher = asyncio.create_task(_watch_parent(arguments.parent_pid, stop))
    try:
        await control.start()
        spec = WorldSpec(
            seed=arguments.seed,
            protocol=arguments.protocol,
            cadence="immediate" if arguments.still else "timed",
            is_free_running=not arguments.still,
        )
        try:
            world = await control.open_world(spec, arguments.port)
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on {arguments.host}:{arguments.port}: {error.strerror}; "
                "choose another --port, or 0 for a free one"
            ) from error
        assert world.info is not None
        ready = world.info.model_copy(update={"control": control.address})
        print(ready.model_dump_json(exclude_none=True), flush=True)  # noqa: T201 - the contract
        await stop.wait()
    finally:
        watcher.cancel()
        await control.stop()


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

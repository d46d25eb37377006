"""A well-behaved connector to the fake, and one that does everything wrong when asked to."""

import asyncio
import ctypes
import logging
import os
import signal
import socket
import sys
import threading
import time
from decimal import Decimal
from typing import Any

import aiohttp

from venueproof_core import Outcome, VenueError
from venueproof_core.models import Level, OrderBook


class FakeClient:
    """Market data only."""

    def __init__(self, settings: Any, endpoints: dict[str, str]) -> None:
        self.settings = settings
        self._rest = endpoints["rest"]
        self._session = aiohttp.ClientSession()

    async def ping(self) -> None:
        await self._get("ping")

    async def venue_time_ns(self) -> int:
        return int(await self._get("time"))

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        told = await self._get("order_book")
        sides = [
            tuple(Level(Decimal(price), Decimal(quantity)) for price, quantity in told[side])
            for side in ("bids", "asks")
        ]
        return OrderBook(symbol=symbol, bids=sides[0], asks=sides[1], version=told["version"])

    async def fee_rates(self, symbol: str) -> None:
        """Declared as left out."""

    async def aclose(self) -> None:
        await self._session.close()

    async def _get(self, path: str) -> Any:
        async with self._session.get(f"{self._rest}/{path}") as reply:
            if reply.status != 200:
                raise VenueError(
                    "refused",
                    venue="fake",
                    operation=path,
                    outcome=Outcome.NOT_APPLIED,
                    code="-503",
                )
            return await reply.json()


class ClumsyClient(FakeClient):
    """Each method is one kind of misbehaviour."""

    async def instruments(self) -> Any:
        return {"BTC-USDT": "not an instrument"}

    async def hang(self) -> None:
        await asyncio.Event().wait()

    async def go_on_when_cancelled(self) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    async def block_the_loop(self) -> None:
        while True:
            pass

    async def block_out_signals(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        time.sleep(60)  # noqa: ASYNC251 - that is what it does wrong

    async def hold_the_interpreter(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        ctypes.PyDLL(None).sleep(60)

    async def crash(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    async def exit(self) -> None:
        sys.exit(3)

    async def interrupt(self) -> None:
        raise KeyboardInterrupt

    async def flood(self) -> None:
        line = "x" * 1023 + "\n"
        for _ in range(3000):
            sys.stdout.write(line)

    async def print_secret(self) -> None:
        print(f"signing with {self.settings.api_secret}")  # noqa: T201

    async def log_secret(self) -> None:
        logging.getLogger("clumsy").warning("secret=%s", self.settings.api_secret)

    async def raise_secret(self) -> None:
        raise ValueError(f"bad secret {self.settings.api_secret}")

    async def leak_socket(self) -> None:
        host, _, port = self._rest.split("/")[2].partition(":")
        self.left = socket.create_connection((host, int(port)))

    async def leak_task(self) -> None:
        self.left_task = asyncio.create_task(asyncio.Event().wait())

    async def leak_thread(self) -> None:
        self.stop = threading.Event()
        threading.Thread(
            target=self.stop.wait, args=(5,), name="clumsy-thread", daemon=True
        ).start()

    async def key_error(self) -> None:
        {}["missing"]


async def connect(settings: Any, endpoints: dict[str, str], *, clock: Any) -> FakeClient:
    """Make the good one."""
    return FakeClient(settings, endpoints)


async def connect_clumsy(settings: Any, endpoints: dict[str, str], *, clock: Any) -> ClumsyClient:
    """Make the clumsy one."""
    return ClumsyClient(settings, endpoints)

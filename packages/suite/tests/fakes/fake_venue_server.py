"""A control plane and a venue in one small process: stdlib only, so that it starts at once."""

import asyncio
import json
import os
import sys
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "fake-token"
SECRET = "fake-secret-0123456789abcdef"
BOOK = {"symbol": "BTC-USDT", "version": 7, "bids": [["100.00", "2"]], "asks": [["100.10", "3"]]}
INSTRUMENT = {
    "symbol": "BTC-USDT",
    "base": "BTC",
    "quote": "USDT",
    "tick_size": "0.01",
    "lot_size": "0.001",
    "minimum_quantity": "0.001",
    "minimum_notional": "5",
}

DOCUMENTED = [
    {"name": f"GET {path}", "kind": "request", "tier": tier, "section": "Requests"}
    for path, tier in (("ping", "must"), ("order_book", "must"), ("news", "left out"))
]


class World:
    def __init__(self) -> None:
        self.journal: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.released: list[str] = []
        self.changed = asyncio.Event()

    def note(self, kind: str, **fields: Any) -> int:
        sequence = len(self.journal) + 1
        self.journal.append(
            {"sequence": sequence, "kind": kind, "time_ns": time.time_ns(), **fields}
        )
        self.changed.set()
        self.changed = asyncio.Event()
        return sequence

    def count(self, predicate: dict[str, Any]) -> int:
        if predicate["kind"] == "fault":
            return self.faults[int(predicate["id"])]["fired"]
        wanted = predicate["match"]["operation"]
        return sum(
            entry["kind"] == predicate["kind"]
            and wanted in (None, entry.get("operation"))
            and entry["sequence"] > predicate["since"]
            for entry in self.journal
        )


WORLDS: dict[str, World] = {}
PORTS: list[int] = []


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            method, target, _ = line.decode().split()
            headers = {}
            while header := (await reader.readline()).decode().strip():
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            status, answer = await dispatch(method, target, headers, body)
            content = json.dumps(answer).encode()
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(content)}\r\n\r\n".encode()
                + content
            )
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def dispatch(
    method: str, target: str, headers: dict[str, str], body: bytes
) -> tuple[int, Any]:
    split = urlsplit(target)
    words = split.path.strip("/").split("/")
    query = dict(parse_qsl(split.query))
    if words[0] == "venue":
        return venue(WORLDS[words[1]], words[2])
    if headers.get("authorization") != f"Bearer {TOKEN}":
        return 401, {"error": "wrong token"}
    given = json.loads(body) if body else {}
    if words[0] == "worlds":
        return open_world(given) if method == "POST" else close_world(words[1])
    if words[0] == "documented":
        return 200, DOCUMENTED
    world = WORLDS[query["world"]]
    return await steer(world, method, words, given, query)


def info(name: str, seed: int) -> dict[str, Any]:
    return {
        "venue": "fake",
        "endpoints": {"rest": f"http://127.0.0.1:{PORTS[0]}/venue/{name}"},
        "credentials": {"api_key": "fake-key-0123456789", "api_secret": SECRET},
        "symbols": ["BTC-USDT"],
        "seed": seed,
        "world": name,
        "control": {"url": f"http://127.0.0.1:{PORTS[1]}", "token": TOKEN},
    }


def open_world(given: dict[str, Any]) -> tuple[int, Any]:
    name = f"w{time.monotonic_ns()}"
    WORLDS[name] = World()
    return 200, info(name, given["seed"])


def close_world(name: str) -> tuple[int, Any]:
    del WORLDS[name]
    return 200, {"left_behind": []}


async def steer(
    world: World, method: str, words: list[str], given: dict[str, Any], query: dict[str, str]
) -> tuple[int, Any]:
    what = words[0]
    if what == "crash":
        os._exit(1)
    if what == "truth":
        answers = {"book": BOOK, "instruments": [INSTRUMENT], "orders": [], "balances": []}
        return (
            (200, answers[words[1]]) if words[1] in answers else (404, {"error": "no such truth"})
        )
    if what == "journal":
        return 200, world.journal[int(query["since"]) :]
    if what == "market":
        return 200, {"versions": {action["symbol"]: 8 for action in given["actions"]}}
    if what == "faults" and method == "POST":
        fault = {
            "id": str(len(world.faults)),
            "kind": given["kind"],
            "fired": 0,
            "match": given["match"],
        }
        world.faults.append(fault)
        return 200, told(fault)
    if what == "faults":
        return 200, told(world.faults[int(words[1])])
    if what == "gates":
        world.released += words[1:2]
        return 200, {"id": "gate-1", "reached": 0}
    if what == "wait":
        return await wait(world, given)
    return 200, {}


def told(fault: dict[str, Any]) -> dict[str, Any]:
    return {name: fault[name] for name in ("id", "kind", "fired")}


async def wait(world: World, given: dict[str, Any]) -> tuple[int, Any]:
    predicate = given["predicate"]
    try:
        async with asyncio.timeout(given["deadline_s"]):
            while (counted := world.count(predicate)) < predicate["count"]:
                await world.changed.wait()
    except TimeoutError:
        return 408, {"error": "ran out", "count": world.count(predicate)}
    return 200, {"count": counted}


def venue(world: World, operation: str) -> tuple[int, Any]:
    request = world.note(
        "request", operation=operation, text=f"GET /{operation}?key={SECRET}", size=40
    )
    for fault in world.faults:
        if fault["match"]["operation"] == operation:
            fault["fired"] += 1
            world.note("fault", text=fault["kind"])
            status, answer = 503, {"error": "fault"}
            break
    else:
        answers = {"time": time.time_ns(), "order_book": BOOK, "ping": None}
        status, answer = 200, answers[operation]
    world.note(
        "reply",
        operation=operation,
        name=f"GET {operation}",
        of=request,
        status=status,
        text=str(answer),
        size=60,
    )
    return status, answer


async def main() -> None:
    servers = [await asyncio.start_server(serve, "127.0.0.1", 0) for _ in range(2)]
    PORTS.extend(server.sockets[0].getsockname()[1] for server in servers)
    sys.stdout.write(json.dumps(info("", 0)) + "\n")
    sys.stdout.flush()
    parent = int(sys.argv[1])
    while os.getppid() == parent:  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main())

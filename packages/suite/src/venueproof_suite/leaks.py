"""What a connector leaves behind after ``aclose``: sockets, tasks, threads."""

import asyncio
import os
import re
import socket
import threading
from collections.abc import Collection
from dataclasses import dataclass

# Helpers of the event loop and of its resolver: made on first use, kept as long as the process.
_SHARED_THREADS = re.compile(r"asyncio_\d+|.*\(_run_safe_shutdown_loop\)")
_GRACE_TURNS = 20
_GRACE_S = 0.5
_GRACE_STEP_S = 0.02


@dataclass(frozen=True)
class Held:
    """What the process holds at one moment.

    Attributes:
        sockets: Inode to file descriptor.
    """

    sockets: dict[str, int]
    tasks: frozenset["asyncio.Task[object]"]
    threads: frozenset[threading.Thread]


def held_now(own_ports: Collection[int]) -> Held:
    """Look; sockets to ``own_ports`` (the control plane's) are the suite's own."""
    return Held(
        sockets=_sockets(own_ports),
        tasks=frozenset(task for task in asyncio.all_tasks() if not task.done()),
        threads=frozenset(threading.enumerate()),
    )


async def left_open(before: Held, own_ports: Collection[int]) -> list[str]:
    """Name what is held now and was not before. Tasks among it are cancelled.

    Closing takes a few turns of the loop, so what is still there is looked at again for a moment.
    """
    for _ in range(_GRACE_TURNS):
        await asyncio.sleep(0)
        if not _new(before, own_ports)[0]:
            return []
    for _ in range(round(_GRACE_S / _GRACE_STEP_S)):
        await asyncio.sleep(_GRACE_STEP_S)
        if not _new(before, own_ports)[0]:
            return []
    names, tasks = _new(before, own_ports)
    for task in tasks:
        task.cancel()
    await asyncio.sleep(0)
    return names


def _new(before: Held, own_ports: Collection[int]) -> tuple[list[str], set["asyncio.Task[object]"]]:
    now = held_now(own_ports)
    current = asyncio.current_task()
    names = [
        f"socket {_peer(descriptor)}"
        for inode, descriptor in now.sockets.items()
        if inode not in before.sockets
    ]
    tasks = {task for task in now.tasks - before.tasks if task is not current}
    names += [f"task {_coroutine(task)}" for task in tasks]
    names += [
        f"thread {thread.name}"
        for thread in now.threads - before.threads
        if not _SHARED_THREADS.fullmatch(thread.name)
    ]
    return sorted(names), tasks


def _coroutine(task: "asyncio.Task[object]") -> str:
    coroutine = task.get_coro()
    return getattr(coroutine, "__qualname__", None) or task.get_name()


def _sockets(own_ports: Collection[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            continue  # the descriptor of the listing itself
        if target.startswith("socket:"):
            descriptor = int(name)
            if _is_internet(descriptor) and _port(descriptor) not in own_ports:
                found[target] = descriptor
    return found


def _is_internet(descriptor: int) -> bool:
    with socket.socket(fileno=os.dup(descriptor)) as duplicate:
        return duplicate.family in (socket.AF_INET, socket.AF_INET6)


def _port(descriptor: int) -> int | None:
    with socket.socket(fileno=os.dup(descriptor)) as duplicate:
        try:
            return int(duplicate.getpeername()[1])
        except OSError:
            return None  # listening, or not connected any more


def _peer(descriptor: int) -> str:
    with socket.socket(fileno=os.dup(descriptor)) as duplicate:
        try:
            host, port = duplicate.getpeername()[:2]
        except OSError:
            return "not connected"
        return f"to {host}:{port}"

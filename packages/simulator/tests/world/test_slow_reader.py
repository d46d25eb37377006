"""A client that does not read costs a bounded amount of memory, and nobody else anything."""

import asyncio
from typing import Any

from venueproof_simulator import connections


class Deaf:
    """A client's end that takes nothing."""

    def __init__(self) -> None:
        self.is_cut = False

    async def send(self, text: str) -> None:
        await asyncio.Event().wait()

    async def ping(self, payload: bytes) -> None: ...

    async def pong(self, payload: bytes) -> None: ...

    async def close(self, code: int, reason: str) -> None: ...

    def abort(self) -> None:
        self.is_cut = True


def test_client_that_does_not_read_is_cut_off(steered: Any) -> None:
    async def body(s: Any) -> None:
        deaf = Deaf()
        connection = s.world.connect("stream", deaf)
        text = "x" * (connections.MAXIMUM_WAITING // 8)
        for _ in range(8):
            connection.send_text(text)
        assert not deaf.is_cut
        connection.send_text("one character too many")
        assert deaf.is_cut
        waiting = [entry for entry in s.world.journal.since(0) if entry.kind == "too_slow"]
        assert [entry.connection for entry in waiting] == [connection.id]
        s.world.disconnected(connection, None)

    steered(body)


def test_others_go_on_hearing(steered: Any) -> None:
    async def body(s: Any) -> None:
        deaf = s.world.connect("stream", Deaf())
        s.world.dialect.opened(deaf, "/stream")
        async with s.session.ws_connect(s.stream) as socket:
            assert await socket.receive_str(timeout=2) == "subscribed"
            walk = {"kind": "walk", "symbol": "AAA-BBB", "steps": 20}
            _, answer = await s.ask("POST", "/market", {"actions": [walk]})
            last = ""
            while last != str(answer["versions"]["AAA-BBB"]):
                last = await socket.receive_str(timeout=2)
        s.world.disconnected(deaf, None)

    steered(body)

"""Options, mistakes and the end of `venueproof simulate binance`."""

import asyncio
import json
import signal
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectorCertificateError, ClientSession

Simulate = Callable[..., Any]
Refused = Callable[..., str]


def get(url: str, context: ssl.SSLContext | None = None) -> Any:
    with urllib.request.urlopen(url, timeout=10, context=context) as reply:
        return json.load(reply)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_ports_are_those_asked_for(simulate: Simulate) -> None:
    port, control_port = free_port(), free_port()
    simulator = simulate("--port", str(port), "--control-port", str(control_port))

    assert simulator.rest == f"http://127.0.0.1:{port}"
    assert simulator.info["control"]["url"] == f"http://127.0.0.1:{control_port}"
    assert get(f"{simulator.rest}/api/v3/ping") == {}


def test_same_seed_gives_the_same_keys_and_history(simulate: Simulate) -> None:
    first, second, other = (simulate("--still", "--seed", seed) for seed in ("7", "7", "8"))
    path = "/api/v3/trades?symbol=BTCUSDT&limit=5"
    prices = [[trade["price"] for trade in get(one.rest + path)] for one in (first, second, other)]

    assert first.info["credentials"] == second.info["credentials"] != other.info["credentials"]
    assert prices[0] == prices[1] != prices[2]


def test_history_is_there_at_once(simulate: Simulate) -> None:
    simulator = simulate()
    for symbol in simulator.info["symbols"]:
        name = symbol.replace("-", "")
        trades = get(f"{simulator.rest}/api/v3/trades?symbol={name}&limit=1000")
        candles = get(f"{simulator.rest}/api/v3/klines?symbol={name}&interval=5m&limit=288")
        day = get(f"{simulator.rest}/api/v3/ticker/24hr?symbol={name}")

        assert len(trades) == 1000, name
        assert len(candles) == 288, name
        assert all(float(candle[5]) > 0 for candle in candles[:-1]), name
        assert day["count"] > 5000, name


def test_tls_serves_all_endpoints_to_those_who_trust_its_authority(simulate: Simulate) -> None:
    simulator = simulate("--tls")
    certificate = Path(simulator.info["ca_certificate"])
    trusting = ssl.create_default_context(cafile=certificate)
    schemes = {name: url.split(":")[0] for name, url in simulator.info["endpoints"].items()}
    assert schemes == {"rest": "https", "stream": "wss", "websocket_api": "wss"}

    async def body() -> None:
        async with ClientSession() as session:
            url = f"{simulator.rest}/api/v3/time"
            async with session.get(url, ssl=trusting) as reply:
                assert "serverTime" in await reply.json()
            stream = f"{simulator.stream}/ws/btcusdt@depth@100ms"
            async with session.ws_connect(stream, ssl=trusting) as socket_:
                assert (await socket_.receive_json(timeout=10))["e"] == "depthUpdate"
            api = simulator.info["endpoints"]["websocket_api"]
            async with session.ws_connect(api, ssl=trusting) as socket_:
                await socket_.send_json({"id": 1, "method": "time"})
                assert (await socket_.receive_json(timeout=10))["status"] == 200
            with pytest.raises(ClientConnectorCertificateError):
                await session.get(url)

    asyncio.run(body())
    code, said = simulator.end()
    assert (code, said) == (0, "")
    assert not certificate.parent.exists()


def test_tls_authority_is_kept_in_a_folder(simulate: Simulate, tmp_path: Path) -> None:
    first = simulate("--tls-dir", "authority")
    trusting = ssl.create_default_context(cafile=first.info["ca_certificate"])
    assert first.end() == (0, "")
    second = simulate("--tls-dir", "authority")

    assert get(f"{second.rest}/api/v3/ping", trusting) == {}
    assert (tmp_path / "authority/authority-key.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_cleanly_with_clients_connected(simulate: Simulate, number: int) -> None:
    simulator = simulate("--tls")
    trusting = ssl.create_default_context(cafile=simulator.info["ca_certificate"])

    async def body() -> tuple[int, str]:
        async with ClientSession() as session:
            url = f"{simulator.stream}/stream?streams=btcusdt@trade/!miniTicker@arr"
            async with session.ws_connect(url, ssl=trusting) as socket_:
                await socket_.receive(timeout=10)
                return await asyncio.to_thread(simulator.end, number)

    assert asyncio.run(body()) == (0, "")


def test_taken_port_is_one_line_and_2(simulate: Simulate, refused: Refused) -> None:
    port = str(simulate().rest.rsplit(":", 1)[1])
    for option in ("--port", "--control-port"):
        assert refused(option, port) == (
            f"venueproof: error: cannot listen on 127.0.0.1:{port}: Address already in use; "
            f"choose another {option}, or 0 for a free one"
        )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--port", "99999"], "'99999' is not a number from 0 (a free one) to 65535"),
        (["--host", "192.0.2.1"], "Cannot assign requested address; check --host"),
        (["--protocol", "yesterday"], "'yesterday' is not a date, as 2026-11-20 is"),
        (["--events-per-s", "-1"], "is not a number from 0 to 1000"),
        (["--scenario", "rouhg"], "give a TOML file, or one of: busy, calm, rough"),
        (["--tls-dir", "/dev/null/x"], "choose another folder"),
        (["--unknown"], "unrecognized arguments: --unknown"),
    ],
)
def test_mistake_is_one_line_and_2(options: list[str], expected: str, refused: Refused) -> None:
    assert expected in refused(*options)


def test_scenario_file_that_is_wrong_is_one_line_and_2(refused: Refused, tmp_path: Path) -> None:
    text = "[[step]]\nat_s = 1\nmarket = { kind = 'halt', symbol = 'BTCUSDT' }\n"
    (tmp_path / "halt.toml").write_text(text)

    assert refused("--scenario", "halt.toml") == (
        "venueproof: error: halt.toml:3: step 1: market.symbol: no instrument 'BTCUSDT'; "
        "did you mean 'BTC-USDT'?"
    )


def test_scenario_happens(simulate: Simulate, tmp_path: Path) -> None:
    (tmp_path / "halt.toml").write_text(
        "[[step]]\nat_s = 0\nmarket = { kind = 'halt', symbol = 'ETH-USDT' }\n"
        "[[step]]\nat_s = 0\nfor_s = 3600\n"
        "fault = { kind = 'refuse_request', match = { operation = 'time' } }\n"
    )
    simulator = simulate("--scenario", "halt.toml", "--still")
    rows = get(f"{simulator.rest}/api/v3/exchangeInfo?symbol=ETHUSDT")["symbols"]
    assert rows[0]["status"] != "TRADING"
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError, match="503"):
            get(f"{simulator.rest}/api/v3/time")

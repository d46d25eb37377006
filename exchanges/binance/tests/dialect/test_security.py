"""Keys, signatures, time windows. The vectors were computed with Python's hmac and an Ed25519 library."""

from typing import Any
from urllib.parse import urlencode

import pytest

from venueproof_simulator.toolkit.signatures import (
    ed25519_base64_is_valid,
    ed25519_key,
    hmac_hex_is_valid,
)

SECRET = "simSecretBinance0001"
PAYLOAD = (
    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01000000&price=50000.00"
    "&recvWindow=5000&timestamp=1700000000000"
)


@pytest.mark.parametrize(
    ("secret", "payload", "signature"),
    [
        (SECRET, PAYLOAD, "5cb5ae0939477efe851cfb16bd32ae83826981bfc4b8696781166cad7dd51210"),
        (
            # Query followed by body, with nothing between them.
            SECRET,
            PAYLOAD.replace("LIMIT&", "LIMIT"),
            "e9ab16123e234040c5bb04798d0b3523806e0592ccf9f7a2c51f445751f6fc90",
        ),
        (
            # Published in the venue's documents.
            "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
            "&recvWindow=5000&timestamp=1499827319559",
            "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
        ),
    ],
)
def test_hmac_vectors_verify(secret: str, payload: str, signature: str) -> None:
    assert hmac_hex_is_valid(secret, payload.encode(), signature, "sha256")
    assert hmac_hex_is_valid(secret, payload.encode(), signature.upper(), "sha256")
    assert not hmac_hex_is_valid(secret, payload.encode() + b"0", signature, "sha256")


def test_ed25519_vector_verifies() -> None:
    key = ed25519_key(bytes(range(32)))
    signature = (
        "3i+wYOZHD3UDmIKgPdhVfYWJ0CgQtqffK5CgofImEMiGFFahO2rFOhkG0zXLPuB3RNKLMfGZbdCdMQQarV3SBg=="
    )
    assert ed25519_base64_is_valid(key, PAYLOAD.encode(), signature)
    assert not ed25519_base64_is_valid(key, PAYLOAD.encode(), signature.lower())
    assert not ed25519_base64_is_valid(key, PAYLOAD.encode(), "no base64")


def test_signature_is_over_query_and_body_as_sent(venue: Any) -> None:
    async def body(ask: Any) -> None:
        query, form = (
            "symbol=BTCUSDT&side=BUY&type=LIMIT",
            ask.stamped({"timeInForce": "GTC", "quantity": "0.01", "price": "50000"}),
        )
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        signature = ask.hmac(query + form)
        target = f"/api/v3/order?{query}"
        reply, value = await ask.raw(
            "POST", target, body=f"{form}&signature={signature}", headers=key
        )
        assert (reply.status, value["status"]) == (200, "NEW")

    venue(body)


def test_ed25519_key_signs_under_its_own_api_key(venue: Any) -> None:
    async def body(ask: Any) -> None:
        text = ask.stamped({})
        key = {"X-MBX-APIKEY": ask.credentials.keys["ed25519"]["api_key"]}
        target = f"/api/v3/account?{text}&signature={ask.ed25519(text)}"
        reply, _ = await ask.raw("GET", target, headers=key)
        assert reply.status == 200

    venue(body)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("no key", 401, -2014),
        ("short key", 401, -2014),
        ("unknown key", 401, -2015),
        ("no signature", 400, -1102),
        ("wrong signature", 400, -1022),
        ("no timestamp", 400, -1102),
        ("late", 400, -1021),
        ("early", 400, -1021),
        ("wide window", 400, -1131),
    ],
)
def test_bad_authentication_has_its_code(venue: Any, change: str, status: int, code: int) -> None:
    async def body(ask: Any) -> None:
        now = ask.world.stamps.time_ns() // 1_000_000
        keys = {"no key": None, "short key": "abc", "unknown key": "A" * 64}
        key = keys.get(change, ask.credentials.api_key)
        stamp: dict[str, Any] = {"timestamp": now}
        if change == "no timestamp":
            stamp = {"recvWindow": 5000}
        elif change == "late":
            stamp = {"timestamp": now - 5500}
        elif change == "early":
            stamp = {"timestamp": now + 1500}
        elif change == "wide window":
            stamp["recvWindow"] = 60001
        text = urlencode(stamp)
        signature = "0" * 64 if change == "wrong signature" else ask.hmac(text)
        target = f"/api/v3/account?{text}&signature={signature}"
        if change == "no signature":
            target = f"/api/v3/account?{text}"
        headers = {} if key is None else {"X-MBX-APIKEY": key}
        reply, value = await ask.raw("GET", target, headers=headers)
        assert (reply.status, value["code"]) == (status, code), value

    venue(body)


def test_stamp_clock_moves_the_window_and_timers_do_not(venue: Any) -> None:
    async def body(ask: Any) -> None:
        ask.world.timers.advance(3600)
        assert (await ask.signed("GET", "account"))[0] == 200
        text = ask.stamped({})
        ask.world.stamps.set(offset_ns=10 * 10**9, drift_ppm=0)
        target = f"/api/v3/account?{text}&signature={ask.hmac(text)}"
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        reply, value = await ask.raw("GET", target, headers=key)
        assert (reply.status, value["code"]) == (400, -1021)

    venue(body)

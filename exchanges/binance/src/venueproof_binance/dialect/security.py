"""Keys, signatures and time stamps. Source: REST page, "Endpoint security type" and "SIGNED endpoint security".

The order of these checks is not documented; no case may depend on it.
"""

from __future__ import annotations

import hashlib
import re
import string
from typing import TYPE_CHECKING

from venueproof_binance.dialect import errors, rsa_keys
from venueproof_binance.dialect.parameters import raw
from venueproof_core.control import Credentials
from venueproof_simulator.toolkit import Call
from venueproof_simulator.toolkit.signatures import (
    ed25519_base64_is_valid,
    ed25519_key,
    hmac_hex_is_valid,
    private_pem,
)

if TYPE_CHECKING:
    from venueproof_simulator.world import Account, World

ALPHABET = string.ascii_letters + string.digits
DEFAULT_WINDOW_MS = 5000
MAXIMUM_WINDOW_MS = 60_000
EARLY_MS = 1000
_STAMP = re.compile(r"[0-9]{1,19}")
_WINDOW = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?")
SIGNED = frozenset({"TRADE", "USER_DATA", "LOGON"})


def _text(seed: bytes, purpose: str, length: int = 64) -> str:
    digest = b"".join(
        hashlib.sha256(seed + f"{purpose}/{part}".encode()).digest() for part in range(length // 32)
    )
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest)


def credentials(seed: bytes) -> Credentials:
    """An HMAC key pair, and an Ed25519 and an RSA key under API keys of their own."""
    private = {"ed25519": private_pem(ed25519_key(seed)), "rsa": rsa_keys.private_pem()}
    return Credentials(
        api_key=_text(seed, "key"),
        api_secret=_text(seed, "secret"),
        keys={
            name: {"api_key": _text(seed, name), "private_key": pem}
            for name, pem in private.items()
        },
    )


class KeyRing:
    """Which key belongs to whom, and how it signs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys: dict[str, tuple[str, str]] = {}

    def add(self, account: Account) -> None:
        """A new account's keys."""
        self._keys[account.credentials.api_key or ""] = (account.name, "hmac")
        for algorithm, key in account.credentials.keys.items():
            self._keys[key["api_key"]] = (account.name, algorithm)

    def identify(self, call: Call, key: str | None) -> str:
        """Find the key's account and set it on the call; returns the algorithm.

        Raises:
            Refuse: -2014 or -2015.
        """
        known = None if key is None else self._keys.get(key)
        if known is None:
            call.signature = "missing" if key is None else "invalid"
            is_formed = key is not None and re.fullmatch(r"[A-Za-z0-9]{64}", key)
            raise errors.of(errors.KEY_REJECTED if is_formed else errors.KEY_FORMAT)
        name, algorithm = known
        call.account = self._world.accounts[name]
        return algorithm

    def verify(self, call: Call, algorithm: str, payload: bytes) -> None:
        """Check signature and time stamp.

        Raises:
            Refuse: -1102, -1022, or as ``check_time``.
        """
        signature = call.parameters.get("signature")
        if not signature:
            call.signature = "missing"
            raise errors.missing("signature")
        assert call.account is not None
        if algorithm == "hmac":
            secret = call.account.credentials.api_secret or ""
            is_valid = hmac_hex_is_valid(secret, payload, signature, "sha256")
        elif algorithm == "rsa":
            is_valid = rsa_keys.is_valid(payload, signature)
        else:
            key = ed25519_key(call.account.secret_seed)
            is_valid = ed25519_base64_is_valid(key, payload, signature)
        call.signature = "valid" if is_valid else "invalid"
        if not is_valid:
            raise errors.of(errors.BAD_SIGNATURE)
        self.check_time(call)

    def check_time(self, call: Call) -> None:
        """Hold the time stamp against the venue's clock.

        Raises:
            Refuse: -1102, -1100, -1021 or -1131.
        """
        text = call.parameters.get("timestamp", "")
        if not text:
            raise errors.missing("timestamp")
        if not _STAMP.fullmatch(text):
            raise errors.illegal("timestamp", "^[0-9]{1,20}$")
        stamp_ms = int(text) / 1000 if len(text) > 14 else float(text)
        window = call.parameters.get("recvWindow", str(DEFAULT_WINDOW_MS))
        if not _WINDOW.fullmatch(window):
            raise errors.illegal("recvWindow", r"^([0-9]{1,10})(\.[0-9]{1,3})?$")
        if float(window) > MAXIMUM_WINDOW_MS:
            raise errors.of(errors.BAD_WINDOW)
        now_ms = self._world.stamps.time_ns() / 1_000_000
        if stamp_ms >= now_ms + EARLY_MS:
            raise errors.of(errors.EARLY)
        if now_ms - stamp_ms > float(window):
            raise errors.of(errors.STALE)


def rest_payload(call: Call) -> bytes:
    """What a REST signature is over: query and body as received, without the signature itself."""
    return _without_signature(raw(call.query)) + _without_signature(call.body)


def _without_signature(text: bytes) -> bytes:
    if b"signature=" not in text:
        return text
    return b"&".join(part for part in text.split(b"&") if not part.startswith(b"signature="))


def socket_payload(pairs: list[tuple[str, str]]) -> bytes:
    """What a WebSocket API signature is over: parameters sorted by name, not percent-encoded."""
    rows = sorted(pair for pair in pairs if pair[0] != "signature")
    return "&".join(f"{name}={value}" for name, value in rows).encode()

"""Keys, signatures and time stamps. Source: "Integration Guidance", authentication."""

from __future__ import annotations

import hashlib
import string
from typing import TYPE_CHECKING

from venueproof_bybit.dialect import errors
from venueproof_core.control import Credentials
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.toolkit.signatures import hmac_hex_is_valid

if TYPE_CHECKING:
    from venueproof_simulator.world import Account, World

ALPHABET = string.ascii_letters + string.digits
DEFAULT_WINDOW_MS = "5000"
EARLY_MS = 1000
KEY, STAMP, SIGN, WINDOW = (
    "X-BAPI-API-KEY",
    "X-BAPI-TIMESTAMP",
    "X-BAPI-SIGN",
    "X-BAPI-RECV-WINDOW",
)


def credentials(seed: bytes) -> Credentials:
    """An HMAC key pair of the venue's lengths: 18 and 36 characters."""
    return Credentials(api_key=_text(seed, "key", 18), api_secret=_text(seed, "secret", 36))


def _text(seed: bytes, purpose: str, length: int) -> str:
    digest = hashlib.sha512(seed + purpose.encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:length])


class KeyRing:
    """Whose each key is."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._owners: dict[str, Account] = {}

    def add(self, account: Account) -> None:
        """A new account's key."""
        self._owners[account.credentials.api_key or ""] = account

    def authenticate(self, call: Call, payload: bytes) -> None:
        """Prove who calls over REST, and set it on the call.

        Args:
            payload: The query or the body, exactly as received.

        Raises:
            Refuse: 10001, 10002, 10003 or 10004.
        """
        key, stamp, sign = (call.headers.get(name, "") for name in (KEY, STAMP, SIGN))
        window = call.headers.get(WINDOW, DEFAULT_WINDOW_MS)
        if not (key and stamp and sign):
            call.signature = "missing"
            raise errors.parameter(
                f"empty value: apiTimestamp[{stamp}] apiKey[{key}] apiSignature[{sign}]: "
                "openapi sign params error!"
            )
        text = f"{stamp}{key}{window}".encode() + payload
        call.account = self.owner(call, key)
        self.check_signature(call, call.account, text, sign)
        self.check_time(stamp, window)

    def owner(self, call: Call, key: str) -> Account:
        """Whose key it is.

        Raises:
            Refuse: 10003.
        """
        if key not in self._owners:
            call.signature = "invalid"
            raise errors.of(errors.INVALID_KEY)
        return self._owners[key]

    def check_signature(self, call: Call, account: Account, text: bytes, sign: str) -> None:
        """Verify over the received text.

        Raises:
            Refuse: 10004.
        """
        secret = account.credentials.api_secret or ""
        is_valid = hmac_hex_is_valid(secret, text, sign, "sha256")
        call.signature = "valid" if is_valid else "invalid"
        if not is_valid:
            origin = text.decode("utf-8", "replace")
            raise Refuse(
                10004,
                f"Error sign, please check your signature generation algorithm: origin_string[{origin}]",
                status=200,
            )

    def check_time(self, stamp: str, window: str) -> None:
        """Hold a time stamp against the venue's clock: ``now - window <= stamp < now + 1000``.

        Raises:
            Refuse: 10001 or 10002.
        """
        if not (stamp.isdigit() and window.isdigit()):
            raise errors.parameter("params error: timestamp or recv_window is not a number")
        now = self._world.stamps.time_ns() // 1_000_000
        if not now - int(window) <= int(stamp) < now + EARLY_MS:
            raise Refuse(
                10002,
                "invalid request, please check your server timestamp or recv_window param. "
                f"req_timestamp[{stamp}],server_timestamp[{now}],recv_window[{window}]",
                status=200,
            )

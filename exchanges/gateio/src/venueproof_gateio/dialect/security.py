"""Keys, signatures and time stamps. Source: "Authentication"; the order of the checks was seen on the wire."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import unquote

from venueproof_core.control import Credentials
from venueproof_gateio.dialect import errors
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.toolkit.signatures import hmac_hex_is_valid

if TYPE_CHECKING:
    from venueproof_simulator.world import Account, World

WINDOW_S = 60


def credentials(seed: bytes) -> Credentials:
    """An HMAC key pair of the venue's lengths: 32 and 64 hexadecimal digits."""
    digest = hashlib.sha512(seed + b"gateio").hexdigest()
    return Credentials(api_key=digest[:32], api_secret=digest[32:96])


class KeyRing:
    """Whose each key is."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._owners: dict[str, Account] = {}

    def add(self, account: Account) -> None:
        """A new account's key."""
        self._owners[account.credentials.api_key or ""] = account

    def authenticate(self, call: Call) -> None:
        """Prove who calls over REST, and set it on the call.

        Raises:
            Refuse: MISSING_REQUIRED_HEADER, REQUEST_EXPIRED, INVALID_KEY or INVALID_SIGNATURE, in this order.
        """
        for name in ("KEY", "SIGN", "Timestamp"):
            if not call.headers.get(name):
                call.signature = "missing"
                raise Refuse("MISSING_REQUIRED_HEADER", f"Missing required header: {name}")
        stamp = call.headers["Timestamp"]
        self.check_time(stamp)
        call.account = self.owner(call, call.headers["KEY"])
        body = hashlib.sha512(call.body).hexdigest()
        # The venue signs the query as it reads it, not as it is encoded.
        query = unquote(call.query)
        text = f"{call.method}\n{call.path}\n{query}\n{body}\n{stamp}"
        self.check_signature(call, call.account, text, call.headers["SIGN"])

    def owner(self, call: Call, key: str) -> Account:
        """Whose key it is.

        Raises:
            Refuse: INVALID_KEY.
        """
        if key not in self._owners:
            call.signature = "invalid"
            raise errors.of(errors.INVALID_KEY)
        return self._owners[key]

    def check_signature(self, call: Call, account: Account, text: str, sign: str) -> None:
        """Verify over the received text.

        Raises:
            Refuse: INVALID_SIGNATURE.
        """
        secret = account.credentials.api_secret or ""
        is_valid = hmac_hex_is_valid(secret, text.encode(), sign, "sha512")
        call.signature = "valid" if is_valid else "invalid"
        if not is_valid:
            raise errors.of(errors.INVALID_SIGNATURE)

    def check_time(self, stamp: str) -> None:
        """Hold a time stamp against the venue's clock; it may have a fraction.

        Raises:
            Refuse: REQUEST_EXPIRED.
        """
        now = self._world.stamps.time_ns() / SECOND_NS
        try:
            is_near = abs(now - float(stamp)) <= WINDOW_S
        except ValueError:
            is_near = False
        if not is_near:
            raise Refuse(
                "REQUEST_EXPIRED",
                f"gap between request Timestamp and server time exceeds {WINDOW_S} "
                f"current_time:{int(now)} header.timestamp:{stamp}",
                status=403,
            )

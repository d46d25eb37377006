"""Signatures: over what the venue reads, the query before it is percent-encoded and the body as it is sent.

Source: https://www.gate.com/docs/developers/apiv4/en/#apiv4-signed-request-requirements
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import quote

from venueproof_core.errors import ConfigurationError
from venueproof_gateio.settings import GateioSettings

# Everything but letters, digits and "_.-~": what is sent must leave the venue no choice of reading.
quote_all: Callable[[str], str] = partial(quote, safe="")


class Signer:
    """HMAC-SHA512, written in hexadecimal."""

    def __init__(self, api_key: str, secret: str) -> None:
        self.api_key = api_key
        self._keyed = hmac.new(secret.encode(), digestmod=hashlib.sha512)

    def sign(self, text: str) -> str:
        """Sign without deriving the key's pads again."""
        mac = self._keyed.copy()
        mac.update(text.encode())
        return mac.hexdigest()

    def headers(
        self, method: str, path: str, query: str, body: str, stamp_s: int
    ) -> dict[str, str]:
        """What a signed request carries.

        Args:
            query: As the venue reads it: not percent-encoded.
        """
        digest = hashlib.sha512(body.encode()).hexdigest()
        return {
            "KEY": self.api_key,
            "Timestamp": str(stamp_s),
            "SIGN": self.sign(f"{method}\n{path}\n{query}\n{digest}\n{stamp_s}"),
        }

    def channel(self, channel: str, event: str, stamp_s: int) -> dict[str, str]:
        """The ``auth`` of a frame about a private channel."""
        sign = self.sign(f"channel={channel}&event={event}&time={stamp_s}")
        return {"method": "api_key", "KEY": self.api_key, "SIGN": sign}


def make_signer(settings: GateioSettings) -> Signer | None:
    """The signer of the settings' key; ``None`` without credentials.

    Raises:
        ConfigurationError: Only half of the key is there.
    """
    if settings.api_key is None and settings.api_secret is None:
        return None
    if settings.api_key is None or settings.api_secret is None:
        raise ConfigurationError("gateio: api_key and api_secret belong together; one is missing")
    return Signer(settings.api_key.get_secret_value(), settings.api_secret.get_secret_value())


def joined(params: Mapping[str, str], quote_text: Callable[[str], str] = str) -> str:
    """Parameters as a query string, in their order."""
    return "&".join(f"{name}={quote_text(value)}" for name, value in params.items())

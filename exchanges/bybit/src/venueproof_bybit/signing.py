"""Signatures: over the text exactly as it is sent.

Source: https://bybit-exchange.github.io/docs/v5/guide#authentication
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import quote

from venueproof_bybit.settings import BybitSettings
from venueproof_core.errors import ConfigurationError

# Everything but letters, digits and "_.-~": the signed text must not leave the venue a choice of encoding.
quote_all: Callable[[str], str] = partial(quote, safe="")


class Signer:
    """HMAC-SHA256, written in hexadecimal."""

    def __init__(self, api_key: str, secret: str) -> None:
        self.api_key = api_key
        self._keyed = hmac.new(secret.encode(), digestmod=hashlib.sha256)

    def sign(self, text: str) -> str:
        """Sign without deriving the key's pads again."""
        mac = self._keyed.copy()
        mac.update(text.encode())
        return mac.hexdigest()

    def headers(self, stamp_ms: int, window_ms: int, payload: str) -> dict[str, str]:
        """What a signed request carries besides its query or body."""
        return {
            "X-BAPI-API-KEY": self.api_key,
            "X-BAPI-TIMESTAMP": str(stamp_ms),
            "X-BAPI-RECV-WINDOW": str(window_ms),
            "X-BAPI-SIGN": self.sign(f"{stamp_ms}{self.api_key}{window_ms}{payload}"),
        }

    def log_in(self, expires_ms: int) -> list[str | int]:
        """Arguments of ``auth`` on a stream."""
        return [self.api_key, expires_ms, self.sign(f"GET/realtime{expires_ms}")]


def make_signer(settings: BybitSettings) -> Signer | None:
    """The signer of the settings' key; ``None`` without credentials.

    Raises:
        ConfigurationError: Only half of the key is there.
    """
    if settings.api_key is None and settings.api_secret is None:
        return None
    if settings.api_key is None or settings.api_secret is None:
        raise ConfigurationError("bybit: api_key and api_secret belong together; one is missing")
    return Signer(settings.api_key.get_secret_value(), settings.api_secret.get_secret_value())


def encode(params: Mapping[str, str], quote_text: Callable[[str], str]) -> str:
    """Parameters as a query string, in their order."""
    return "&".join(f"{name}={quote_text(value)}" for name, value in params.items())

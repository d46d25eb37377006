"""Signatures: over the text exactly as it is sent, for all three kinds of key.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol
from urllib.parse import quote

from venueproof_binance.settings import BinanceSettings
from venueproof_core.errors import ConfigurationError

_is_plain = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def quote_all(text: str) -> str:
    """Everything but letters, digits and ``_.-~`` encoded: signed text must leave the venue no choice."""
    return text if _is_plain(text) else quote(text, safe="")


class Signer(Protocol):
    """Signs with one key."""

    api_key: str

    def sign(self, payload: bytes) -> str:
        """The signature's text, not percent-encoded."""
        ...


class HmacSigner:
    """HMAC-SHA256, written in hexadecimal."""

    def __init__(self, api_key: str, secret: str) -> None:
        self.api_key = api_key
        self._keyed = hmac.new(secret.encode(), digestmod=hashlib.sha256)

    def sign(self, payload: bytes) -> str:
        """Sign without deriving the key's pads again."""
        mac = self._keyed.copy()
        mac.update(payload)
        return mac.hexdigest()


class PrivateKeySigner:
    """Ed25519, or RSA with PKCS #1 v1.5 padding and SHA-256, written in Base64.

    Raises:
        ConfigurationError: The key cannot be read, or is of the other kind.
    """

    def __init__(self, api_key: str, pem: str, key_type: str) -> None:
        # Imported here: who signs with HMAC needs none of it.
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self.api_key = api_key
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError):
            # Not chained: the library's message may quote the key.
            raise ConfigurationError(
                f"binance: the {key_type} private key is no readable PEM text (PKCS#8, no password)"
            ) from None
        if key_type == "ed25519" and isinstance(key, ed25519.Ed25519PrivateKey):
            self._sign: Callable[[bytes], bytes] = key.sign
        elif key_type == "rsa" and isinstance(key, rsa.RSAPrivateKey):
            self._sign = partial(key.sign, padding=padding.PKCS1v15(), algorithm=hashes.SHA256())
        else:
            raise ConfigurationError(f"binance: the private key given as {key_type} is another one")

    def sign(self, payload: bytes) -> str:
        """Sign the payload itself, or for RSA its hash."""
        return base64.b64encode(self._sign(payload)).decode()


def make_signer(settings: BinanceSettings) -> Signer | None:
    """The signer that the settings choose; ``None`` without credentials.

    Raises:
        ConfigurationError: The chosen kind of key is not there, or only half of it.
    """
    if settings.key_type != "hmac":
        pair = settings.keys.get(settings.key_type)
        if pair is None:
            raise ConfigurationError(
                f"binance: key_type is {settings.key_type}, but keys has no {settings.key_type} key"
            )
        private_key = pair.private_key.get_secret_value()
        return PrivateKeySigner(pair.api_key.get_secret_value(), private_key, settings.key_type)
    if settings.api_key is None and settings.api_secret is None:
        return None
    if settings.api_key is None or settings.api_secret is None:
        raise ConfigurationError("binance: api_key and api_secret belong together; one is missing")
    return HmacSigner(settings.api_key.get_secret_value(), settings.api_secret.get_secret_value())


def encode(params: Mapping[str, str], quote_text: Callable[[str], str]) -> str:
    """Parameters as a query string or form body, in their order."""
    return "&".join(f"{name}={quote_text(value)}" for name, value in params.items())


def signed_text(
    signer: Signer, params: Mapping[str, str], quote_text: Callable[[str], str] = quote_all
) -> str:
    """Parameters as text, with the signature over that same text behind it."""
    text = encode(params, quote_text)
    return f"{text}&signature={quote_all(signer.sign(text.encode()))}"


def signed_params(signer: Signer, params: Mapping[str, str | int]) -> dict[str, str | int]:
    """Parameters of a WebSocket API request with their signature: sorted, and not percent-encoded."""
    named = {**params, "apiKey": signer.api_key}
    text = "&".join(f"{name}={named[name]}" for name in sorted(named))
    return {**named, "signature": signer.sign(text.encode())}

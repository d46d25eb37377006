"""Signature verifiers. All work on the text as it was received, never on re-encoded parameters."""

import base64
import binascii
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)


def hmac_hex_is_valid(secret: str, payload: bytes, signature: str, algorithm: str) -> bool:
    """HMAC as hexadecimal text in either case. ``algorithm`` is a hashlib name: ``sha256``."""
    expected = hmac.digest(secret.encode(), payload, algorithm).hex()
    return hmac.compare_digest(expected.encode(), signature.lower().encode())


def ed25519_key(seed: bytes) -> Ed25519PrivateKey:
    """A private key from 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def private_pem(key: Ed25519PrivateKey) -> str:
    """PKCS#8 PEM text, as venues let their users upload and keep it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def ed25519_base64_is_valid(key: Ed25519PrivateKey, payload: bytes, signature: str) -> bool:
    """Ed25519 over the payload itself, as standard base64 text."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key.public_key().verify(raw, payload)
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True

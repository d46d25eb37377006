"""The RSA key of every simulated account.

Making a key takes a tenth of a second and more, which no world has: all accounts share this one, under API
keys of their own. It protects nothing. Source: REST page, "Signed request example (RSA keys)".
"""

from __future__ import annotations

import base64
import binascii
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_EXPONENT = 65537
_P = int(
    "f2c48a2207a8c908b70a3830d7f48379e1fe00da41e7cd3451f32810cce8905a"
    "4558af9b88f1d19e319a643cd537c92fa291d8ca7b0c498196ee75c657b0da33"
    "db335f2a5a846529466468f2eb0e27563acb20c690f17b1dd3fd0ccc8a8a6d2e"
    "ae68d7ac40f6d510b4119d60e20589fa62f1c4677ca878855052085aa36fbca3",
    16,
)
_Q = int(
    "f28b660ec5eefadd7df0219757f08624602e2e01ba8af891980b6c251c0bde7f"
    "61de0beb40bcea173fad22007464dcb7f5e54585ecf925d68c76e5ef0a692797"
    "c2a30ab3cd3564cbc55499f18db721df512ba6d4fe67c20e71fff0bb040a221d"
    "4f95d15d983d01413913dbf4c27750a5a6f22b8e11491ce4c669ae57323b39fd",
    16,
)


@cache
def _private_key() -> rsa.RSAPrivateKey:
    private = rsa.rsa_recover_private_exponent(_EXPONENT, _P, _Q)
    numbers = rsa.RSAPrivateNumbers(
        _P,
        _Q,
        private,
        rsa.rsa_crt_dmp1(private, _P),
        rsa.rsa_crt_dmq1(private, _Q),
        rsa.rsa_crt_iqmp(_P, _Q),
        rsa.RSAPublicNumbers(_EXPONENT, _P * _Q),
    )
    # The numbers are constants: checking that they are prime each time would take milliseconds.
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


@cache
def private_pem() -> str:
    """PKCS#8 PEM text, as users keep it."""
    return _private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def is_valid(payload: bytes, signature: str) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256, as standard base64 text."""
    try:
        raw = base64.b64decode(signature, validate=True)
        _private_key().public_key().verify(raw, payload, padding.PKCS1v15(), SHA256())
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True

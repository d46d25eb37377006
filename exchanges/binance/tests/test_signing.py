"""Signatures against the vectors of the venue's documents, and recomputed ones."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from venueproof_binance.settings import BinanceSettings
from venueproof_binance.signing import (
    HmacSigner,
    PrivateKeySigner,
    make_signer,
    quote_all,
    signed_params,
    signed_text,
)
from venueproof_core.errors import ConfigurationError

PAYLOAD = (
    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01000000&price=50000.00"
    "&recvWindow=5000&timestamp=1700000000000"
)
PUBLISHED = (
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
    "&recvWindow=5000&timestamp=1499827319559"
)
WIDE_SYMBOL = "".join(chr(0xFF10 + digit) for digit in range(1, 7))
PUBLISHED_SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
ED25519_PEM = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
    "-----END PRIVATE KEY-----\n"
)
ED25519_SIGNATURE = (
    "3i+wYOZHD3UDmIKgPdhVfYWJ0CgQtqffK5CgofImEMiGFFahO2rFOhkG0zXLPuB3RNKLMfGZbdCdMQQarV3SBg=="
)


def pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split("&"))


@pytest.mark.parametrize(
    ("secret", "payload", "signature"),
    [
        (
            "simSecretBinance0001",
            PAYLOAD,
            "5cb5ae0939477efe851cfb16bd32ae83826981bfc4b8696781166cad7dd51210",
        ),
        (
            PUBLISHED_SECRET,
            PUBLISHED,
            "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
        ),
        (
            PUBLISHED_SECRET,
            PUBLISHED.replace("LTCBTC", "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96"),
            "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3",
        ),
    ],
)
def test_hmac_vectors(secret: str, payload: str, signature: str) -> None:
    assert HmacSigner("key", secret).sign(payload.encode()) == signature


def test_hmac_over_query_and_body_has_no_separator() -> None:
    query, body = PAYLOAD.split("&timeInForce", 1)
    signed = f"{query}timeInForce{body}".encode()
    assert HmacSigner("key", "simSecretBinance0001").sign(signed) == (
        "e9ab16123e234040c5bb04798d0b3523806e0592ccf9f7a2c51f445751f6fc90"
    )


def test_non_ascii_values_are_signed_as_they_are_sent() -> None:
    text = signed_text(
        HmacSigner("key", PUBLISHED_SECRET), {**pairs(PUBLISHED), "symbol": WIDE_SYMBOL}
    )
    assert text.startswith("symbol=%EF%BC%91%EF%BC%92")
    assert text.endswith(
        "&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
    )


def test_ed25519_vector_is_percent_encoded_in_a_request() -> None:
    signer = PrivateKeySigner("key", ED25519_PEM, "ed25519")
    assert signer.sign(PAYLOAD.encode()) == ED25519_SIGNATURE
    assert signed_text(signer, pairs(PAYLOAD)) == (
        f"{PAYLOAD}&signature={quote_all(ED25519_SIGNATURE)}"
    )
    assert "+" not in signed_text(signer, pairs(PAYLOAD)).split("signature=")[1]


@pytest.mark.parametrize(
    ("signer", "signature"),
    [
        (
            HmacSigner("simKeyBinance0001", "simSecretBinance0001"),
            "c6ad51dea4d9b446cde68a0fe6ee289ca35f3bcb7f8e8d1fc735576dc37d48ac",
        ),
        (
            PrivateKeySigner("simKeyBinance0001", ED25519_PEM, "ed25519"),
            "FKhIVXuiN4/xTOJiH3svBfiwBHLtPFCB/+4wR2nauDO9hfrePLk6rf8/7sMZZT/ofkOR/ED6m2deRZNJvdicCQ==",
        ),
    ],
)
def test_websocket_subscription_vectors(signer: HmacSigner, signature: str) -> None:
    assert signed_params(signer, {"timestamp": 1700000000000}) == {
        "apiKey": "simKeyBinance0001",
        "timestamp": 1700000000000,
        "signature": signature,
    }


def test_websocket_parameters_are_signed_in_the_order_of_their_names() -> None:
    signer = HmacSigner("simKeyBinance0001", "simSecretBinance0001")
    signed = signed_params(signer, pairs(PAYLOAD))  # type: ignore[arg-type]
    assert signed["signature"] == (
        "f7e56576fde61f1ccedb6bce99dbb303b68d59477780cadec67736ced4a5530d"
    )


def test_rsa_signature_is_accepted_by_its_public_key() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    signature = PrivateKeySigner("key", pem, "rsa").sign(PAYLOAD.encode())
    key.public_key().verify(
        base64.b64decode(signature), PAYLOAD.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    with pytest.raises(ConfigurationError, match="is another one"):
        PrivateKeySigner("key", pem, "ed25519")


def test_the_settings_choose_the_signer() -> None:
    keys = {"ed25519": {"api_key": "other", "private_key": ED25519_PEM}}
    both = {"api_key": "k", "api_secret": "s", "keys": keys}
    assert make_signer(BinanceSettings()) is None
    hmac = make_signer(BinanceSettings.model_validate(both))
    assert hmac is not None
    assert hmac.api_key == "k"
    chosen = make_signer(BinanceSettings.model_validate({**both, "key_type": "ed25519"}))
    assert chosen is not None
    assert chosen.api_key == "other"


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"api_key": "k"}, "belong together"),
        ({"key_type": "rsa"}, "no rsa key"),
        (
            {
                "key_type": "ed25519",
                "keys": {"ed25519": {"api_key": "k", "private_key": "SECRETTEXT"}},
            },
            "no readable PEM",
        ),
    ],
)
def test_unusable_credentials_are_one_clear_line(settings: dict[str, object], remedy: str) -> None:
    with pytest.raises(ConfigurationError, match=remedy) as refused:
        make_signer(BinanceSettings.model_validate(settings))
    assert "SECRETTEXT" not in str(refused.value)


def test_settings_do_not_show_their_secrets() -> None:
    shown = repr(BinanceSettings.model_validate({"api_key": "AAAA", "api_secret": "BBBB"}))
    assert "AAAA" not in shown
    assert "BBBB" not in shown

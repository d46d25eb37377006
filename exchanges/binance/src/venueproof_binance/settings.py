"""What a user must tell the connector."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

LISTEN_KEYS_ENDED = date(2026, 2, 20)


class KeyPair(BaseModel):
    """A key whose private half stays with us.

    Attributes:
        api_key: What the venue calls it.
        private_key: PEM text, PKCS#8.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_key: SecretStr
    private_key: SecretStr


class BinanceSettings(BaseModel):
    """Credentials and limits of one connection; market data needs none of it.

    Attributes:
        keys: By algorithm, ``ed25519`` or ``rsa``.
        key_type: Which credentials sign.
        recv_window_ms: How old a signed request may be when the venue looks at it.
        protocol: Date of the venue's protocol; ``None`` is today's. Before 2026-02-20 the private stream
            is opened with a listen key.
        request_timeout_s: For one request or one acknowledgement.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    keys: dict[str, KeyPair] = Field(default_factory=dict)
    key_type: Literal["hmac", "ed25519", "rsa"] = "hmac"
    recv_window_ms: int = Field(default=5000, gt=0, le=60_000)
    protocol: date | None = None
    request_timeout_s: float = Field(default=5.0, gt=0)

    @property
    def uses_listen_keys(self) -> bool:
        """Whether the private stream needs a listen key."""
        return self.protocol is not None and self.protocol < LISTEN_KEYS_ENDED

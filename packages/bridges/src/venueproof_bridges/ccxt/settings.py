"""What a user must tell ccxt."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class KeyPair(BaseModel):
    """A key whose private half stays with us.

    Attributes:
        private_key: PEM text, PKCS#8.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_key: SecretStr
    private_key: SecretStr


class CcxtSettings(BaseModel):
    """Credentials; market data needs none. Everything else stays as ccxt has it.

    Attributes:
        keys: By algorithm, ``ed25519`` or ``rsa``.
        key_type: Which credentials sign.
        request_timeout_s: For one request; ``None`` is ccxt's own, ten seconds.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    keys: dict[str, KeyPair] = Field(default_factory=dict)
    key_type: Literal["hmac", "ed25519", "rsa"] = "hmac"
    request_timeout_s: float | None = Field(default=None, gt=0)

    def config(self) -> dict[str, object]:
        """The part of ccxt's configuration that comes from here.

        Raises:
            KeyError: There is no key of that type.
        """
        key, secret = self.api_key, self.api_secret
        if self.key_type != "hmac":
            pair = self.keys[self.key_type]
            key, secret = pair.api_key, pair.private_key
        config: dict[str, object] = {}
        if key is not None and secret is not None:
            config |= {"apiKey": key.get_secret_value(), "secret": secret.get_secret_value()}
        if self.request_timeout_s is not None:
            config["timeout"] = round(self.request_timeout_s * 1000)
        return config

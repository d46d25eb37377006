"""What a user must tell the connector."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class OandaSettings(BaseModel):
    """Credentials and limits of one connection; market data needs none of it.

    Attributes:
        request_timeout_s: For one request or one acknowledgement.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    request_timeout_s: float = Field(default=5.0, gt=0)

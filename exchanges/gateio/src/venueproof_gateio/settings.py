"""What a user must tell the connector."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class GateioSettings(BaseModel):
    """Credentials and limits of one connection; market data needs none of it.

    Attributes:
        request_timeout_s: For one request or one acknowledgement.
        history_days: How far back a history of fills goes. The venue answers for thirty days at a time.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    request_timeout_s: float = Field(default=5.0, gt=0)
    history_days: int = Field(default=30, gt=0, le=730)

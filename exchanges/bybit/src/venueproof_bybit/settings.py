"""What a user must tell the connector."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class BybitSettings(BaseModel):
    """Credentials and limits of one connection; market data needs none of it.

    Attributes:
        recv_window_ms: How old a signed request may be when the venue looks at it.
        request_timeout_s: For one request or one acknowledgement.
        history_days: How far back histories go. The venue answers for seven days at a time.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    recv_window_ms: int = Field(default=5000, gt=0, le=60_000)
    request_timeout_s: float = Field(default=5.0, gt=0)
    history_days: int = Field(default=7, gt=0, le=730)

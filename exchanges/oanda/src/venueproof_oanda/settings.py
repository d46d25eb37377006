"""What a user must tell the connector."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class OandaSettings(BaseModel):
    """Credentials and limits of one connection; this venue shows nothing without a token.

    Attributes:
        token: A personal access token.
        account_id: ``101-004-1234567-001``.
        request_timeout_s: For one request or one acknowledgement.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    token: SecretStr | None = None
    account_id: str | None = None
    request_timeout_s: float = Field(default=5.0, gt=0)

"""What a program is told when it is connected."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ProgramSettings(BaseModel):
    """Credentials, and whatever else is set: all of it goes to the program as it is.

    Attributes:
        keys: Private keys by algorithm: ``{"ed25519": {"api_key": ..., "private_key": PEM}}``.
        protocol: Date of the venue's protocol; ``None`` is today's.
        reply_within_s: How long the program may take for any reply.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    token: SecretStr | None = None
    account_id: str | None = None
    keys: dict[str, dict[str, SecretStr]] = Field(default_factory=dict)
    protocol: str | None = None
    reply_within_s: float = Field(default=20.0, gt=0)

    def for_program(self) -> dict[str, Any]:
        """Plain values; what is not set is left out."""
        values = self.model_dump(exclude_none=True, exclude={"reply_within_s"})
        plain: dict[str, Any] = _plain(values)
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value.get_secret_value() if isinstance(value, SecretStr) else value

"""Opening a world, and what it tells of itself."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from venueproof_core.control.steering import MAXIMUM_EVENTS_PER_S
from venueproof_core.control.words import ControlModel


class AccountSpec(ControlModel):
    """An account to fund. Credentials are made by the world and returned by it."""

    name: str = "main"
    balances: dict[str, Decimal] | None = None
    fee_tier: int = 0


class WorldSpec(ControlModel):
    """A world to open.

    Attributes:
        protocol: Date of the protocol profile, ``2026-11-20``; ``None`` is the newest.
        cadence: ``immediate`` sends conflated stream events at once after each change, so that nothing
            need wait; ``timed`` follows the venue's cadence on the timer clock.
        is_free_running: The market moves by itself (``venueproof simulate``); else it stands still.
        events_per_s: Of each instrument, while it runs free; see ``SetFlow``.
    """

    seed: int = 0
    protocol: str | None = None
    cadence: Literal["immediate", "timed"] = "immediate"
    is_free_running: bool = False
    events_per_s: float = Field(default=10.0, ge=0, le=MAXIMUM_EVENTS_PER_S)
    accounts: list[AccountSpec] = Field(default_factory=lambda: [AccountSpec()])


class Credentials(ControlModel):
    """What an account signs with; which fields are set depends on the venue.

    Attributes:
        keys: Private keys by algorithm (``ed25519``, ``rsa``): ``{"api_key": ..., "private_key": PEM}``.
    """

    api_key: str | None = None
    api_secret: str | None = None
    token: str | None = None
    account_id: str | None = None
    keys: dict[str, dict[str, str]] = Field(default_factory=dict)


class ControlAddress(ControlModel):
    """Where the control plane listens, and the token that opens it."""

    url: str
    token: str


class WorldInfo(ControlModel):
    """An open world. ``venueproof simulate`` prints it, with ``control``, as its one JSON line.

    Attributes:
        ca_certificate: With TLS: path of the certificate that clients are to trust.
    """

    venue: str
    endpoints: dict[str, str]
    credentials: Credentials
    symbols: list[str]
    seed: int
    world: str = ""
    control: ControlAddress | None = None
    protocol: str | None = None
    ca_certificate: str | None = None

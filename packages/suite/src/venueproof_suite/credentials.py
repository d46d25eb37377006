"""Which parts of an account's credentials are secret."""

from venueproof_core.control import Credentials


def secrets_of(credentials: Credentials) -> list[str]:
    """What nobody may print."""
    found = [credentials.api_secret, credentials.token]
    found += [key.get("private_key") for key in credentials.keys.values()]
    return [secret for secret in found if secret]


def identifiers_of(credentials: Credentials) -> list[str]:
    """What opens nothing by itself, and is masked wherever it is shown."""
    found = [credentials.api_key, *(key.get("api_key") for key in credentials.keys.values())]
    return [identifier for identifier in found if identifier]

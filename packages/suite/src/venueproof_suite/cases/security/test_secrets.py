"""Secrets, and where they must not turn up."""

import contextlib
import io
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Credentials, Match, Operation
from venueproof_core.errors import VenueError
from venueproof_core.scrubbing import Scrubber
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.checked import client_of
from venueproof_suite.loading import settings_for


def _secrets(credentials: Credentials) -> list[str]:
    found = [credentials.api_secret, credentials.token]
    found += [key.get("private_key") for key in credentials.keys.values()]
    return [secret for secret in found if secret]


@contextlib.contextmanager
def _overheard() -> Iterator[io.StringIO]:
    """Everything that is printed, or logged at any level."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            yield text
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@case(
    "security/secrets/never-shown",
    level=Level.MUST,
    needs=[Capabilities.signed_requests],
    hunts=[BugClass.security],
    steering=Steering.CONTROL,
    calls=["place", "cancel", "order", "balances"],
)
async def test_secrets_are_never_shown(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """No secret is printed, logged at any level, or shown by settings, connector or errors, however encoded.

    Logs are shipped, shared and kept. One line with a secret is an account that anybody can empty.
    """
    shown: dict[str, str] = {}
    request = orders.far_from_market()
    with _overheard() as log:
        client = await connect()
        await client.place(request)
        await client.cancel(request.symbol, client_order_id=request.client_order_id)
        match = Match(operation=Operation.BALANCES)
        await world.fault("replace_body", match=match, count=None, status=502, body="html")
        errors = [
            await _error_of(client.order(request.symbol, client_order_id="no-such-order")),
            await _error_of(client.balances()),
        ]
    given = settings_for(connector_declaration, world.info.credentials, world.info.protocol)
    shown["log and output"] = log.getvalue()
    shown["settings"] = f"{given} {given!r}"
    shown["connector"] = f"{client_of(client)!r} {vars(client_of(client))}"
    shown["errors"] = "".join(line for e in errors for line in [repr(e), *_trace(e)])
    scrubber = Scrubber(_secrets(world.info.credentials))
    leaks = [where for where, text in shown.items() if scrubber.text(text) != text]
    assert leaks == [], f"a secret is shown by: {', '.join(leaks)}"


async def _error_of(call: Awaitable[Any]) -> Exception | None:
    try:
        await call
    except VenueError as error:
        return error
    return None


def _trace(error: Exception | None) -> list[str]:
    return [] if error is None else traceback.format_exception(error)

"""Methods of the WebSocket API about the connection itself: who it is, and what it is told.

Source: WebSocket API page, "Session authentication", "User Data Stream subscriptions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.parameters import whole
from venueproof_binance.dialect.routing import row
from venueproof_binance.dialect.sessions import Session
from venueproof_binance.dialect.user_data import stream_of
from venueproof_core.control import Channel, Operation
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call, Refuse, StreamEvent

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

CONCURRENT = 1000
LIFETIME = 65_535
NOT_ACTIVE = (-2036, "User Data Stream subscription not active.", 400)


def subscribe(dialect: BinanceDialect, call: Call) -> Any:
    """Start the private stream on this connection, for whoever signed or has logged on."""
    connection = dialect.websocket_api.connection(call)
    session: Session = connection.state
    owner = dialect.account_of(call).name
    if owner in session.subscriptions.values():
        raise Refuse(-2035, "User Data Stream subscription already active.")
    if len(session.subscriptions) >= CONCURRENT or session.next_subscription >= LIFETIME:
        raise Refuse(-2042, "Maximum subscription ID reached for this connection.")
    occasion = StreamEvent(
        name=stream_of(owner), payload=b"", channel=Channel.PRIVATE, connection=connection.id
    )
    if dialect.world.faults.refuses_subscription(connection, occasion.name, occasion):
        raise errors.of(errors.KEY_REJECTED)
    number_of = session.next_subscription
    session.next_subscription += 1
    session.subscriptions[number_of] = owner
    if call.path == "userDataStream.subscribe":
        session.by_logon.add(number_of)
    connection.channels[stream_of(owner)] = Channel.PRIVATE
    dialect.world.hub.subscribe(connection, [stream_of(owner)])
    return {"subscriptionId": number_of}


def unsubscribe(dialect: BinanceDialect, call: Call) -> Any:
    """Stop one private stream of this connection, or all."""
    connection = dialect.websocket_api.connection(call)
    session: Session = connection.state
    numbers = list(session.subscriptions)
    if "subscriptionId" in call.parameters:
        numbers = [whole(call, "subscriptionId", default=0)]
    if not numbers or any(number_of not in session.subscriptions for number_of in numbers):
        raise errors.of(NOT_ACTIVE)
    for number_of in numbers:
        _end(dialect, connection, number_of)
    return {}


def _end(dialect: BinanceDialect, connection: Connection, number_of: int) -> None:
    session: Session = connection.state
    owner = session.subscriptions[number_of]
    dialect.user_data.terminated(connection, owner)
    del session.subscriptions[number_of]
    session.by_logon.discard(number_of)
    connection.channels.pop(stream_of(owner), None)
    dialect.world.hub.unsubscribe(connection, [stream_of(owner)])


def subscriptions(dialect: BinanceDialect, call: Call) -> Any:
    """The private streams of this connection."""
    session: Session = dialect.websocket_api.connection(call).state
    return [{"subscriptionId": number_of} for number_of in session.subscriptions]


def logon(dialect: BinanceDialect, call: Call) -> Any:
    """Authenticate the connection; a second logon switches its key."""
    session: Session = dialect.websocket_api.connection(call).state
    session.api_key = call.parameters["apiKey"]
    session.account = dialect.account_of(call).name
    session.authorized_ns = dialect.world.stamps.time_ns()
    return status(dialect, call)


def status(dialect: BinanceDialect, call: Call) -> Any:
    """Who the connection is."""
    connection = dialect.websocket_api.connection(call)
    session: Session = connection.state
    since = session.authorized_ns
    return {
        "apiKey": session.api_key,
        "authorizedSince": None if since is None else dialect.stamp(since, call),
        "connectedSince": dialect.stamp(connection.state.connected_ns, call),
        "returnRateLimits": session.returns_rate_limits,
        "serverTime": dialect.stamp(dialect.world.stamps.time_ns(), call),
        "userDataStream": bool(session.subscriptions),
    }


def logout(dialect: BinanceDialect, call: Call) -> Any:
    """Forget who the connection is, and end what stood on that."""
    connection = dialect.websocket_api.connection(call)
    session: Session = connection.state
    for number_of in sorted(session.by_logon):
        _end(dialect, connection, number_of)
    session.api_key = session.account = session.authorized_ns = None
    return status(dialect, call)


# Security: LOGON is a signature that must be Ed25519; SESSION a logon before.
ROUTES = (
    row(
        "userDataStream.subscribe.signature",
        Operation.OPEN_PRIVATE_STREAM,
        subscribe,
        2,
        security="USER_DATA",
    ),
    row(
        "userDataStream.subscribe", Operation.OPEN_PRIVATE_STREAM, subscribe, 2, security="SESSION"
    ),
    row(
        "userDataStream.unsubscribe",
        Operation.CLOSE_PRIVATE_STREAM,
        unsubscribe,
        2,
        "subscriptionId",
    ),
    row("session.subscriptions", Operation.OTHER, subscriptions, 2),
    row("session.logon", Operation.LOGIN, logon, 2, security="LOGON"),
    row("session.status", Operation.OTHER, status, 2),
    row("session.logout", Operation.OTHER, logout, 2),
)

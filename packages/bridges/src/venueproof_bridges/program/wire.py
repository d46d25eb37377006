"""What stands on a line, and which of our types belongs to which method."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from venueproof_core import errors
from venueproof_core.errors import MalformedMessageError, Outcome, Retry, VenueError
from venueproof_core.models import Balance, Candle, Fill, Order, OrderBook, TopOfBook, Trade
from venueproof_core.venue import PrivateConnector, PublicConnector

PAGE = "docs/guides/connector-protocol.md"
WRITES = frozenset(
    {"place", "cancel", "cancel_all", "amend", "replace", "place_list", "cancel_list"}
)
STREAMS: Mapping[str, type] = {
    "stream_order_book": OrderBook,
    "stream_trades": Trade,
    "stream_top_of_book": TopOfBook,
    "stream_candles": Candle,
    "stream_orders": Order,
    "stream_fills": Fill,
    "stream_balances": Balance,
}
_LONGEST_SHOWN = 500
_ABSENT = msgspec.Raw()


class Line(msgspec.Struct, frozen=True):
    """One line of the program: a reply (``id``), or something of a stream (``stream``)."""

    id: int | None = None
    stream: int | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    value: msgspec.Raw = _ABSENT
    error: msgspec.Raw = _ABSENT
    end: bool = False


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error as the program tells it.

    Attributes:
        is_canceled / placed: What a ``PartlyReplacedError`` says besides.
    """

    kind: str = msgspec.field(name="class")
    message: str
    outcome: Outcome
    code: str | None = None
    status: int | None = None
    retry: Retry | None = None
    retry_after_s: float | None = None
    is_canceled: bool = True
    placed: Order | None = None


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``connect``.

    Attributes:
        methods: Names of the methods that the program has.
    """

    methods: list[str]


class Method(msgspec.Struct, frozen=True):
    """One method of a connector.

    Attributes:
        returns: Type of its result; of one value where it is a stream.
    """

    name: str
    signature: inspect.Signature
    returns: Any

    def parameters(self, arguments: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
        """What was passed, by name."""
        bound = self.signature.bind(None, *arguments, **options)
        given = dict(bound.arguments)
        del given["self"]
        return given


def _methods() -> dict[str, Method]:
    found = {}
    for protocol in (PublicConnector, PrivateConnector):
        for name, function in vars(protocol).items():
            if name.startswith("_") or name == "aclose" or not inspect.isfunction(function):
                continue
            returns: Any = STREAMS.get(name)
            if returns is None:
                returns = get_type_hints(function)["return"]
                if get_origin(returns) is Sequence:
                    returns = list[get_args(returns)[0]]  # type: ignore[misc]
            found[name] = Method(name, inspect.signature(function), returns)
    return found


METHODS: Mapping[str, Method] = _methods()
ERRORS: Mapping[str, type[VenueError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, VenueError)
}
# They need more than a line can say.
_PLAINER = {"SequenceGapError": errors.ProtocolError}


def failure_outcome(operation: str) -> Outcome:
    """What is known of an operation whose reply is none."""
    return Outcome.UNKNOWN if operation in WRITES else Outcome.NOT_APPLIED


def as_error(raw: msgspec.Raw, *, venue: str, operation: str) -> Exception:
    """The exception for an error that the program tells.

    Raises:
        msgspec.MsgspecError: It is malformed, or names no class of ours.
    """
    failure = msgspec.json.decode(raw, type=Failure)
    if failure.kind == "NotImplementedError":
        return NotImplementedError(failure.message)
    kind = _PLAINER.get(failure.kind) or ERRORS.get(failure.kind)
    if kind is None:
        known = ", ".join(sorted(ERRORS))
        raise msgspec.ValidationError(f"{failure.kind!r} is none of {known} - at `$.error.class`")
    halves: dict[str, Any] = {}
    if kind is errors.PartlyReplacedError:
        halves = {"is_canceled": failure.is_canceled, "placed": failure.placed}
    return kind(
        failure.message,
        venue=venue,
        operation=operation,
        outcome=failure.outcome,
        code=failure.code,
        status=failure.status,
        retry=failure.retry,
        retry_after_s=failure.retry_after_s,
        **halves,
    )


def malformed(
    problem: str, *, venue: str, operation: str, sent: str, expected: str, received: bytes
) -> MalformedMessageError:
    """The error for a line that does not follow the protocol: it says all that helps to repair the program."""
    text = received.decode("utf-8", "replace").rstrip("\n")
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
    return MalformedMessageError(
        f"the program does not follow the protocol: {problem}\n"
        f"  sent:     {sent}\n"
        f"  expected: {expected}\n"
        f"  received: {shown}\n"
        f"  read:     {PAGE}",
        text=shown,
        venue=venue,
        operation=operation,
        outcome=failure_outcome(operation),
    )


def shape_of(returns: Any) -> str:
    """A type in words, with the fields of our models."""
    if get_origin(returns) is list:
        return f"[{shape_of(get_args(returns)[0])}, ...]"
    if inspect.isclass(returns) and issubclass(returns, msgspec.Struct):
        fields = ", ".join(field.encode_name for field in msgspec.structs.fields(returns))
        return f"{returns.__name__} {{{fields}}}"
    return "null" if returns is type(None) else getattr(returns, "__name__", str(returns))

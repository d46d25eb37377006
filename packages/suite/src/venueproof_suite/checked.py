"""A face before the connector that adds nothing but clear words.

A method it lacks and a value of the wrong type would otherwise surface as an ``AttributeError`` somewhere
in a case, which speaks against the case.
"""

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

from venueproof_core.venue import Omission, PrivateConnector, PublicConnector
from venueproof_suite.deadlines import shown, violated
from venueproof_suite.errors import MissingMethod

_OWN = frozenset({"aclose"})


def _promises() -> dict[str, tuple[type, bool]]:
    """Method to the type it returns, and whether a sequence of it."""
    found: dict[str, tuple[type, bool]] = {}
    for protocol in (PublicConnector, PrivateConnector):
        for name, method in vars(protocol).items():
            if name.startswith("_") or not inspect.iscoroutinefunction(method):
                continue
            returned = get_type_hints(method)["return"]
            if isinstance(returned, type):
                found[name] = (returned, False)
            elif get_origin(returned) is Sequence:
                found[name] = (get_args(returned)[0], True)
    found.pop("aclose")
    return found


_PROMISES = _promises()


class CheckedConnector:
    """The connector's object, its return types checked.

    Args:
        leaves_out: Method to why the connector does not have it.
        asked: Takes the name of every method that is asked for.
    """

    def __init__(self, client: Any, leaves_out: Mapping[str, Omission], asked: set[str]) -> None:
        self._client = client
        self._leaves_out = leaves_out
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        method = None if name in self._leaves_out else getattr(self._client, name, None)
        if method is None:
            raise MissingMethod(why_missing(name, self._leaves_out))
        self._asked.add(name)
        promised = _PROMISES.get(name)
        if promised is not None:
            method = _checking(name, method, *promised)
        # Kept on the instance, so that the next use costs a plain attribute.
        self.__dict__[name] = method
        return method


def client_of(connector: Any) -> Any:
    """The connector's own object behind this face."""
    return vars(connector).get("_client", connector)


def why_missing(name: str, leaves_out: Mapping[str, Omission]) -> str:
    """One line on a method the connector does not have."""
    omission = leaves_out.get(name)
    if omission is None:
        return f"the connector has no method {name}()"
    source = f" {omission.source}" if omission.source else ""
    return f"the connector leaves out {name}(): {omission.reason}{source}"


def methods_of(
    client: Any, leaves_out: Mapping[str, Omission], names: typing.Iterable[str]
) -> list[str]:
    """Which of the names are methods the connector's object has, sorted."""
    return sorted(
        name
        for name in names
        if name not in leaves_out and name not in _OWN and callable(getattr(client, name, None))
    )


def _checking(
    name: str, method: Callable[..., Awaitable[Any]], promised: type, is_sequence: bool
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(method)
    async def call(*arguments: Any, **options: Any) -> Any:
        value = await method(*arguments, **options)
        if promised is type(None):
            return value
        wrong = _wrong(value, promised, is_sequence)
        if wrong is not None:
            wanted = f"a sequence of {promised.__name__}" if is_sequence else promised.__name__
            violated(
                f"{name}() returned {wrong}, not {wanted}", expected=wanted, observed=shown(value)
            )
        return value

    return call


def _wrong(value: Any, promised: type, is_sequence: bool) -> str | None:
    if not is_sequence:
        return None if isinstance(value, promised) else type(value).__name__
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        return type(value).__name__
    odd = next((item for item in value if not isinstance(item, promised)), None)
    return None if odd is None else f"a sequence with {type(odd).__name__} in it"

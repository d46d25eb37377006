"""Connectors by name, or from a factory of the user's: ``pkg.module:factory``."""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel, ValidationError

from venueproof_core.control import Credentials
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins
from venueproof_core.venue import Connector, Venue

_CREDENTIALS = ("api_key", "api_secret", "token", "account_id", "keys")


def find_connector(plugins: Plugins, venue: Venue, name: str) -> Connector:
    """The connector that the command line names.

    Args:
        name: Of a registered connector, a bridge's with its argument (``cmd:PROGRAM``), or
            ``pkg.module:factory``.

    Raises:
        ConfigurationError: There is none; the text says what is wrong with the name.
    """
    if ":" not in name or plugins.is_bridged(name):
        return plugins.connector(venue.name, name)
    return _from_factory(venue, name)


def settings_for(
    connector: Connector, credentials: Credentials, protocol: str | None, **overrides: Any
) -> BaseModel | SimpleNamespace:
    """Fill the connector's settings from a world's or a real target's credentials.

    A connector without a settings model gets a plain object with the credentials as attributes.

    Raises:
        ConfigurationError: The settings refuse them: a credential is missing.
    """
    values: dict[str, Any] = {name: getattr(credentials, name) for name in _CREDENTIALS}
    values["protocol"] = protocol
    if connector.settings is None:
        return SimpleNamespace(**values, **overrides)
    fields = connector.settings.model_fields
    # What there is nothing to say about keeps the model's default.
    known = {name: value for name, value in values.items() if name in fields and value is not None}
    try:
        return connector.settings.model_validate(known | overrides)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigurationError(
            f"settings of {connector.venue}/{connector.name}: {place}: {first['msg']}"
        ) from error


def _from_factory(venue: Venue, name: str) -> Connector:
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise ConfigurationError(f"connector {name!r}: write pkg.module:factory")
    # As with ``python -m``: a module beside the user is found.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise ConfigurationError(
            f"connector {name!r}: module {module_name!r} cannot be imported:"
            f" {type(error).__name__}: {error}"
        ) from error
    factory = getattr(module, attribute, None)
    if isinstance(factory, Connector):
        if factory.venue != venue.name:
            raise ConfigurationError(
                f"connector {name!r} is for {factory.venue!r}, not for {venue.name!r}"
            )
        return factory
    if not callable(factory):
        found = "nothing" if factory is None else type(factory).__name__
        raise ConfigurationError(
            f"connector {name!r}: {attribute!r} is {found}; it must be a function"
            " (settings, endpoints, *, clock) that returns the connector"
        )
    return Connector(
        venue=venue.name,
        name=name,
        connect=_connect_by(factory, name),
        version=str(getattr(module, "__version__", "0")),
        takes_clock=bool(getattr(factory, "takes_clock", False)),
        dead_stream_s=getattr(factory, "dead_stream_s", None),
    )


def _connect_by(factory: Callable[..., Any], name: str) -> Callable[..., Any]:
    parameters = _parameters(factory)
    takes_clock = (
        parameters is None
        or "clock" in parameters
        or any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())
    )

    async def connect(settings: Any, endpoints: Mapping[str, str], *, clock: Any) -> Any:
        made = factory(settings, endpoints, **({"clock": clock} if takes_clock else {}))
        if inspect.isawaitable(made):
            made = await made
        if made is None:
            raise TypeError(f"connector {name!r}: the factory returned None, not a connector")
        return made

    return connect


def _parameters(factory: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    try:
        return inspect.signature(factory).parameters
    except (TypeError, ValueError):
        return None  # written in C: it cannot be asked

"""The seams at which a correct connector is broken. Each function gives a ``Defect.apply``.

*Component*: one part of ``venueproof_net`` is replaced (``with_parts``). *Mapping*: one entry of the wire
tables is changed (``with_tables``). *Wire*: a proxy between connector and venue changes what passes
(``with_proxy``); it needs nothing of the connector but that it uses the endpoints it is given.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from venueproof_core import Connector, WireTables
from venueproof_core.errors import ConfigurationError
from venueproof_defects.proxy import Proxy, Rewriter
from venueproof_net import Parts

Apply = Callable[[Connector], Connector]


def with_parts(**replacements: type) -> Apply:
    """Replace parts: ``with_parts(book=BookThatIgnoresGaps)``."""

    def apply(connector: Connector) -> Connector:
        _require_parts(connector)
        correct = connector.connect

        async def connect(settings: Any, endpoints: Any, **more: Any) -> Any:
            parts = more.pop("parts", None) or Parts()
            broken = dataclasses.replace(parts, **replacements)
            return await correct(settings, endpoints, parts=broken, **more)

        return dataclasses.replace(connector, connect=connect)

    return apply


def with_tables(change: Callable[[WireTables], WireTables]) -> Apply:
    """Change the wire tables: ``with_tables(lambda tables: replace(tables, time_unit_ns=10**9))``."""

    def apply(connector: Connector) -> Connector:
        _require_parts(connector)
        if connector.tables is None:
            raise ConfigurationError(
                f"connector {connector.name} of {connector.venue} has no tables"
            )
        correct, broken = connector.connect, change(connector.tables)

        async def connect(settings: Any, endpoints: Any, **more: Any) -> Any:
            return await correct(settings, endpoints, **{**more, "tables": broken})

        return dataclasses.replace(connector, connect=connect, tables=broken)

    return apply


def with_settings(**changes: Any) -> Apply:
    """Connect with other settings than the user gave."""

    def apply(connector: Connector) -> Connector:
        correct = connector.connect

        async def connect(settings: BaseModel, endpoints: Any, **more: Any) -> Any:
            return await correct(settings.model_copy(update=changes), endpoints, **more)

        return dataclasses.replace(connector, connect=connect)

    return apply


def with_proxy(rewriter: type[Rewriter]) -> Apply:
    """Put a proxy with a rewriter of its own in front of the venue, for each connection."""

    def apply(connector: Connector) -> Connector:
        correct = connector.connect

        async def connect(settings: Any, endpoints: Mapping[str, str], **more: Any) -> Any:
            proxy = Proxy(rewriter())
            try:
                inside = await proxy.start(endpoints)
                client = await correct(settings, inside, **more)
            except BaseException:
                await proxy.stop()
                raise
            return _Proxied(client, proxy)

        return dataclasses.replace(connector, connect=connect)

    return apply


class _Proxied:
    """The client, and its proxy, which ends with it."""

    def __init__(self, client: Any, proxy: Proxy) -> None:
        self._client = client
        self._proxy = proxy

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def aclose(self) -> None:
        try:
            await self._client.aclose()
        finally:
            await self._proxy.stop()


def _require_parts(connector: Connector) -> None:
    if not connector.takes_parts:
        raise ConfigurationError(
            f"connector {connector.name} of {connector.venue} takes no parts: "
            "only defects of the wire can be tried on it"
        )

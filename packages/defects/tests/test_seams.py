"""Each seam breaks what it says and leaves the correct connector alone."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from venueproof_core import Connector, WireTables
from venueproof_core.errors import ConfigurationError
from venueproof_defects import Rewriter, with_parts, with_proxy, with_settings, with_tables
from venueproof_net import LocalBook, Parts

TABLES = WireTables(sides={}, statuses={}, time_in_force={}, time_unit_ns=1_000_000)


class Settings(BaseModel):
    window_ms: int = 5000


class Client:
    """Remembers what it was made with."""

    def __init__(self, **given: Any) -> None:
        self.given = given
        self.is_closed = False

    async def aclose(self) -> None:
        self.is_closed = True


async def connect(settings: Any, endpoints: Any, **more: Any) -> Client:
    return Client(settings=settings, endpoints=endpoints, **more)


CORRECT = Connector(venue="any", connect=connect, takes_parts=True, tables=TABLES)


class OtherBook(LocalBook):
    """Any other book."""


def made(connector: Connector) -> Any:
    """What the connector's client was made with."""

    async def whole() -> Any:
        client = await connector.connect(Settings(), {"rest": "http://127.0.0.1:9"}, clock=None)
        await client.aclose()
        return client

    return asyncio.run(whole())


def test_one_part_is_replaced_and_the_others_stay() -> None:
    parts = made(with_parts(book=OtherBook)(CORRECT)).given["parts"]
    assert parts == replace(Parts(), book=OtherBook)


def test_parts_of_two_defects_add_up() -> None:
    class OtherTracker(Parts().tracker):  # type: ignore[misc]
        """Any other tracker."""

    both = with_parts(book=OtherBook)(with_parts(tracker=OtherTracker)(CORRECT))
    parts = made(both).given["parts"]
    assert (parts.book, parts.tracker) == (OtherBook, OtherTracker)


def test_tables_are_changed_for_the_client_and_in_the_declaration() -> None:
    broken = with_tables(
        lambda tables: replace(tables, read_decimal=lambda text: Decimal(float(text)))
    )
    connector = broken(CORRECT)
    tables = made(connector).given["tables"]
    assert tables is connector.tables
    assert tables.read_decimal("0.1") != Decimal("0.1")
    assert CORRECT.tables is TABLES


def test_settings_are_changed() -> None:
    settings = made(with_settings(window_ms=1)(CORRECT)).given["settings"]
    assert settings.window_ms == 1


def test_proxy_stands_between_and_ends_with_the_client() -> None:
    client = made(with_proxy(Rewriter)(CORRECT))
    assert client.given["endpoints"]["rest"].startswith("http://127.0.0.1:")
    assert client.given["endpoints"]["rest"] != "http://127.0.0.1:9"
    assert client.is_closed


def test_connector_without_parts_cannot_be_broken_inside() -> None:
    opaque = replace(CORRECT, takes_parts=False, tables=None)
    for apply in (with_parts(book=OtherBook), with_tables(lambda tables: tables)):
        with pytest.raises(ConfigurationError, match="only defects of the wire"):
            apply(opaque)

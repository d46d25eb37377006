"""The seam for what has no part of its own: a face before the connector, with one method wrong."""

import dataclasses
from typing import Any

from venueproof_core import Connector
from venueproof_defects.seams import Apply


class Face:
    """Passes everything on. A mutation overrides one method of the connector."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


def with_face(face: type[Face]) -> Apply:
    """Put a face before the connector's object; it needs nothing of the connector."""

    def apply(connector: Connector) -> Connector:
        correct = connector.connect

        async def connect(settings: Any, endpoints: Any, **more: Any) -> Any:
            return face(await correct(settings, endpoints, **more))

        return dataclasses.replace(connector, connect=connect)

    return apply

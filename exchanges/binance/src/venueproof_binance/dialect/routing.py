"""Rows of the route tables: a documented request in one line."""

from collections.abc import Callable
from typing import Any

from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Route

Weight = int | Callable[[dict[str, str]], int]


def row(
    name: str,
    operation: Operation,
    handler: Callable[[Any, Any], Any],
    weight: Weight,
    parameters: str = "",
    *,
    security: str = "NONE",
    until: str | None = None,
) -> Route:
    """A route.

    Args:
        name: ``GET depth`` for a path below ``/api/v3``, else the whole path, or a socket's method.
        parameters: Names with spaces between; a trailing ``*`` marks a mandatory one.
    """
    method, _, path = name.partition(" ")
    if path and not path.startswith("/"):
        name = f"{method} /api/v3/{path}"
    return Route(
        name=name,
        operation=operation,
        handler=handler,
        weight=weight,
        parameters=tuple(parameters.split()),
        security=security,
        until=until,
    )

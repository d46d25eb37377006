"""A dialect's table of requests."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from venueproof_core.control import Operation


@dataclass(frozen=True, kw_only=True)
class Route:
    """One documented request.

    Attributes:
        name: Method and path as documented, or the method's name on a socket.
        operation: What it is for, in our words.
        handler: Called with the dialect and the call once validation is through; returns what the
            dialect encodes.
        security: The venue's own word for what must be proved.
        weight: Request weight, or a function of the decoded parameters.
        parameters: Names it takes; a trailing ``*`` marks a mandatory one.
        until: Date of the first protocol profile that no longer has it.
    """

    name: str
    operation: Operation
    handler: Callable[[Any, Any], Any]
    security: str = "NONE"
    weight: int | Callable[[dict[str, str]], int] = 1
    parameters: tuple[str, ...] = ()
    until: str | None = None

    @property
    def mandatory(self) -> tuple[str, ...]:
        """Names of parameters that must be there."""
        return tuple(name[:-1] for name in self.parameters if name.endswith("*"))

    @property
    def allowed(self) -> frozenset[str]:
        """Names of all parameters."""
        return frozenset(name.rstrip("*") for name in self.parameters)

    def is_served(self, protocol: str | None) -> bool:
        """Whether the protocol profile of this date has it; ``None`` is the newest profile."""
        return self.until is None or (protocol is not None and protocol < self.until)

    def weight_of(self, parameters: dict[str, str]) -> int:
        """The weight of one request."""
        return self.weight if isinstance(self.weight, int) else self.weight(parameters)


class RouteTable:
    """Routes by name (``GET /api/v3/depth``)."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[str, Route] = {}
        for route in routes:
            if route.name in self._routes:
                raise ValueError(f"two routes are named {route.name}")
            self._routes[route.name] = route

    def find(self, name: str, protocol: str | None) -> Route | None:
        """The route, if the protocol profile of this date has it; ``None`` is the newest profile."""
        route = self._routes.get(name)
        return route if route is not None and route.is_served(protocol) else None

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes.values())

"""What dialects are written with: routes, parameters, replies, streams, signatures."""

from venueproof_simulator.toolkit.calls import Call, Refuse, Reply
from venueproof_simulator.toolkit.routes import Route, RouteTable
from venueproof_simulator.toolkit.streams import StreamEvent, StreamHub

__all__ = ["Call", "Refuse", "Reply", "Route", "RouteTable", "StreamEvent", "StreamHub"]

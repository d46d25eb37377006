"""One case for each way a connector can misbehave."""

import pytest

from venueproof_core import Level
from venueproof_suite import case

WAYS = (
    "hang",
    "go_on_when_cancelled",
    "block_the_loop",
    "block_out_signals",
    "hold_the_interpreter",
    "crash",
    "exit",
    "interrupt",
    "flood",
    "print_secret",
    "log_secret",
    "raise_secret",
    "leak_socket",
    "leak_task",
    "leak_thread",
    "key_error",
    "instruments",
)


@case(
    "clumsy/way",
    level=Level.MUST,
    variants={way.replace("_", "-"): way for way in WAYS},
)
async def test_clumsy(connector, variant):
    """The connector behaves."""
    await getattr(connector, variant)()


@case("clumsy-client/closes-after-errors", level=Level.MUST)
async def test_closes_after_errors(connector):
    """A caught error leaves nothing behind."""
    with pytest.raises(KeyError):
        await connector.key_error()

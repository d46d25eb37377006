"""``--connector 'cmd:PROGRAM ARGS'``."""

import shlex
import shutil
from collections.abc import Mapping
from functools import partial
from typing import Any

from venueproof_bridges.program.settings import ProgramSettings
from venueproof_core.venue import Connector, Venue

_EXAMPLE = "write cmd:PROGRAM, with arguments as in a shell: 'cmd:python3 my_connector.py'"


class ProgramBridge:
    """Any program as a connector to any venue."""

    name = "cmd"

    def connector_for(self, venue: Venue, argument: str | None = None) -> Connector | None:
        """The program that ``argument`` names; nothing without one."""
        if argument is None:
            return None
        command, refusal = _command(argument)
        return Connector(
            venue=venue.name,
            name=f"{self.name}:{argument}",
            version="0",
            refusal=refusal,
            settings=ProgramSettings,
            connect=partial(_connect, command, venue.name),
        )


def _command(text: str) -> tuple[list[str], str | None]:
    try:
        command = shlex.split(text)
    except ValueError as error:
        return [], f"{error}; {_EXAMPLE}"
    if not command:
        return [], _EXAMPLE
    if shutil.which(command[0]) is None:
        return command, f"there is no program {command[0]!r} here; {_EXAMPLE}"
    return command, None


async def _connect(
    command: list[str],
    venue: str,
    settings: ProgramSettings,
    endpoints: Mapping[str, str],
    *,
    clock: Any,  # noqa: ARG001 - another process goes by its own
) -> Any:
    from venueproof_bridges.program.connector import connect

    return await connect(command, venue, settings, endpoints)

"""Entry point of the command: parse, hand over, and turn whatever comes back into an exit code.

Nothing heavy is imported before the arguments are understood, so that ``--help`` is instant.
"""

import importlib
import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Sequence

from venueproof.parser import COMMANDS, build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["simulate"]:  # the simulator has a parser of its own
        command, options = "simulate", Namespace(arguments=given[1:], verbose=False)
    else:
        options = build_parser().parse_args(given)
        command = options.command
    try:
        return int(importlib.import_module(COMMANDS[command]).run(options))
    except BrokenPipeError:
        # Whoever read us has seen enough (`| head`); Python would complain once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        return _explain(error, is_verbose=options.verbose)


def _explain(error: BaseException, *, is_verbose: bool) -> int:
    from venueproof.exits import exit_code_of

    code, text = exit_code_of(error)
    if is_verbose:
        traceback.print_exception(error)
    print(f"venueproof: error: {text}", file=sys.stderr)  # noqa: T201
    return int(code)

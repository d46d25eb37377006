"""What the command says to its caller, in one place."""

from collections.abc import Iterable

from venueproof_core.errors import ConfigurationError, PluginError
from venueproof_core.verdict import ExitCode

EXIT_CODES: dict[type[BaseException], ExitCode] = {
    ConfigurationError: ExitCode.USAGE,
    PluginError: ExitCode.USAGE,
    KeyboardInterrupt: ExitCode.INCOMPLETE,
    Exception: ExitCode.INCOMPLETE,  # our own mistake: nothing was proved
}
# Of several runs the one that says most: unusable arguments, then what is not whole, then what failed.
_GRAVITY = (ExitCode.COMPLIANT, ExitCode.FAILED, ExitCode.INCOMPLETE, ExitCode.USAGE)


def exit_code_of(error: BaseException) -> tuple[ExitCode, str]:
    """Exit code of an exception that ended the command, and one line about it."""
    code = next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
    if isinstance(error, KeyboardInterrupt):
        return code, "interrupted"
    if code is ExitCode.USAGE:
        return code, " ".join(str(error).split())
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return code, f"{text}; a mistake in venueproof itself: the same command with -v shows where"


def gravest(codes: Iterable[int]) -> ExitCode:
    """Exit code of several runs; nothing ran is incomplete."""
    return max(map(ExitCode, codes), key=_GRAVITY.index, default=ExitCode.INCOMPLETE)

"""Write a set of files so that each of them, and the set, is either the old or the new."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from venueproof_core.errors import ConfigurationError


def write_together(contents: Mapping[Path, bytes]) -> list[Path]:
    """Write all files, making their folders.

    Everything is first written beside its target, then renamed over it. If anything fails before the last
    rename, what was there before is untouched and nothing is left beside it.

    Returns:
        The paths, as given.

    Raises:
        ConfigurationError: A folder cannot be made, or a file cannot be written.
    """
    suffix = f".{os.getpid()}-{secrets.token_hex(4)}.tmp"
    temporaries: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            with _remedy(path):
                # A link is followed: the file it leads to is replaced, not the link.
                target = path.resolve()
                target.parent.mkdir(parents=True, exist_ok=True)
                _refuse_other_than_file(target)
                temporary = target.with_name(f".{target.name}{suffix}")
                temporaries[temporary] = target
                # Not tempfile: its files are for the owner alone, and a report is for whoever may read it.
                with temporary.open("xb") as file:
                    file.write(content)
        for temporary, target in temporaries.items():
            with _remedy(target):
                temporary.replace(target)
    finally:
        for temporary in temporaries:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    return list(contents)


def _refuse_other_than_file(target: Path) -> None:
    # Renaming over /dev/null would destroy it; over a folder it fails when other files are already new.
    if target.exists() and not target.is_file():
        raise ConfigurationError(
            f"cannot write the report: {target} exists and is not a file; name another path"
        )


@contextmanager
def _remedy(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the report: {path}: {error.strerror or error}; make its folder writable "
            "or name another with --report-dir or --html"
        ) from error

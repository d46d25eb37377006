"""What a connector prints and logs: caught per case, capped, and given back as text."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

CAP_BYTES = 1 << 20
# A flood is cut while the case still runs once it has grown to this size on disk.
_CUT_BYTES = 8 * CAP_BYTES


class Output:
    """Standard output and error of this process, sent to a file from now on.

    Appending makes it safe to cut the file while others, child processes too, still write to it.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        for descriptor in (1, 2):
            os.dup2(self._file, descriptor)
        self._flooded = 0

    def take(self) -> tuple[str, int]:
        """What was printed since the last call, and how many bytes of it were too many."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        size = os.fstat(self._file).st_size
        flooded, self._flooded = self._flooded, 0
        if size == 0:
            return "", flooded
        content = os.pread(self._file, min(size, CAP_BYTES), 0)
        os.ftruncate(self._file, 0)
        return content.decode("utf-8", "replace"), flooded + max(0, size - CAP_BYTES)

    def cut_flood(self) -> None:
        """Keep the file small while a case runs; called now and then by the watchdog's thread."""
        size = os.fstat(self._file).st_size
        if size > _CUT_BYTES:
            os.ftruncate(self._file, CAP_BYTES)
            self._flooded += size - CAP_BYTES


class LogLines(logging.Handler):
    """Log records as text, up to the cap."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self._lines: list[str] = []
        self._size = 0
        self._flooded = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        try:
            line = self.format(record)
        except Exception as error:
            line = f"{record.levelname} {record.name}: unprintable record: {error!r}"
        if self._size + len(line) > CAP_BYTES:
            self._flooded += len(line)
            return
        self._size += len(line)
        self._lines.append(line)

    def take(self) -> tuple[str, int]:
        """What was logged since the last call, and how many characters of it were too many."""
        if not self._lines and not self._flooded:
            return "", 0
        taken = "\n".join(self._lines), self._flooded
        self._lines, self._size, self._flooded = [], 0, 0
        return taken


class Memory:
    """Resident memory of this process, read through a kept descriptor: about a microsecond."""

    def __init__(self) -> None:
        self._file = os.open("/proc/self/statm", os.O_RDONLY)
        self._page_kib = os.sysconf("SC_PAGE_SIZE") // 1024

    def resident_kib(self) -> int:
        """Now."""
        return int(os.pread(self._file, 64, 0).split()[1]) * self._page_kib

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._file)


def level_named(name: str) -> int:
    """Number of a log level.

    Raises:
        ValueError: There is no such level.
    """
    levels: dict[str, Any] = logging.getLevelNamesMapping()
    if name.upper() not in levels:
        raise ValueError(f"unknown log level {name!r}; known: {', '.join(sorted(levels))}")
    return int(levels[name.upper()])

"""What the journal says of a case: what it cost, what it exercised, and its last exchanges as text."""

from collections.abc import Container, Sequence

import msgspec

from venueproof_core.results import CaseMetrics

LAST_EXCHANGES = 30
_LONGEST_LINE = 240
_ARROWS = {"request": "->", "frame_in": "->", "reply": "<-", "frame_out": "<-", "answer": "<-"}


class Line(msgspec.Struct):
    """The part of a ``JournalEntry`` that is summed up here."""

    sequence: int
    kind: str
    time_ns: int
    connection: int | None = None
    of: int | None = None
    operation: str | None = None
    channel: str | None = None
    name: str | None = None
    event: str | None = None
    text: str = ""
    status: int | None = None
    code: str | None = None
    book_version: int | None = None
    size: int = 0


def read_lines(journal: bytes) -> list[Line]:
    """Parse a journal."""
    return msgspec.json.decode(journal, type=list[Line])


def count(lines: Sequence[Line], metrics: CaseMetrics) -> None:
    """Add up requests, frames and bytes."""
    for line in lines:
        if line.kind == "request":
            metrics.requests += 1
        if line.kind in ("frame_in", "frame_out", "answer"):
            metrics.frames += 1
        if line.kind in ("request", "frame_in"):
            metrics.bytes_out += line.size
        elif line.kind in ("reply", "frame_out", "answer"):
            metrics.bytes_in += line.size


def documented_exercised(lines: Sequence[Line]) -> list[str]:
    """The venue's names of what was answered with success, and of streams and events that were told, sorted."""
    return sorted(
        {
            line.name
            for line in lines
            if line.name is not None
            and (line.kind == "frame_out" or (line.kind == "reply" and _is_success(line)))
        }
    )


def _is_success(line: Line) -> bool:
    return line.status is not None and line.status < 400


def methods_exercised(lines: Sequence[Line], asked: Container[str]) -> list[str]:
    """Names of the connector methods whose requests and events the venue saw, sorted.

    A request counts once it was answered with success, a stream once it carried an event.

    Args:
        asked: Methods that the case has asked the connector for: others may have been reached on the way.
    """
    operations = {line.sequence: line.operation for line in lines if line.kind == "request"}
    found: set[str] = set()
    for line in lines:
        if line.kind == "reply" and _is_success(line):
            operation = line.operation or operations.get(line.of or 0)
            if operation is not None:
                found.add(_METHODS.get(operation, operation))
        elif line.kind == "frame_out" and line.channel is not None:
            found |= _STREAMS.get(
                (line.channel, line.event), _STREAMS.get((line.channel, None), set())
            )
    return sorted(name for name in found if name in asked)


_METHODS = {"time": "venue_time_ns"}
_STREAMS: dict[tuple[str, str | None], set[str]] = {
    ("order_book", None): {"stream_order_book"},
    ("trades", None): {"stream_trades"},
    ("top_of_book", None): {"stream_top_of_book"},
    ("candles", None): {"stream_candles"},
    ("private", "order"): {"stream_orders"},
    ("private", "fill"): {"stream_orders", "stream_fills"},
    ("private", "balance"): {"stream_balances"},
}


def last_exchanges(lines: Sequence[Line], limit: int = LAST_EXCHANGES) -> list[str]:
    """The last lines as text, oldest first; times count from the first line of all."""
    if not lines:
        return []
    start_ns = lines[0].time_ns
    return [_text(line, start_ns) for line in lines[-limit:]]


def _text(line: Line, start_ns: int) -> str:
    words = [f"#{line.sequence}", f"+{(line.time_ns - start_ns) / 1e6:.1f}ms"]
    words.append(_ARROWS.get(line.kind, "--"))
    words.append(line.kind)
    if line.connection is not None and line.kind not in ("request", "reply"):
        words.append(f"[{line.connection}]")
    words += [word for word in (line.operation, line.channel, line.event) if word is not None]
    if line.of is not None:
        words.append(f"of #{line.of}")
    if line.status is not None:
        words.append(str(line.status))
    if line.code is not None:
        words.append(f"code {line.code}")
    if line.book_version is not None:
        words.append(f"book {line.book_version}")
    text = " ".join(line.text.split())
    if len(text) > _LONGEST_LINE:
        text = f"{text[:_LONGEST_LINE]}..."
    return f"{' '.join(words)}: {text}" if text else " ".join(words)

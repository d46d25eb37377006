"""Text of unknown origin, made fit for one line, a table cell, a code block or an XML document."""

import re
from typing import Any

# Of a transcript or traceback, where it is shown as an excerpt: the end is what says what happened.
TRANSCRIPT_LINES = 12

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Marks that reorder text could make a reason read as its opposite.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#!~$@&])")
_BACKTICKS = re.compile(r"`+")


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return _INVISIBLE.sub("", _BLANKS.sub(" ", text)).strip()


def clipped(text: str, length: int) -> str:
    """At most ``length`` characters; an ellipsis shows that some are missing."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def markdown(text: str) -> str:
    """One line of plain text inside Markdown: nothing in it is markup, a mention or a link."""
    escaped = _MARKDOWN.sub(r"\\\1", one_line(text))
    return escaped.replace("://", ":\\//")


def code(text: str) -> str:
    """One line of code inside Markdown."""
    line = one_line(text)
    if not line:
        return ""
    fence = "`" * (_longest_backticks(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def block(text: str, language: str = "text") -> str:
    """A fenced block of code, whatever fences the text itself holds."""
    body = _CONTROLS.sub("", text.replace("\r\n", "\n")).rstrip("\n")
    fence = "`" * max(3, _longest_backticks(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def xml(text: str) -> str:
    """Text for an XML text node or a quoted attribute; characters XML cannot hold are left out."""
    cleaned = _NOT_XML.sub("", text)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        cleaned = cleaned.replace(character, entity)
    return cleaned.replace("\r", "&#13;")


def xml_attribute(text: str) -> str:
    """Like ``xml``, on one line: XML readers turn line ends of attributes into blanks anyway."""
    return xml(one_line(text))


def without_surrogates(value: Any) -> Any:
    """The value with every string fit for UTF-8; output of child processes may hold half characters."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    return value


def _longest_backticks(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)

"""Find secrets in text and take them out, however they were written into it.

A secret is looked for as it is, percent-encoded, escaped for JSON, HTML or Markdown (nested too), in
hexadecimal and in base64, where it may begin at any of three offsets inside a longer encoded text. To find
that a document is clean takes a few plain substring searches; the one regular expression, which knows every
spelling, is compiled and used only where one of them hits.
"""

import base64
import re
from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from html.entities import codepoint2name

REPLACEMENT = "***"

# Shorter runs of letters and digits are too common to tell that a secret may be there.
_SHORTEST_NEEDLE = 4
# Stripped of blanks, a secret must keep this length, or it would match innocent text.
_SHORTEST_STRIPPED = 6
_SHORTEST_LINE = 16
_RUNS = re.compile(r"[A-Za-z0-9]+")
_PARTS = re.compile(r"(?P<blank>\s+)|(?P<backslash>\\+)|(?P<run>[A-Za-z0-9]+)|(?P<other>.)", re.S)
_BASE64_EDGE = r"[A-Za-z0-9+/_-]"


class Scrubber:
    """Replaces secrets by ``***``. An instance without secrets changes nothing.

    Args:
        secrets: Raw secrets. Each long line of one that spans lines (a private key) counts too. Blank ones are
            left out; it is the caller's part to refuse short ones, which would blot out innocent text.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        raw = list(secrets)
        known = {_stripped(secret) for secret in raw if secret.strip()}
        known |= {line for secret in known for line in _key_lines(secret)}
        # The longest first, so that a secret that contains another is replaced as a whole.
        self._secrets = sorted(known, key=lambda secret: (-len(secret), secret))
        needles = {needle for secret in self._secrets for needle in _needles(secret)}
        self._is_always_suspect = None in needles
        self._needles = sorted(needle for needle in needles if needle is not None)
        self._byte_needles = [needle.encode() for needle in self._needles]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(_every_spelling(secret) for secret in self._secrets))

    def text(self, text: str) -> str:
        """The text without secrets: the same text if there was none in it."""
        if self._is_always_suspect or any(needle in text for needle in self._needles):
            return self._pattern.sub(REPLACEMENT, text)
        return text

    def may_hold(self, document: bytes) -> bool:
        """Whether a secret may be in a UTF-8 document. Fast, and never wrong when it says no."""
        return self._is_always_suspect or any(needle in document for needle in self._byte_needles)


def _stripped(secret: str) -> str:
    # Renderers strip and fold blanks, so those around a secret must not be needed to find it.
    stripped = secret.strip()
    return stripped if len(stripped) >= _SHORTEST_STRIPPED else secret


def _key_lines(secret: str) -> list[str]:
    # Line ends of a key that came through the environment are often spelled as two characters.
    lines = [line.strip() for line in secret.replace("\\n", "\n").splitlines()]
    return [line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----")]


# The same few secrets are looked for again and again: after every case, in everything it has printed.
@lru_cache(maxsize=256)
def _needles(secret: str) -> tuple[str | None, ...]:
    """Substrings of which every text with the secret holds one; ``None`` if some spelling has none."""
    raw = _bytes(secret)
    needles = [_longest_run(text) for text in (secret, *_base64_cores(raw))]
    percent = "".join(f"%{byte:02X}" for byte in raw)
    return *needles, raw.hex(), raw.hex().upper(), percent, percent.lower()


def _longest_run(text: str) -> str | None:
    run = max(_RUNS.findall(text), key=len, default="")
    return run if len(run) >= _SHORTEST_NEEDLE else None


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _base64_cores(raw: bytes) -> list[str]:
    """The base64 characters that the secret alone determines, by its offset in a group of three bytes."""
    cores = []
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        cores.append(encoded[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6])
    return cores


def _every_spelling(secret: str) -> str:
    raw = _bytes(secret)
    spellings = [
        _by_parts(secret),
        "(?i:" + "".join(f"%{byte:02x}" for byte in raw) + ")",
        f"(?i:{raw.hex()})",
    ]
    for offset, core in enumerate(_base64_cores(raw)):
        # A character at an edge holds some bits of the secret and some of its neighbour.
        before = f"{_BASE64_EDGE}?" if offset else ""
        after = f"{_BASE64_EDGE}?" if (offset + len(raw)) % 3 else ""
        spellings.append(f"{before}{_by_parts(core)}{after}(?:=|%(?:25)*(?i:3d))*")
    return "|".join(spellings)


def _by_parts(text: str) -> str:
    """Letters and digits as they are, every other character in all its spellings."""
    return "".join(_part(match) for match in _PARTS.finditer(text))


def _part(match: re.Match[str]) -> str:
    part = match.group()
    if match.lastgroup == "run":
        return part
    if match.lastgroup == "backslash":
        return rf"(?:{_escaped(part[0])}{{{len(part)}}}|\\{{{len(part)},}})"
    if match.lastgroup == "blank":
        escaped = "|".join(_escaped(character) for character in sorted(set(part)))
        return rf"(?:\s|\\+[nrtbf]|\+|<br>|{escaped})" + ("+" if part.isprintable() else "*")
    swapped = {"+": "|-", "/": "|_"}.get(part, "")  # base64 has two alphabets
    # The longer spellings first: ``&`` alone would leave ``amp;`` behind.
    return rf"(?:{_escaped(part)}|\\*+{re.escape(part)}{swapped})" + _optional(part)


def _optional(character: str) -> str:
    # XML cannot hold these, so its renderer drops them.
    code = ord(character)
    return "?" if code < 32 or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) else ""


@cache
def _escaped(character: str) -> str:
    code = ord(character)
    units = character.encode("utf-16-be", errors="surrogatepass")
    name = codepoint2name.get(code, "apos" if character == "'" else "")
    spellings = [
        "".join(f"%(?:25)*{byte:02x}" for byte in _bytes(character)),
        "".join(rf"\\+u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)),
        rf"\\+x{code:02x}",
        f"&(?:amp;)*(?:#0*{code};|#x0*{code:x};" + (f"|{name};)" if name else ")"),
    ]
    return f"(?i:{'|'.join(spellings)})"

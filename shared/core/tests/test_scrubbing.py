"""Secrets are found in every spelling that a client is likely to print."""

import base64
import html
import json
from urllib.parse import quote

import pytest

from venueproof_core.scrubbing import Scrubber

SECRET = 'aZ3/kq+9\\"Vt<w&=e%r 7'
RAW = SECRET.encode()
SPELLINGS = {
    "raw": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent twice": quote(quote(SECRET, safe=""), safe=""),
    "json": json.dumps(SECRET)[1:-1],
    "json in json": json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    "html": html.escape(SECRET),
    "html of json": html.escape(json.dumps(SECRET)[1:-1]),
    "hex": RAW.hex(),
    "hex, upper": RAW.hex().upper(),
    "base64": base64.b64encode(RAW).decode(),
    "base64, urlsafe": base64.urlsafe_b64encode(RAW).decode(),
    "base64, percent": quote(base64.b64encode(RAW).decode(), safe=""),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_is_replaced(spelling: str) -> None:
    assert Scrubber([SECRET]).text(f"key: {spelling}!") == "key: ***!"


@pytest.mark.parametrize("before", [b"", b"k", b"ke", b"key"])
def test_base64_of_a_longer_text_is_replaced_wherever_the_secret_begins(before: bytes) -> None:
    encoded = base64.b64encode(before + RAW + b":rest").decode()

    scrubbed = Scrubber([SECRET]).text(encoded)

    assert "***" in scrubbed
    assert len(scrubbed) < len(encoded) - len(RAW)


def test_text_without_a_secret_is_the_same_object() -> None:
    text = "aZ3 kq9 Vt w e r 7: the parts of a secret in other company"

    assert Scrubber([SECRET]).text(text) is text
    assert Scrubber().text(SECRET) is SECRET


def test_a_document_is_suspect_only_where_a_secret_may_be() -> None:
    scrubber = Scrubber(["0123456789abcdef"])

    assert scrubber.may_hold(b'{"key": "0123456789abcdef"}')
    assert not scrubber.may_hold(b'{"key": "something else"}')


def test_blank_and_missing_secrets_change_nothing() -> None:
    assert Scrubber(["", "  "]).text("a  b") == "a  b"

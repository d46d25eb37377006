"""Secrets are found in every encoding and in every sink, and nothing else is."""

import base64
import html
import json
import re
import string
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from venueproof_core.results import IntegrationTestReport
from venueproof_core.scrubbing import Scrubber
from venueproof_report import closing_table, write_report
from venueproof_report.facts import failing
from venueproof_report.sample import sample_report

ALPHABET = string.ascii_letters + string.digits + string.punctuation + " \n\té比\U0001f680"
secrets = (
    st.text(ALPHABET, min_size=8, max_size=70).map(str.strip).filter(lambda text: len(text) >= 8)
)
KEY = "AKvx93jfKd8zJFqD8djfkdjdie83jdw2"


def encodings(secret: str, before: bytes = b"user:", after: bytes = b":rest") -> dict[str, str]:
    """Name of an encoding to a text that holds the secret in it."""
    raw = secret.encode()
    lower = re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), quote(secret, safe=""))
    forms = {
        "raw": secret,
        "percent": quote(secret, safe=""),
        "percent, slashes kept": quote(secret),
        "percent, plus": quote_plus(secret),
        "percent, lower": lower,
        "percent, all": "".join(f"%{byte:02X}" for byte in raw),
        "percent, all, lower": "".join(f"%{byte:02x}" for byte in raw),
        "hex": raw.hex(),
        "hex, upper": raw.hex().upper(),
        "json": json.dumps(secret)[1:-1],
        "json, not ascii": json.dumps(secret, ensure_ascii=False)[1:-1],
        "json in json": json.dumps(json.dumps(secret)[1:-1])[1:-1],
        "html": html.escape(secret),
    }
    for offset in range(3):
        text = b"x" * offset + raw
        forms[f"base64 at {offset}"] = base64.b64encode(text).decode()
        forms[f"urlsafe base64 at {offset}"] = base64.urlsafe_b64encode(text).decode()
        inside = base64.b64encode(before + b"x" * offset + raw + after).decode()
        forms[f"base64 inside at {offset}"] = inside
        forms[f"percent of base64 inside at {offset}"] = quote(inside, safe="")
    return forms


def base64_core(secret: str, offset: int) -> str:
    """The part of the base64 text that the secret alone determines."""
    encoded = base64.b64encode(b"x" * offset + secret.encode()).decode()
    return encoded[-(-offset * 8 // 6) : (offset + len(secret.encode())) * 8 // 6]


@settings(deadline=None)
@given(secret=secrets)
def test_every_encoding_is_replaced(secret: str) -> None:
    scrubber = Scrubber([secret])

    for name, form in encodings(secret).items():
        scrubbed = scrubber.text(f"<< {form} >>")
        assert scrubbed.startswith("<< "), name
        assert scrubbed.endswith(" >>"), name
        assert "***" in scrubbed, name
        if "inside" not in name and not name.endswith(("at 1", "at 2")):
            assert scrubbed.strip("<> \n\t") == "***", (name, scrubbed)
    for offset in range(3):
        core = base64_core(secret, offset)
        inside = scrubber.text(
            encodings(secret, before=b"a:", after=b"")[f"base64 inside at {offset}"]
        )
        assert core not in inside


@settings(deadline=None)
@given(secret=secrets, other=st.text(ALPHABET, max_size=200))
def test_other_text_is_left_alone(secret: str, other: str) -> None:
    assume(not any(form in other for form in encodings(secret).values()))
    letters = re.findall(r"[A-Za-z0-9]", secret)
    assume(len(letters) >= 6)
    assume(not set("".join(letters)) <= set(other))

    assert Scrubber([secret]).text(other) == other


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """What a reader of each file gets to see."""
    for path in folder.iterdir():
        text = path.read_bytes().decode()
        yield path.name, text
        # Markdown's own escapes must not hide a leak from this test.
        yield path.name, text.replace("\\", "")
        if path.suffix == ".json":
            yield path.name, "\n".join(strings(json.loads(text)))
        elif path.suffix == ".jsonl":
            for line in text.split("\n"):
                yield path.name, "\n".join(strings(json.loads(line or "null")))
        elif path.suffix == ".html":
            block = re.search(r'type="application/json">(.*?)</script>', text, re.S)
            assert block is not None
            yield path.name, "\n".join(strings(json.loads(block.group(1))))
        elif path.suffix == ".xml":
            for element in ElementTree.fromstring(text).iter():
                yield path.name, "\n".join([element.text or "", *element.attrib.values()])


def leaking(forms: list[str]) -> IntegrationTestReport:
    report = sample_report(40, seed=2)
    report.metrics = {form: form for form in forms}
    report.warnings = forms
    report.connector_version = forms[0]
    assert failing(report)
    for result in report.results:
        result.reason = result.observed = " ".join(forms)
        result.transcript = [f"-> GET /x?key={form}" for form in forms]
        result.traceback = result.expected = result.rule = forms[0]
    return report


@settings(max_examples=25, deadline=None)
@given(secret=secrets)
def test_no_sink_shows_a_secret_in_any_encoding(secret: str) -> None:
    forms = encodings(secret)
    with TemporaryDirectory() as place:
        write_report(sample_report(40, seed=2), Path(place))
        innocent = "\n".join(text for _, text in texts(Path(place)))
        sought = {name: form.strip() for name, form in forms.items() if "inside" not in name}
        sought |= {f"folded {name}": " ".join(form.split()) for name, form in sought.items()}
        sought |= {f"bare {name}": form.replace("\\", "") for name, form in sought.items()}
        sought |= {f"core at {offset}": base64_core(secret, offset) for offset in range(3)}
        assume(not any(form in innocent for form in sought.values()))

        write_report(leaking(list(forms.values())), Path(place), secrets=[secret])

        for file, text in texts(Path(place)):
            for name, form in sought.items():
                assert form not in text, (file, name, form)


def test_scrubbed_files_keep_their_structure(tmp_path: Path) -> None:
    write_report(leaking([KEY]), tmp_path, secrets=[KEY])

    report = IntegrationTestReport.model_validate_json((tmp_path / "report.json").read_bytes())
    assert report.warnings == ["***"]
    assert report.results[0].transcript == ["-> GET /x?key=***"]
    assert len(report.results) == 40


@pytest.mark.parametrize("word", ["verdict", "PASSED", "exchange", "transcript", "simulator"])
def test_a_secret_that_is_a_word_of_the_report_cannot_break_it(tmp_path: Path, word: str) -> None:
    report = sample_report(40, seed=2)

    write_report(report, tmp_path, secrets=[word])

    again = IntegrationTestReport.model_validate_json((tmp_path / "report.json").read_bytes())
    assert [result.verdict for result in again.results] == [
        result.verdict for result in report.results
    ]


@pytest.mark.parametrize("secret", ["017951", "".join(["20", "26-11"]), '","id":"', "\\n\\n\\n\\n"])
def test_a_secret_that_looks_like_syntax_cannot_break_a_file(tmp_path: Path, secret: str) -> None:
    write_report(sample_report(200, seed=2), tmp_path, secrets=[secret])

    data = json.loads((tmp_path / "report.json").read_bytes())
    assert len(data["results"]) == 200
    assert ElementTree.fromstring((tmp_path / "junit.xml").read_bytes()).tag == "testsuites"


def test_a_secret_is_not_shown_in_half_where_text_is_shortened(tmp_path: Path) -> None:
    report = sample_report(200, seed=2)
    for result in report.results:
        result.reason = "x" * 140 + KEY
        result.transcript = ["y" * 380 + KEY]
        result.expected = "z" * 3985 + KEY

    paths = write_report(report, tmp_path, secrets=[KEY])

    texts_shown = [path.read_text() for path in paths]
    texts_shown.append(str(closing_table(report, paths, secrets=[KEY])))
    assert not any(KEY[:6] in text for text in texts_shown)


@pytest.mark.parametrize("line_end", ["\n", "\\n"])
def test_each_line_of_a_private_key_is_a_secret(line_end: str) -> None:
    lines = ["MC4CAQAwBQYDK2VwBCIEIJ9vAbCdEf0123456789abcdef", "Zz9876543210zyxwvutsrqponmlk"]
    key = line_end.join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"])

    scrubbed = Scrubber([key]).text(f"{key!r} and {lines[1]} of a -----BEGIN PRIVATE KEY-----")

    assert not any(line in scrubbed for line in lines)
    assert scrubbed.endswith("*** of a -----BEGIN PRIVATE KEY-----")


def test_the_longer_of_two_secrets_goes_as_a_whole() -> None:
    assert Scrubber([KEY, KEY + "suffix"]).text(f"{KEY}suffix") == "***"


@pytest.mark.parametrize("text", [KEY, f" {KEY}\n", f"%20{KEY}%0A"])
def test_blanks_around_a_secret_are_not_needed_to_find_it(text: str) -> None:
    assert KEY not in Scrubber([f" {KEY}\n"]).text(text)


def test_blank_secrets_change_nothing() -> None:
    assert Scrubber(["", "   "]).text("a   b") == "a   b"


def test_terminal_shows_no_secret(tmp_path: Path) -> None:
    table = closing_table(leaking([KEY]), [tmp_path / KEY / "report.json"], secrets=[KEY])

    assert KEY not in str(table)

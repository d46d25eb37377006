"""The reference pages are what the code says."""

from tools import reference_docs
from tools.workspace import ROOT


def test_every_page_is_current() -> None:
    stale = [
        name
        for name, text in reference_docs.pages().items()
        if not (path := ROOT / reference_docs.FOLDER / name).is_file()
        or path.read_text(encoding="utf-8") != text
    ]

    assert stale == [], "run `nox -s docs` and commit what it writes"

"""A fake venue, installed for the suite's own tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FAKES = Path(__file__).parent / "fakes"
collect_ignore = ["fakes"]


@pytest.fixture(scope="session")
def fake_installed() -> Iterator[Path]:
    """The fake venue's package, importable here and in child processes, and no other plugin beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FAKES))
        patch.setenv("PYTHONPATH", str(FAKES))
        patch.setenv("VENUEPROOF_PLUGINS", "fake")
        yield FAKES
        for name in [name for name in sys.modules if name.startswith("fake_venue")]:
            del sys.modules[name]

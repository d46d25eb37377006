"""The guide's examples are real: each is taken from the page and run against a simulator of its own.

Only the port is another one. A Python example that asked for any other host would fail.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path(__file__).parents[4] / "docs/guides/a-fake-binance-for-your-bot.md"
FENCED = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS: dict[str, str] = dict(FENCED.findall(GUIDE.read_text(encoding="utf-8")))
STAY_HERE = """
import sys

def watch(event, arguments):
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "localhost", None):
        raise OSError(f"the example asks for {arguments[0]}")
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] != "127.0.0.1":
        raise OSError(f"the example goes to {arguments[1][0]}")

sys.addaudithook(watch)
"""
Simulate = Callable[..., Any]


def options_of(name: str) -> list[str]:
    """Options of a block that starts the simulator."""
    command = BLOCKS[name].split(">")[0].split()
    assert command[:3] == ["venueproof", "simulate", "binance"]
    return command[3:]


class Page:
    """Runs blocks in one folder, beside the ``venue.json`` of a simulator."""

    def __init__(self, simulate: Simulate, folder: Path) -> None:
        self._simulate = simulate
        self._folder = folder
        self._ports: dict[str, str] = {}
        self.simulator: Any = None

    def start(self, block: str) -> None:
        """Start the simulator as the block does, on a free port."""
        options = options_of(block)
        place = options.index("--port") + 1
        asked, options[place] = options[place], "0"
        self.simulator = self._simulate(*options)
        self._ports[asked] = self.simulator.rest.rsplit(":", 1)[1]
        # As the shell would have written it.
        (self._folder / "venue.json").write_text(self.simulator.line)

    def run(self, block: str) -> str:
        """Run a block to its end; what it printed."""
        text = BLOCKS[block]
        for asked, bound in self._ports.items():
            text = text.replace(f":{asked}", f":{bound}")
        path = self._folder / block
        path.write_text(text)
        (self._folder / "sitecustomize.py").write_text(STAY_HERE)
        paths = [str(self._folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        is_python = block.endswith(".py")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(path)] if is_python else ["sh", "-eu", str(path)],
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{block}: {done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def page(simulate: Simulate, tmp_path: Path) -> Page:
    """The guide in a folder of its own."""
    return Page(simulate, tmp_path)


def needs(*, programs: tuple[str, ...] = (), modules: tuple[str, ...] = ()) -> None:
    """Skip where a tool of the page is not installed; in continuous integration that is a failure."""
    missing = [name for name in programs if shutil.which(name) is None]
    missing += [name for name in modules if importlib.util.find_spec(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"the guide cannot be proved here: no {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def test_every_block_of_the_page_is_run_by_a_test() -> None:
    fences = GUIDE.read_text(encoding="utf-8").count("\n```")
    assert fences == 2 * len(BLOCKS), "a block has no name"
    here = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in BLOCKS if f'"{name}"' not in here] == []


def test_page_names_no_host_but_this_machine() -> None:
    hosts = set(re.findall(r"\b(?:https?|wss?)://([^\s/:\"'`{]+)", GUIDE.read_text()))
    assert hosts == {"127.0.0.1"}


def test_curl(page: Page) -> None:
    needs(programs=("curl", "openssl", "sed"))
    page.start("start")

    depth, candles = page.run("curl_public").replace("}[[", "}\n[[").splitlines()
    assert depth.startswith('{"lastUpdateId":')
    assert candles.startswith("[[")
    assert '"status":"NEW"' in page.run("curl_order")


def test_control_plane(page: Page) -> None:
    needs(programs=("curl", "sed"))
    page.start("start")

    said = page.run("control")
    assert '"api_secret"' in said
    assert '"BTC-USDT":' in said
    assert '"available":"1250000"' in said
    assert '"account":"second"' in said


def test_ccxt(page: Page) -> None:
    needs(modules=("ccxt",))
    page.start("start")

    last, candles, bought, canceled, btc = page.run("ccxt_rest.py").splitlines()
    assert 50_000 < float(last) < 70_000
    assert candles == "24 candles"
    assert bought.startswith("closed 0.01 ")
    assert canceled == "canceled"
    assert btc == "{'free': 20.00999, 'used': 0.0, 'total': 20.00999}"


def test_ccxt_pro(page: Page) -> None:
    needs(modules=("ccxt",))
    page.start("start")

    best, trade, status = page.run("ccxt_stream.py").splitlines()
    assert best.count("[") == 2
    assert all(float(text) > 0 for text in trade.split())
    assert status in ("open", "closed")


def test_python_binance(page: Page) -> None:
    needs(modules=("binance",))
    page.start("start")

    ticker, bought, quantity, trade = page.run("python_binance.py").splitlines()
    assert "'symbol': 'BTCUSDT'" in ticker
    assert bought.startswith("FILLED ")
    assert float(quantity) > 0
    assert "'e': 'trade'" in trade


def test_scenario(simulate: Simulate, tmp_path: Path) -> None:
    (tmp_path / "my_day.toml").write_text(BLOCKS["my_day.toml"])
    simulator = simulate(*options_of("scenario"))

    assert simulator.end() == (0, "")


def test_tls(page: Page) -> None:
    needs(programs=("curl",), modules=("ccxt",))
    page.start("start_tls")

    assert page.run("curl_tls").startswith('{"serverTime":')
    assert int(page.run("ccxt_tls.py")) > 1_700_000_000_000

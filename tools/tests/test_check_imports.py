"""Imports held against declared dependencies."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.check_imports import check
from tools.workspace import Distribution, Workspace


class OnePackage(Workspace):
    def __init__(self, root: Path, distribution: Distribution) -> None:
        self.root = root
        self.distributions = {distribution.name: distribution}


def problems(
    folder: Path,
    files: dict[str, str],
    dependencies: list[str],
    extras: dict[str, list[str]] | None = None,
) -> list[str]:
    for name, text in files.items():
        path = folder / "src/venueproof_kraken" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    distribution = Distribution(
        name="venueproof-kraken",
        folder=folder,
        module="venueproof_kraken",
        dependencies=tuple(Requirement(text) for text in dependencies),
        extras={
            name: tuple(Requirement(t) for t in texts) for name, texts in (extras or {}).items()
        },
    )
    return list(check(distribution, OnePackage(folder, distribution)))


def test_undeclared_import_is_reported_with_its_place(tmp_path: Path) -> None:
    found = problems(tmp_path, {"rest.py": "import os\nimport aiohttp.web\n"}, [])

    assert found == [
        "src/venueproof_kraken/rest.py:2: imports aiohttp, "
        "which venueproof-kraken does not declare for this place"
    ]


def test_declared_own_and_standard_imports_are_fine(tmp_path: Path) -> None:
    text = "import json\nfrom hdrh import histogram\nfrom venueproof_kraken import x\nfrom . import y\n"

    assert problems(tmp_path, {"rest.py": text}, ["hdrhistogram>=0.10"]) == []


def test_unused_dependency_is_reported(tmp_path: Path) -> None:
    assert problems(tmp_path, {"rest.py": ""}, ["aiohttp"]) == [
        "venueproof-kraken: declares aiohttp, and never imports it"
    ]


@pytest.mark.parametrize(
    ("name", "is_allowed"),
    [("dialect/rest.py", True), ("rest.py", False), ("_ccxt_orders.py", False)],
)
def test_simulator_extra_serves_only_the_dialect(
    tmp_path: Path, name: str, is_allowed: bool
) -> None:
    extras = {"simulator": ["venueproof-simulator"]}

    found = problems(tmp_path, {name: "import venueproof_simulator"}, [], extras)

    assert (found == []) is is_allowed, f"{name}: {found}"


def test_extra_serves_modules_named_for_it(tmp_path: Path) -> None:
    extras = {"ccxt": ["ccxt>=4"]}

    assert problems(tmp_path, {"_ccxt_orders.py": "import ccxt"}, [], extras) == []

"""Wheels, and what goes wrong with them."""

import zipfile
from pathlib import Path

import pytest

from tools.wheels import build
from tools.workspace import Workspace


def test_wheel_carries_the_package_and_its_type_marker(tmp_path: Path) -> None:
    build(Workspace().distributions["venueproof-core"], tmp_path)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"venueproof_core/__init__.py", "venueproof_core/py.typed"} <= names


def test_failed_build_ends_with_its_output(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "pyproject.toml").write_text("[project]\nname = 1\n")
    distribution = Workspace().distributions["venueproof-core"]

    with pytest.raises(SystemExit, match="wheels: failed with"):
        build(type(distribution)(name="broken", folder=broken, module="broken"), tmp_path / "dist")

"""What a session installs."""

import json
from pathlib import Path

import pytest

from tools import workspace as workspaces
from tools.workspace import Workspace, connectors_named

PYPROJECT = """
[project]
name = "{name}"
dependencies = {dependencies}
[project.optional-dependencies]
{extras}
[tool.hatch.build.targets.wheel]
packages = ["src/{module}"]
"""


def write(folder: Path, name: str, dependencies: list[str], extras: dict[str, list[str]]) -> None:
    folder.mkdir(parents=True)
    text = PYPROJECT.format(
        name=name,
        module=name.replace("-", "_"),
        dependencies=json.dumps(dependencies),
        extras="\n".join(f"{extra} = {json.dumps(texts)}" for extra, texts in extras.items()),
    )
    (folder / "pyproject.toml").write_text(text)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\nlint = ["ruff>=0.14"]\n')
    write(tmp_path / "shared/core", "venueproof-core", ["pydantic>=2"], {})
    write(
        tmp_path / "packages/simulator", "venueproof-simulator", ["aiohttp", "venueproof-core"], {}
    )
    write(
        tmp_path / "packages/bridges",
        "venueproof-bridges",
        ["venueproof-core"],
        {"ccxt": ["ccxt>=4"]},
    )
    write(tmp_path / "packages/cli", "venueproof", ["rich", "venueproof-bridges"], {})
    write(
        tmp_path / "exchanges/kraken",
        "venueproof-kraken",
        ["venueproof-core"],
        {"simulator": ["venueproof-simulator"]},
    )
    return Workspace(tmp_path)


def test_closure_follows_own_dependencies_and_collects_third_party_ones(
    workspace: Workspace,
) -> None:
    closure = workspace.closure(["venueproof"])

    assert [own.name for own, _ in closure.own] == [
        "venueproof",
        "venueproof-bridges",
        "venueproof-core",
    ]
    assert closure.third_party == ("pydantic>=2", "rich")


def test_closure_with_an_extra_named_later_holds_what_the_extra_needs(workspace: Workspace) -> None:
    closure = workspace.closure(["venueproof-kraken", "venueproof-kraken[simulator]"])

    assert [own.name for own, _ in closure.own] == [
        "venueproof-core",
        "venueproof-kraken",
        "venueproof-simulator",
    ]
    assert dict(closure.own)[workspace.distributions["venueproof-kraken"]] == ("simulator",)


def test_editable_arguments_name_every_own_package_by_path(workspace: Workspace) -> None:
    arguments = workspace.closure(["venueproof-kraken[simulator]"]).editable_arguments()

    assert arguments[::2] == ["--editable"] * 3
    assert arguments[1::2] == [
        str(workspace.root / "shared/core"),
        f"{workspace.root / 'exchanges/kraken'}[simulator]",
        str(workspace.root / "packages/simulator"),
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], False),
        (["--connector", "ccxt"], True),
        (["--connector=ccxt", "-v"], True),
        (["-k", "ccxt"], False),
    ],
)
def test_client_is_installed_only_when_it_is_named(
    workspace: Workspace, arguments: list[str], expected: bool
) -> None:
    third_party = workspace.run_closure(["kraken"], arguments).third_party

    assert ("ccxt>=4" in third_party) is expected, f"{arguments} installs {third_party}"


def test_connector_option_without_a_value_names_nothing() -> None:
    assert connectors_named(["--connector"]) == []


def test_exchanges_are_named_after_their_folders(workspace: Workspace) -> None:
    assert list(workspace.exchanges) == ["kraken"]


def test_recorded_installation_is_known_until_a_pyproject_changes(workspace: Workspace) -> None:
    environment = workspace.root
    assert workspaces.missing(environment, workspace, ["one"])

    workspaces.record(environment, workspace, ["one"])
    workspaces.record(environment, workspace, ["two"])
    assert not workspaces.missing(environment, workspace, ["one"])
    assert not workspaces.missing(environment, workspace, ["two"])

    with (workspace.root / "shared/core/pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert workspaces.missing(environment, workspace, ["one"])


def test_unreadable_record_means_install_again(workspace: Workspace) -> None:
    (workspace.root / workspaces.STAMP).write_text("{")

    assert workspaces.missing(workspace.root, workspace, ["one"])

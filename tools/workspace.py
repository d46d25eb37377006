"""The distributions of this workspace: which need which, and what a session has to install.

Read from the ``pyproject.toml`` files, so that nothing is listed twice.
"""

import hashlib
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
STAMP = "venueproof-installed.json"


@dataclass(frozen=True)
class Distribution:
    """One publishable package of the workspace.

    Attributes:
        folder: Where its ``pyproject.toml`` is.
        module: Its import name.
        commands: Programs that it installs.
    """

    name: str
    folder: Path
    module: str
    commands: tuple[str, ...] = ()
    dependencies: tuple[Requirement, ...] = ()
    extras: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict, hash=False)

    @property
    def source(self) -> Path:
        """The folder that goes on the import path."""
        return self.folder / "src"

    def requirements(self, extras: Iterable[str] = ()) -> Iterator[Requirement]:
        """What it needs, with these extras."""
        yield from self.dependencies
        for extra in extras:
            yield from self.extras.get(extra, ())


@dataclass(frozen=True)
class Closure:
    """Own distributions in the order of their names, with extras, and the third-party requirements of all."""

    own: tuple[tuple[Distribution, tuple[str, ...]], ...]
    third_party: tuple[str, ...]

    def editable_arguments(self) -> list[str]:
        """Arguments for ``pip install``: every own package by path, so that no index is asked for its name."""
        arguments = []
        for distribution, extras in self.own:
            suffix = f"[{','.join(extras)}]" if extras else ""
            arguments += ["--editable", f"{distribution.folder}{suffix}"]
        return arguments


class Workspace:
    """Every distribution below ``shared/``, ``packages/`` and ``exchanges/``, sorted by name."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        found = [
            _read(path)
            for area in ("shared", "packages", "exchanges")
            for path in sorted(root.glob(f"{area}/*/pyproject.toml"))
        ]
        self.distributions = {
            distribution.name: distribution
            for distribution in sorted(found, key=lambda distribution: distribution.name)
        }
        with (root / "pyproject.toml").open("rb") as file:
            self._groups: Mapping[str, list[str]] = tomllib.load(file)["dependency-groups"]

    @property
    def exchanges(self) -> dict[str, Distribution]:
        """Folder name, which is also the venue's name, to its distribution."""
        return {
            distribution.folder.name: distribution
            for distribution in self.distributions.values()
            if distribution.folder.parent.name == "exchanges"
        }

    def group(self, name: str) -> list[str]:
        """Requirements of a dependency group of the root."""
        return list(self._groups[name])

    def sources(self) -> list[str]:
        """All source folders, for tools that read code without installing it."""
        return [str(distribution.source) for distribution in self.distributions.values()]

    def closure(self, wanted: Iterable[str]) -> Closure:
        """All that ``wanted`` need (``venueproof-binance[simulator]``), themselves included."""
        extras: dict[str, set[str]] = {}
        third_party: set[str] = set()
        open_requirements = [Requirement(text) for text in wanted]
        while open_requirements:
            requirement = open_requirements.pop()
            name = canonicalize_name(requirement.name)
            distribution = self.distributions.get(name)
            if distribution is None:
                third_party.add(str(requirement))
                continue
            known = extras.get(name)
            new = requirement.extras - (known or set())
            if known is None:
                open_requirements += distribution.dependencies
            for extra in sorted(new):
                open_requirements += distribution.extras.get(extra, ())
            extras[name] = (known or set()) | new
        own = tuple(
            (self.distributions[name], tuple(sorted(extras[name]))) for name in sorted(extras)
        )
        return Closure(own, tuple(sorted(third_party)))

    def run_closure(self, venues: Sequence[str], arguments: Sequence[str] = ()) -> Closure:
        """What ``venueproof run VENUE... ARGUMENTS`` needs: a connector's extra only when it is named."""
        wanted = ["venueproof", *(f"{self.exchanges[venue].name}[simulator]" for venue in venues)]
        named = set(connectors_named(arguments))
        reachable = [distribution for distribution, _ in self.closure(wanted).own]
        wanted += [
            f"{distribution.name}[{extra}]"
            for distribution in reachable
            for extra in sorted(named & distribution.extras.keys())
        ]
        return self.closure(wanted)

    def full_closure(self) -> Closure:
        """Every distribution with every extra."""
        return self.closure(
            f"{distribution.name}[{','.join(distribution.extras)}]"
            for distribution in self.distributions.values()
        )

    def dependants(self, names: Iterable[str]) -> set[str]:
        """These distributions and all that need them, by an extra too, however indirectly."""
        reached = set(names)
        while True:
            more = {
                distribution.name
                for distribution in self.distributions.values()
                if any(
                    canonicalize_name(requirement.name) in reached
                    for requirement in distribution.requirements(distribution.extras)
                )
            }
            if more <= reached:
                return reached
            reached |= more

    def digest(self) -> str:
        """Changes with any ``pyproject.toml`` and with the Python that reads it."""
        digest = hashlib.sha256(sys.version.encode())
        for path in [self.root, *(each.folder for each in self.distributions.values())]:
            digest.update((path / "pyproject.toml").read_bytes())
        return digest.hexdigest()


def connectors_named(arguments: Sequence[str]) -> list[str]:
    """Values of ``--connector`` in a command line."""
    named: list[str] = []
    for position, argument in enumerate(arguments):
        if argument == "--connector":
            named += arguments[position + 1 : position + 2]
        elif argument.startswith("--connector="):
            named.append(argument.removeprefix("--connector="))
    return named


def missing(environment: Path, workspace: Workspace, arguments: Sequence[str]) -> bool:
    """Whether ``arguments`` must still be installed into a virtual environment."""
    return list(arguments) not in _installed(environment, workspace)


def record(environment: Path, workspace: Workspace, arguments: Sequence[str]) -> None:
    """Remember that they were, until a ``pyproject.toml`` changes."""
    installed = [*_installed(environment, workspace), list(arguments)]
    content = {"digest": workspace.digest(), "installed": installed}
    (environment / STAMP).write_text(json.dumps(content), encoding="utf-8")


def _installed(environment: Path, workspace: Workspace) -> list[list[str]]:
    try:
        content = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return list(content["installed"]) if content["digest"] == workspace.digest() else []


def _read(path: Path) -> Distribution:
    with path.open("rb") as file:
        content = tomllib.load(file)
    project = content["project"]
    (package,) = content["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return Distribution(
        name=canonicalize_name(project["name"]),
        folder=path.parent,
        module=Path(package).name,
        commands=tuple(project.get("scripts", ())),
        dependencies=tuple(Requirement(text) for text in project.get("dependencies", ())),
        extras={
            extra: tuple(Requirement(text) for text in texts)
            for extra, texts in project.get("optional-dependencies", {}).items()
        },
    )

"""Hold every package's imports against the dependencies that it declares.

A package that imports what only a neighbour declares works in this workspace and breaks where it is
installed alone; a dependency that nobody imports is installed for nothing.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.workspace import Distribution, Workspace

# Where a distribution's import name is not its own name.
DISTRIBUTIONS = {
    "_pytest": "pytest",
    "dotenv": "python-dotenv",
    "google": "protobuf",
    "hdrh": "hdrhistogram",
    "xdist": "pytest-xdist",
}
# Declared for what they do when they are there, not to be imported.
NEVER_IMPORTED = {
    "pytest-xdist": "pytest loads it for -n",
}
# Folders of a package that may use what an extra brings; else an extra's own name must be in the path.
EXTRA_FOLDERS = {"simulator": "dialect"}


@dataclass(frozen=True)
class Import:
    """One imported distribution and where it stands."""

    distribution: str
    file: Path
    line: int


def main() -> None:
    """Print every undeclared import and every unused dependency; exit 1 if there is one."""
    workspace = Workspace()
    problems = [
        problem
        for distribution in workspace.distributions.values()
        for problem in check(distribution, workspace)
    ]
    for problem in problems:
        print(problem)
    print(
        f"{len(workspace.distributions)} packages, {len(problems)} undeclared or unused dependencies"
    )
    sys.exit(1 if problems else 0)


def check(distribution: Distribution, workspace: Workspace) -> Iterator[str]:
    """Every difference between what a package imports and what it declares."""
    modules = {other.module: other.name for other in workspace.distributions.values()}
    declared = {canonicalize_name(requirement.name) for requirement in distribution.dependencies}
    used = set()
    for found in imports(distribution, modules):
        used.add(found.distribution)
        allowed = declared | _by_extras(distribution, found.file)
        if found.distribution not in allowed:
            where = found.file.relative_to(workspace.root)
            yield (
                f"{where}:{found.line}: imports {found.distribution}, "
                f"which {distribution.name} does not declare for this place"
            )
    own = set(workspace.distributions)
    for unused in sorted(declared - used - own - NEVER_IMPORTED.keys()):
        yield f"{distribution.name}: declares {unused}, and never imports it"


def imports(distribution: Distribution, modules: dict[str, str]) -> Iterator[Import]:
    """Every imported distribution of a package, the standard library and itself left out.

    Args:
        distribution: Whose sources are read.
        modules: Import names of the workspace, to their distributions.
    """
    for file in sorted(distribution.source.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for name in _imported_names(node):
                top = name.partition(".")[0]
                if top in sys.stdlib_module_names or top == distribution.module:
                    continue
                owner = modules.get(top) or DISTRIBUTIONS.get(top, top)
                yield Import(canonicalize_name(owner), file, getattr(node, "lineno", 0))


def _imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def _by_extras(distribution: Distribution, file: Path) -> set[str]:
    places = file.relative_to(distribution.source).with_suffix("").parts
    return {
        canonicalize_name(requirement.name)
        for extra, requirements in distribution.extras.items()
        if any(EXTRA_FOLDERS.get(extra, extra) in place.strip("_").split("_") for place in places)
        for requirement in requirements
    }


if __name__ == "__main__":
    main()

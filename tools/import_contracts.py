"""Who may import whom, over every package there is: written out for import-linter, then held.

The contracts are made from the workspace, so that a new exchange is under all of them from its first file on.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.workspace import Distribution, Workspace

Contract = Mapping[str, Any]  # a string, or a list of them
# Of packages/ the command alone composes the others.
COMMAND = "venueproof"
CORE = "venueproof_core"
NET = "venueproof_net"
SIMULATOR = "venueproof_simulator"
REPORT = "venueproof_report"
WITHOUT_IO = ("aiohttp", "asyncio", "socket", "subprocess", "tenacity", "websockets")


def main() -> None:
    """Hold all contracts; exit as import-linter does."""
    workspace = Workspace()
    with tempfile.TemporaryDirectory(prefix="venueproof-") as folder:
        config = Path(folder) / "contracts.ini"
        config.write_text(as_ini(workspace), encoding="utf-8")
        done = subprocess.run(
            ["lint-imports", "--no-cache", "--config", str(config)],
            cwd=workspace.root,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(workspace.sources())},
            check=False,
        )
    sys.exit(done.returncode)


def contracts(workspace: Workspace) -> Iterator[Contract]:
    """Every contract of this workspace."""
    by_area: dict[str, list[str]] = {"shared": [], "packages": [], "exchanges": []}
    for distribution in workspace.distributions.values():
        by_area[distribution.folder.parent.name].append(distribution.module)
    packages, exchanges = by_area["packages"], by_area["exchanges"]
    composed = [module for module in packages if module != COMMAND]
    yield {
        "name": "The command composes; packages do not know each other; all stand on shared, net on core",
        "type": "layers",
        "layers": [COMMAND, " | ".join(composed), NET, CORE],
    }
    yield forbidden(
        "Only net reaches the network: report and simulator stand on core alone",
        [REPORT, SIMULATOR],
        [NET],
    )
    yield forbidden(
        "Nobody imports an exchange: it is found through the plugin manager",
        [*packages, *by_area["shared"]],
        exchanges,
    )
    yield forbidden(
        "The contract has no sockets, no processes and no event loop", [CORE], WITHOUT_IO
    )
    for distribution in workspace.exchanges.values():
        yield from _of_exchange(distribution, packages, exchanges)


def forbidden(name: str, sources: Sequence[str], modules: Sequence[str]) -> Contract:
    """These may not import those, directly or through others."""
    return {
        "name": name,
        "type": "forbidden",
        "source_modules": sources,
        "forbidden_modules": modules,
    }


def as_ini(workspace: Workspace) -> str:
    """The contracts as import-linter reads them."""
    modules = sorted(each.module for each in workspace.distributions.values())
    lines = [
        "[importlinter]",
        "include_external_packages = True",
        *_entry("root_packages", modules),
    ]
    for number, contract in enumerate(contracts(workspace), 1):
        lines.append(f"\n[importlinter:contract:{number}]")
        for key, value in contract.items():
            lines += _entry(key, value)
    return "\n".join(lines) + "\n"


def _of_exchange(
    exchange: Distribution, packages: Sequence[str], exchanges: Sequence[str]
) -> Iterator[Contract]:
    module = exchange.module
    dialect = f"{module}.dialect"
    title = exchange.folder.name
    others = [other for other in (*packages, *exchanges) if other not in (module, SIMULATOR)]
    yield forbidden(
        f"{title} imports shared, and nothing of packages but the simulator it plugs into",
        [module],
        others,
    )
    yield {
        **forbidden(f"{title}: only the dialect imports the simulator", [module], [SIMULATOR]),
        "ignore_imports": [f"{dialect}.** -> {SIMULATOR}.**"],
        "unmatched_ignore_imports_alerting": "none",
    }
    yield {
        "name": f"{title}: nobody imports the dialect, the simulator finds it by its entry point",
        "type": "protected",
        "protected_modules": [dialect],
        "allowed_importers": [],
    }
    of_connector = sorted(
        f"{module}.{path.stem}"
        for path in (exchange.source / module).iterdir()
        if path.stem not in ("__init__", "__pycache__", "dialect", "py")
        and (path.suffix == ".py" or path.is_dir())
    )
    yield forbidden(
        f"{title}: the dialect shares nothing with the connector, or the same mistake would cancel out",
        [dialect],
        of_connector,
    )


def _entry(key: str, value: str | Sequence[str]) -> list[str]:
    if isinstance(value, str):
        return [f"{key} = {value}"]
    return [f"{key} =", *(f"    {item}" for item in value)]


if __name__ == "__main__":
    main()

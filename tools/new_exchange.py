"""Write the package of a new exchange: it installs, registers, and says what to write next.

python tools/new_exchange.py kraken [--title "Kraken Spot"]
"""

import argparse
import keyword
import re
import shutil
import string
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).resolve().parent / "exchange_template"
SUFFIX = ".txt"  # Placeholders are no Python: no tool shall take a template for code.
PACKAGE = "package"  # The folder that is named after the exchange.

NEXT = """\
wrote exchanges/{name}: {count} files
next:
  python -m nox -s {name}    # runs every case; each verdict says what is missing
  docs/guides/a-new-exchange.md goes on from there
"""


class UnusableNameError(Exception):
    """The name cannot be an exchange's; the text says why."""


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Write the package; 0, or 2 with one line that says what is wrong, and nothing written."""
    parser = argparse.ArgumentParser(prog="new_exchange", description=__doc__)
    parser.add_argument("name", help="short and lower case: folder, package suffix and nox session")
    parser.add_argument("--title", help="the venue's own name (default: the name, capitalised)")
    options = parser.parse_args(arguments)
    try:
        check_name(options.name, root)
        written = write_package(options.name, options.title or options.name.capitalize(), root)
    except (UnusableNameError, OSError) as error:
        print(f"new_exchange: error: {error}; nothing was written", file=sys.stderr)
        return 2
    print(NEXT.format(name=options.name, count=len(written)), end="")
    return 0


def check_name(name: str, root: Path) -> None:
    """Refuse what cannot be a folder, a module, a session and a venue's name at once.

    Raises:
        UnusableNameError: It is malformed or taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]{1,19}", name) or keyword.iskeyword(name):
        raise UnusableNameError(
            f"{name!r} cannot be an exchange's name: 2 to 20 lower-case letters and digits, a letter first"
        )
    for area in ("exchanges", "packages", "shared"):
        if (root / area / name).exists():
            raise UnusableNameError(f"{area}/{name} exists already")
    if name in _sessions(root):
        raise UnusableNameError(f"{name!r} is the name of a nox session")


def write_package(name: str, title: str, root: Path) -> list[Path]:
    """Fill in the template beside the other exchanges, all of it or nothing.

    Raises:
        UnusableNameError: The title cannot stand in a docstring.
        OSError: It cannot be written.
    """
    if not re.fullmatch(r"[\w.&+ -]{1,40}", title):
        raise UnusableNameError(
            f"the title {title!r} is not of 1 to 40 letters, digits, blanks, and . & + -"
        )
    values = {"name": name, "title": title, "class_name": name.capitalize()}
    exchanges = root / "exchanges"
    with tempfile.TemporaryDirectory(prefix=".new-", dir=exchanges) as folder:
        unfinished = Path(folder) / name
        for source in sorted(path for path in TEMPLATE.rglob("*") if path.is_file()):
            relative = source.relative_to(TEMPLATE).as_posix().removesuffix(SUFFIX)
            target = unfinished / relative.replace(PACKAGE, f"venueproof_{name}", 1)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            filled = string.Template(text).substitute(values)
            target.write_text(_with_sorted_imports(filled), encoding="utf-8")
        shutil.move(unfinished, exchanges / name)
    return sorted(path for path in (exchanges / name).rglob("*") if path.is_file())


def _with_sorted_imports(text: str) -> str:
    """Own imports in the order of their names: where the exchange's stands depends on its name."""
    return re.sub(
        r"(?:^from venueproof_.*\n)+",
        lambda block: "".join(sorted(block[0].splitlines(keepends=True))),
        text,
        flags=re.MULTILINE,
    )


def _sessions(root: Path) -> Iterator[str]:
    """Names that nox knows already: functions, and names given to the decorator."""
    text = (root / "noxfile.py").read_text(encoding="utf-8")
    for name, function in re.findall(
        r"^@nox\.session(?:\((?:.*?name=\"(\w+)\")?.*?\))?\n(?:async )?def (\w+)",
        text,
        re.MULTILINE,
    ):
        yield name or function


if __name__ == "__main__":
    sys.exit(main())

"""Add up the JUnit files of a run and print one closing line: ``N passed, N failed``.

Standard library only: it is called by a Python into which nothing is installed.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree


def main(arguments: Sequence[str] | None = None) -> None:
    """Count below a folder and print."""
    parser = argparse.ArgumentParser(prog="count_results", description=__doc__)
    parser.add_argument("folder", type=Path, help="where junit.xml files are")
    parser.add_argument("--since", type=Path, help="only files newer than this one")
    options = parser.parse_args(arguments)
    after = options.since.stat().st_mtime if options.since else 0.0
    files = [path for path in options.folder.rglob("junit.xml") if path.stat().st_mtime >= after]
    passed, failed = count(files)
    print(f"{passed} passed, {failed} failed")


def count(files: Iterable[Path]) -> tuple[int, int]:
    """Passed and failed test cases of all files; skipped ones are neither."""
    passed = failed = 0
    for path in files:
        for case in ElementTree.parse(path).iter("testcase"):
            outcomes = {child.tag for child in case}
            if outcomes & {"failure", "error"}:
                failed += 1
            elif "skipped" not in outcomes:
                passed += 1
    return passed, failed


if __name__ == "__main__":
    main()

"""Breaks the simulator on purpose: one function at a time, by an edit of its source text.

The edited module is compiled, never run: only the code object of the one function is put in place of the
correct one, so that everybody who holds the function has the broken one, and gets the correct one back.
"""

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType


@dataclass(frozen=True)
class Mistake:
    """One wrong thing that a simulator could do.

    Attributes:
        says: What is wrong, in words.
        where: ``package.module:Class.method``.
        right: Text of that function, found there once.
        wrong: What stands there instead.
        cases: Ids of the cases that catch it in a real run; none: the state machine does.
    """

    says: str
    where: str
    right: str
    wrong: str
    cases: tuple[str, ...] = ()


@contextmanager
def made(mistake: Mistake) -> Iterator[None]:
    """The simulator is wrong inside, in this process."""
    function, broken = _function(mistake), _broken_code(mistake)
    correct = function.__code__
    function.__code__ = broken
    try:
        yield
    finally:
        function.__code__ = correct


def _function(mistake: Mistake) -> FunctionType:
    module, _, path = mistake.where.partition(":")
    found = importlib.import_module(module)
    for name in path.split("."):
        found = inspect.getattr_static(found, name)
    if isinstance(found, property):
        found = found.fget
    function = getattr(found, "__func__", found)
    assert isinstance(function, FunctionType), f"{mistake.where} is no function"
    return function


def _broken_code(mistake: Mistake) -> CodeType:
    function = _function(mistake)
    lines, start = inspect.getsourcelines(function)
    text = "".join(lines)
    count = text.count(mistake.right)
    assert count == 1, (
        f"{mistake.where} has {count} times {mistake.right!r}: it was rewritten, so say anew in"
        f" the table of mistakes how to make it do this: {mistake.says}"
    )
    path = inspect.getsourcefile(function)
    assert path is not None
    with open(path, encoding="utf-8") as file:
        module = file.read().splitlines(keepends=True)
    module[start - 1 : start - 1 + len(lines)] = [text.replace(mistake.right, mistake.wrong)]
    code = _find(compile("".join(module), path, "exec"), function.__qualname__)
    assert code is not None, f"no code of {mistake.where}"
    return code


def _find(code: CodeType, qualname: str) -> CodeType | None:
    """Python names nested code by the way to it since 3.11."""
    if code.co_qualname == qualname:
        return code
    parts = (_find(part, qualname) for part in code.co_consts if isinstance(part, CodeType))
    return next((part for part in parts if part is not None), None)

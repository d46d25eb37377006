"""The decorator refuses what would otherwise be found out too late."""

import pytest

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.errors import PluginError
from venueproof_suite.decorator import REGISTRY, case, case_of


def _function(**changes):
    async def test_quiet_market_stays_quiet(market):
        """A quiet market stays
        quiet.

        Noise costs money.

        Much of it.
        """

    for name, value in changes.items():
        setattr(test_quiet_market_stays_quiet, name, value)
    return test_quiet_market_stays_quiet


@pytest.fixture(autouse=True)
def _clean_registry():
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


def test_docstring_is_rule_and_reason():
    made = case_of(
        case(
            "books/quiet/stays-quiet",
            level=Level.SHOULD,
            needs=[Capabilities.depth_updates],
            hunts=[BugClass.book_gap],
            calls=["stream_order_book"],
            performance=True,
        )(_function())
    )
    assert made is not None
    assert made.rule.text == "A quiet market stays quiet."
    assert made.rule.reason == "Noise costs money.\n\nMuch of it."
    assert made.title == "quiet market stays quiet"
    assert made.area == "books"
    assert made.rule.needs == ("depth_updates",)
    assert made.rule.markers == ("performance",)
    assert not made.is_private
    assert REGISTRY["books/quiet/stays-quiet"] is made


def test_variants_are_one_id_each():
    async def test_it(variant):
        """It holds."""

    made = case_of(case("a/b", level=Level.MUST, variants={"one": 1, "two": 2})(test_it))
    assert made is not None
    assert [rule.id for rule in made.rules()] == ["a/b/one", "a/b/two"]


def test_the_private_face_makes_a_case_private():
    async def test_it(trading):
        """It holds."""

    made = case_of(case("a/private", level=Level.MUST)(test_it))
    assert made is not None
    assert made.is_private


def test_the_same_function_may_be_imported_twice():
    function = _function()
    case("a/again", level=Level.MUST)(function)
    case("a/again", level=Level.MUST)(function)
    assert "a/again" in REGISTRY


@pytest.mark.parametrize(
    ("case_id", "options", "text"),
    [
        ("Books/Quiet", {}, "the id is a path of lower-case words"),
        ("books", {}, "the id is a path of lower-case words"),
        ("a/b", {"needs": ["depth_updates"]}, "needs 'depth_updates', no capability"),
        ("a/b", {"hunts": ["book_gap"]}, "hunts 'book_gap', no BugClass"),
        ("a/b", {"calls": ["plase"]}, "calls 'plase', no method of a connector"),
        ("a/b", {"variants": {"one": 1}}, "the argument `variant` come together"),
        ("a/b", {"needs_clock": True}, "needs_clock is for cases with steering CONTROL"),
    ],
)
def test_what_is_wrong_is_an_error_at_import(case_id, options, text):
    with pytest.raises(PluginError) as refusal:
        case(case_id, level=Level.MUST, **options)(_function())
    assert text in str(refusal.value)


def test_a_missing_docstring_is_an_error():
    with pytest.raises(PluginError, match="no docstring"):
        case("a/b", level=Level.MUST)(_function(__doc__=None))


def test_an_id_defined_twice_is_an_error():
    case("a/twice", level=Level.MUST, steering=Steering.NONE)(_function())

    async def test_other(market):
        """Another rule."""

    with pytest.raises(PluginError, match="'a/twice' is defined twice"):
        case("a/twice", level=Level.MUST)(test_other)

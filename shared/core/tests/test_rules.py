"""Rules and the classes of bugs they hunt."""

from venueproof_core import BugClass, Level, Rule, Steering


def test_bug_classes_are_the_thirty_in_their_order() -> None:
    assert [bug_class.number for bug_class in BugClass] == list(range(1, 31))
    assert BugClass.book_gap.number == 1
    assert BugClass.security.number == 30


def test_rule_steers_nothing_unless_it_says_so() -> None:
    rule = Rule(id="book/snapshot", level=Level.MUST, text="The book is right.")

    assert rule.steering is Steering.NONE
    assert rule.needs == rule.calls == rule.hunts == ()

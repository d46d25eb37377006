"""Every extension point is documented."""

import inspect

from venueproof_core import hookspecs


def hooks() -> dict[str, object]:
    return {
        name: function
        for name, function in vars(hookspecs).items()
        if name.startswith("venueproof_register_")
    }


def test_every_hook_says_what_it_offers_and_returns() -> None:
    assert len(hooks()) == 6
    for name, function in hooks().items():
        text = inspect.getdoc(function) or ""
        assert text.startswith("Offer "), f"{name} does not say what it offers"
        assert "Returns:" in text, f"{name} does not say what it returns"


def test_every_hook_is_marked_as_one() -> None:
    assert all(hasattr(function, "venueproof_spec") for function in hooks().values())

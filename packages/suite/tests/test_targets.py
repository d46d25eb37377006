"""Real environments as targets: what can be reached, and what is refused."""

import pytest

from venueproof_core import Capabilities, Environment, Venue
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins
from venueproof_core.results import EvidenceGrade
from venueproof_suite.settings import RunSettings
from venueproof_suite.targets import (
    REAL_TARGETS,
    find_target,
    missing_credentials,
    replaced_endpoints,
)

VENUE = Venue(
    name="v",
    title="V",
    capabilities=Capabilities(),
    environments=(
        Environment(
            name="testnet",
            endpoints={"rest": "https://test.v.example"},
            credentials={"api_key": "V_TESTNET_API_KEY", "api_secret": "V_TESTNET_API_SECRET"},
        ),
        Environment(name="live", endpoints={"rest": "https://api.v.example"}),
        Environment(name="practice", refusal="V has no practice accounts"),
    ),
)
TARGETS = {target.name: target for target in REAL_TARGETS}
PLUGINS = Plugins(venues={"v": VENUE}, targets=dict(TARGETS))


def test_targets_have_their_grade_and_cannot_be_steered():
    assert {name: target.grade for name, target in TARGETS.items()} == {
        "testnet": EvidenceGrade.TESTNET,
        "practice": EvidenceGrade.TESTNET,
        "live": EvidenceGrade.LIVE,
    }
    assert not any(target.is_steerable for target in REAL_TARGETS)
    assert find_target(PLUGINS, VENUE, "live") is TARGETS["live"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("practice", "V has no practice accounts"), ("testnett", "did you mean 'testnet'")],
)
def test_a_target_that_the_venue_has_not_is_refused_with_the_reason(name, text):
    with pytest.raises(ConfigurationError) as refusal:
        find_target(PLUGINS, VENUE, name)
    assert text in str(refusal.value)


def test_an_environment_that_is_not_described_is_refused(fake_installed):
    with pytest.raises(ConfigurationError, match="unknown environment of Fake Venue: 'practice'"):
        TARGETS["practice"].start("fake", seed=1, environment={})


def test_variables_that_are_missing_are_named():
    environment = {"V_TESTNET_API_KEY": "key"}
    assert missing_credentials(VENUE, TARGETS["testnet"], environment) == ("V_TESTNET_API_SECRET",)
    assert missing_credentials(VENUE, TARGETS["live"], {}) == ()


def test_a_live_host_needs_the_live_target():
    given = {"rest": "https://api.v.example/v3"}
    with pytest.raises(ConfigurationError, match="is live; add --target live if you mean it"):
        replaced_endpoints(VENUE, TARGETS["testnet"], given, RunSettings())
    assert replaced_endpoints(VENUE, TARGETS["live"], given, RunSettings()) == given


def test_the_base_url_of_the_settings_is_the_rest_endpoint():
    settings = RunSettings(integration_test_base_url="https://other.example")
    assert replaced_endpoints(VENUE, TARGETS["testnet"], {}, settings) == {
        "rest": "https://other.example"
    }

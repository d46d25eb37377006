"""Compliance profiles by name and from files."""

import json

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_suite.profiles import read_profile


def test_a_name_or_a_file_gives_a_profile(tmp_path):
    assert read_profile("hft").name == "hft"
    toml = tmp_path / "mine.toml"
    toml.write_text("[thresholds.rest_request_max_ms]\nlimit = 20\n")
    assert read_profile(str(toml)).name == "mine"
    as_json = tmp_path / "other.json"
    as_json.write_text(json.dumps({"name": "x", "thresholds": {"a_max_ms": {"limit": 1}}}))
    assert read_profile(str(as_json)).thresholds["a_max_ms"].limit == 1


def test_limits_of_the_settings_replace_the_profiles():
    profile = read_profile("baseline", {"rest_request_max_ms": 20})
    assert profile.thresholds["rest_request_max_ms"].limit == 20
    assert profile.thresholds["json_parsing_max_ms"].limit == 50


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "No such file"),
        ("[thresholds", "malformed"),
        ("thresholds = 3\n", "thresholds: "),
        ("[thresholds.a_max_ms]\nlimit = 'low'\n", "thresholds.a_max_ms.limit"),
        ("[thresholds.a_max_ms]\nlimit = 1\nweight = 0\n", "thresholds.a_max_ms.weight"),
    ],
)
def test_a_malformed_file_is_named_with_the_place(tmp_path, content, text):
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError) as refusal:
        read_profile(str(path))
    assert str(path) in str(refusal.value)
    assert text in str(refusal.value)


def test_an_unknown_threshold_is_refused_with_near_names():
    with pytest.raises(ConfigurationError, match="did you mean 'rest_request_max_ms'"):
        read_profile("baseline", {"rest_request_max": 20})

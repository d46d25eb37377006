"""Layers of settings, and what a malformed one says."""

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_suite.settings import environment, read_settings


def test_nearer_layers_win(tmp_path):
    (tmp_path / "venueproof.toml").write_text("test_timeout = 1\nrun_performance_tests = false\n")
    (tmp_path / ".env").write_text(
        "TEST_TIMEOUT=2\nINTEGRATION_TEST_RETRY_COUNT=3\nexport BINANCE_KEY='a b'\n"
    )
    surroundings = {"TEST_TIMEOUT": "4", "BINANCE_KEY": ""}
    given = read_settings(tmp_path, environment=surroundings, test_timeout=5)
    assert given.settings.test_timeout == 5
    assert read_settings(tmp_path, environment=surroundings).settings.test_timeout == 4
    below = read_settings(tmp_path, environment={})
    assert below.settings.test_timeout == 2
    assert below.settings.integration_test_retry_count == 3
    assert below.settings.run_performance_tests is False
    assert below.settings.run_integration_tests is False
    assert below.environment["BINANCE_KEY"] == "a b"


def test_nothing_given_is_the_defaults(tmp_path):
    settings = read_settings(tmp_path, environment={}).settings
    assert settings.test_timeout == 30
    assert settings.run_performance_tests
    assert settings.integration_test_timeout is None


def test_thresholds_are_json_or_a_table(tmp_path):
    limits = {"rest_request_max_ms": 20.0}
    text = '{"rest_request_max_ms": 20}'
    given = read_settings(tmp_path, environment={"INTEGRATION_TEST_THRESHOLDS": text})
    assert given.settings.integration_test_thresholds == limits
    (tmp_path / "venueproof.toml").write_text(
        "[integration_test_thresholds]\nrest_request_max_ms = 20\n"
    )
    assert read_settings(tmp_path, environment={}).settings.integration_test_thresholds == limits


@pytest.mark.parametrize(
    ("file", "content", "text"),
    [
        (".env", "A=1\nTEST_TIMEOUT=soon\n", ".env:2: TEST_TIMEOUT = 'soon'"),
        (".env", "A=1\nB='open\n", ".env:2: malformed; write NAME=value"),
        (".env", "JUST_A_NAME\n", ".env:1: malformed"),
        (".env", b"\xff\xfe\x00", ".env: is not UTF-8 text"),
        ("venueproof.toml", "test_timeout = \n", "venueproof.toml: "),
        ("venueproof.toml", "test_timeot = 3\n", "did you mean 'test_timeout'"),
        ("venueproof.toml", "test_timeout = 0\n", "venueproof.toml: test_timeout = '0'"),
        (".env", "INTEGRATION_TEST_THRESHOLDS={\n", "INTEGRATION_TEST_THRESHOLDS"),
        (".env", "INTEGRATION_TEST_LOG_LEVEL=LOUD\n", "unknown log level 'LOUD'"),
        (".env", "INTEGRATION_TEST_BASE_URL=example.org\n", "INTEGRATION_TEST_BASE_URL"),
    ],
)
def test_a_malformed_file_is_named_with_line_or_key(tmp_path, file, content, text):
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / file).write_bytes(data)
    with pytest.raises(ConfigurationError) as refusal:
        read_settings(tmp_path, environment={})
    assert text in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_malformed_variable_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="environment variable RUN_PERFORMANCE_TESTS"):
        read_settings(tmp_path, environment={"RUN_PERFORMANCE_TESTS": "perhaps"})


def test_the_process_goes_before_its_env_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ONE=file\nTWO=file\n")
    monkeypatch.setenv("ONE", "process")
    found = environment(tmp_path)
    assert (found["ONE"], found["TWO"]) == ("process", "file")

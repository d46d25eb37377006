"""Targets by name, and what may be reached through them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from venueproof_core.control import Target
from venueproof_core.errors import ConfigurationError, unknown_name
from venueproof_core.plugins import Plugins
from venueproof_core.results import EvidenceGrade
from venueproof_core.venue import Venue
from venueproof_suite.settings import RunSettings

LIVE = "live"


def find_target(plugins: Plugins, name: str) -> Target:
    """A registered target.

    Raises:
        ConfigurationError: There is none of that name.
    """
    if name not in plugins.targets:
        raise ConfigurationError(unknown_name("target", name, plugins.targets))
    return plugins.targets[name]


def replaced_endpoints(
    venue: Venue, target: Target, given: Mapping[str, str], settings: RunSettings
) -> dict[str, str]:
    """Endpoints that take the place of the target's.

    Raises:
        ConfigurationError: A live host without ``--target live``, or a target that makes its own endpoints.
    """
    if target.is_steerable:
        if given:
            raise ConfigurationError(
                f"--endpoint: the target {target.name} opens its own endpoints; name a real --target"
            )
        return {}
    replaced = dict(given)
    if settings.integration_test_base_url is not None:
        replaced.setdefault("rest", settings.integration_test_base_url)
    if target.grade is not EvidenceGrade.LIVE:
        live = {
            urlsplit(url).hostname
            for environment in venue.environments
            if environment.name == LIVE
            for url in environment.endpoints.values()
        }
        for name, url in replaced.items():
            if urlsplit(url).hostname in live:
                raise ConfigurationError(
                    f"endpoint {name}: {url} is live; add --target live if you mean it"
                )
    return replaced

"""Targets by name; real environments of a venue as targets; and what may be reached through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from venueproof_core.control import Credentials, Target, WorldInfo
from venueproof_core.errors import ConfigurationError, unknown_name
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.results import EvidenceGrade
from venueproof_core.venue import Environment, Venue
from venueproof_suite.settings import RunSettings

LIVE = "live"


@dataclass
class RunningEnvironment:
    """A real environment: there is nothing to start or to end."""

    info: WorldInfo

    def stop(self) -> None:
        """Leave it as it is."""


@dataclass
class RealTarget:
    """The environment of this name that each venue describes."""

    name: str
    grade: EvidenceGrade
    is_steerable: bool = False

    def start(self, venue: str, *, seed: int, environment: Mapping[str, str]) -> RunningEnvironment:
        """Find the environment's endpoints, and its credentials as far as they are set.

        Raises:
            ConfigurationError: The venue has no such environment, or it cannot be used.
        """
        described = environment_of(load_plugins().venue(venue), self.name)
        credentials = {
            name: environment.get(variable) or None
            for name, variable in described.credentials.items()
        }
        return RunningEnvironment(
            WorldInfo(
                venue=venue,
                endpoints=dict(described.endpoints),
                credentials=Credentials.model_validate(credentials),
                symbols=[],
                seed=seed,
            )
        )


REAL_TARGETS = (
    RealTarget("testnet", EvidenceGrade.TESTNET),
    RealTarget("practice", EvidenceGrade.TESTNET),
    RealTarget(LIVE, EvidenceGrade.LIVE),
)


def environment_of(venue: Venue, name: str) -> Environment:
    """A venue's environment of this name.

    Raises:
        ConfigurationError: It has none, or it cannot be used.
    """
    known = {environment.name: environment for environment in venue.environments}
    if name not in known:
        raise ConfigurationError(unknown_name(f"environment of {venue.title}", name, known))
    refusal = known[name].refusal
    if refusal is not None:
        raise ConfigurationError(f"--target {name}: {refusal}")
    return known[name]


def find_target(plugins: Plugins, venue: Venue, name: str) -> Target:
    """A registered target that the venue has.

    Raises:
        ConfigurationError: There is none of that name, or the venue cannot be reached by it.
    """
    if name not in plugins.targets:
        raise ConfigurationError(unknown_name("target", name, plugins.targets))
    target = plugins.targets[name]
    if isinstance(target, RealTarget):
        environment_of(venue, name)
    return target


def missing_credentials(
    venue: Venue, target: Target, environment: Mapping[str, str]
) -> tuple[str, ...]:
    """Variables that a real target's private cases need and that are not set."""
    if not isinstance(target, RealTarget):
        return ()
    variables = environment_of(venue, target.name).credentials.values()
    return tuple(variable for variable in variables if not environment.get(variable))


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

"""What a run is about: venue, connector, target and profile, found by their names."""

from dataclasses import dataclass

from venueproof_core.compliance import Profile
from venueproof_core.control import Target
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.venue import Connector, Venue
from venueproof_suite.loading import find_connector
from venueproof_suite.options import RunOptions
from venueproof_suite.profiles import read_profile
from venueproof_suite.selection import check_suite
from venueproof_suite.settings import RunSettings
from venueproof_suite.targets import find_target, replaced_endpoints


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Everything the options name.

    Attributes:
        endpoints: Those that take the place of the target's.
    """

    plugins: Plugins
    venue: Venue
    connector: Connector
    target: Target
    endpoints: dict[str, str]
    profile: Profile


def find_subject(options: RunOptions, settings: RunSettings) -> Subject:
    """Find everything the options name.

    Raises:
        ConfigurationError: Something does not exist or is malformed; the text says what to do.
    """
    check_suite(options.suite)
    plugins = load_plugins()
    venue = plugins.venue(options.venue)
    target = find_target(plugins, venue, options.target)
    return Subject(
        plugins=plugins,
        venue=venue,
        connector=find_connector(plugins, venue, options.connector),
        target=target,
        endpoints=replaced_endpoints(venue, target, options.endpoints, settings),
        profile=read_profile(options.profile, settings.integration_test_thresholds),
    )

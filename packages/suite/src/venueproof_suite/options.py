"""The plugin's command line, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pytest

DEFAULT_SEED = 1


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What a run is asked to do.

    Attributes:
        run_dir: Where workers write; ``None`` when nobody reads it.
        variants: File with the pairs of defect and cases to run, instead of each case once.
    """

    venue: str
    connector: str = "reference"
    target: str = "simulator"
    endpoints: Mapping[str, str] = field(default_factory=dict)
    suite: str = "full"
    cases: Sequence[str] = ()
    profile: str = "baseline"
    seed: int = DEFAULT_SEED
    report_dir: Path | None = None
    is_strict: bool = False
    allow_live_orders: bool = False
    run_dir: Path | None = None
    variants: Path | None = None

    @classmethod
    def from_config(cls, config: "pytest.Config") -> Self:
        """Read pytest's command line.

        Raises:
            ConfigurationError: An argument is malformed.
        """
        option = config.getoption

        def path(name: str) -> Path | None:
            value = option(name)
            return None if value is None else Path(value)

        return cls(
            venue=option("venueproof_venue"),
            connector=option("venueproof_connector"),
            target=option("venueproof_target"),
            endpoints=parse_endpoints(option("venueproof_endpoints")),
            suite=option("venueproof_suite"),
            cases=tuple(option("venueproof_cases")),
            profile=option("venueproof_profile"),
            seed=option("venueproof_seed"),
            report_dir=path("venueproof_report_dir"),
            is_strict=option("venueproof_strict"),
            allow_live_orders=option("venueproof_allow_live_orders"),
            run_dir=path("venueproof_run_dir"),
            variants=path("venueproof_variants"),
        )

    def arguments(self) -> list[str]:
        """The same as a command line."""
        words = ["--venue", self.venue, "--connector", self.connector, "--target", self.target]
        for name, url in self.endpoints.items():
            words += ["--endpoint", f"{name}={url}"]
        words += ["--suite", self.suite, "--profile", self.profile, "--seed", str(self.seed)]
        for prefix in self.cases:
            words += ["--case", prefix]
        if self.is_strict:
            words.append("--strict-verdicts")
        if self.allow_live_orders:
            words.append("--allow-live-orders")
        for name, path in (("--run-dir", self.run_dir), ("--variants", self.variants)):
            if path is not None:
                words += [name, str(path)]
        return words


def parse_endpoints(texts: Sequence[str]) -> dict[str, str]:
    """``NAME=URL`` pairs.

    Raises:
        ConfigurationError: One is not.
    """
    from venueproof_core.errors import ConfigurationError

    found = {}
    for text in texts:
        name, equals, url = text.partition("=")
        if not name or not equals or "://" not in url:
            raise ConfigurationError(
                f"--endpoint {text!r}: write NAME=URL, as in rest=http://host:port"
            )
        found[name] = url
    return found

"""Figures a case takes: latencies by histogram, and values for a compliance profile."""

from collections.abc import Sequence

from venueproof_core.results import CaseMetrics, LatencySummary, Measurement

_NS_PER_MS = 1_000_000
_LONGEST_NS = 600 * 10**9
_SIGNIFICANT_DIGITS = 3


class Measure:
    """Collects the figures of one case."""

    def __init__(self, metrics: CaseMetrics) -> None:
        self._metrics = metrics

    def latency(
        self,
        operation: str,
        samples_ns: Sequence[int],
        *,
        venue_ns: Sequence[int] | None = None,
        wire_ns: Sequence[int] | None = None,
        uncertainty_ns: int | None = None,
        clause: str | None = None,
    ) -> LatencySummary:
        """Sum up how long an operation took.

        Args:
            samples_ns: One duration per call, as the client saw it.
            venue_ns: What the venue's own record says of the same calls.
            wire_ns: What was neither the venue nor the client.
            uncertainty_ns: How far a sample may be from the truth.
            clause: Stem of the profile's thresholds it speaks to: ``rest_request`` gives
                ``rest_request_p99_ms`` and ``rest_request_max_ms``.

        Raises:
            ValueError: There is no sample.
        """
        if not samples_ns:
            raise ValueError(f"no sample of {operation}: nothing to sum up")
        at = _percentiles(samples_ns)
        venue_p50 = _percentiles(venue_ns)[50.0] if venue_ns else None
        wire_p50 = _percentiles(wire_ns)[50.0] if wire_ns else None
        client_p50 = None if venue_p50 is None else at[50.0] - venue_p50 - (wire_p50 or 0.0)
        summary = LatencySummary(
            operation=operation,
            count=len(samples_ns),
            p50_ms=at[50.0],
            p90_ms=at[90.0],
            p99_ms=at[99.0],
            max_ms=max(samples_ns) / _NS_PER_MS,
            venue_p50_ms=venue_p50,
            wire_p50_ms=wire_p50,
            client_p50_ms=client_p50,
            uncertainty_ms=None if uncertainty_ns is None else uncertainty_ns / _NS_PER_MS,
        )
        self._metrics.latency.append(summary)
        if clause is not None:
            evidence = f"{operation}, {summary.count} samples"
            if summary.uncertainty_ms is not None:
                evidence += f", +-{summary.uncertainty_ms:.3f} ms"
            self.value(f"{clause}_p99_ms", summary.p99_ms, evidence)
            self.value(f"{clause}_max_ms", summary.max_ms, evidence)
        return summary

    def value(self, name: str, value: float, evidence: str) -> None:
        """Give one figure a profile's threshold of this name is held against."""
        self._metrics.measurements.append(Measurement(name=name, value=value, evidence=evidence))


def _percentiles(samples_ns: Sequence[int]) -> dict[float, float]:
    """Milliseconds at the 50th, 90th and 99th percentile, to three digits."""
    # Slow to import, and only performance cases measure.
    from hdrh.histogram import HdrHistogram

    histogram = HdrHistogram(1, _LONGEST_NS, _SIGNIFICANT_DIGITS)
    for sample in samples_ns:
        histogram.record_value(max(1, min(sample, _LONGEST_NS)))
    found = histogram.get_percentile_to_value_dict([50.0, 90.0, 99.0])
    return {percentile: value / _NS_PER_MS for percentile, value in found.items()}

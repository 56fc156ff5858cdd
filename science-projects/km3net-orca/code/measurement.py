"""The numbers of the analysis, from the table of tracks. Pure functions; plots and results both use them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import intervals
import numpy as np
from detector import DETECTION_UNITS, FRAME_SECONDS, TRIGGER_BITS, separation_deg
from intervals import Measured
from numpy.typing import NDArray
from scipy import stats
from tracks import FAILED_FIT, Tracks

EDGE_SECONDS = 20.0  # left out at both ends, where not all data filters contribute
BIN_SECONDS = 10.0
LIKELIHOOD_SCAN = (0, 20, 40, 60, 80, 100, 120, 150, 200)
Json = dict[str, object]


@dataclass(frozen=True)
class Window:
    """The part of the sample in which every data filter contributes, in seconds since the run's frame 0."""

    start: float
    stop: float

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.stop - self.start

    def holds(self, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which times lie inside."""
        return (times >= self.start) & (times < self.stop)

    def edges(self) -> NDArray[np.float64]:
        """Edges of the time bins: as many whole bins as fit."""
        return self.start + BIN_SECONDS * np.arange(int(self.seconds / BIN_SECONDS + 1e-9) + 1)


def window(tracks: Tracks) -> Window:
    """Return the fully covered window: the span of the sample without its edges."""
    first, last = tracks.frame_index.min(), tracks.frame_index.max()
    return Window(FRAME_SECONDS * first + EDGE_SECONDS, FRAME_SECONDS * (last + 1) - EDGE_SECONDS)


@dataclass(frozen=True)
class Constancy:
    """Test of a constant rate: Pearson's chi-square of the bins against their mean."""

    chi2: float
    ndf: int
    p_value: float


def constancy(times: NDArray[np.float64], span: Window) -> Constancy:
    """Test whether the rate inside ``span`` is constant."""
    counts = np.histogram(times, span.edges())[0]
    chi2, p_value = stats.chisquare(counts)
    return Constancy(float(chi2), len(counts) - 1, float(p_value))


def waiting_times(tracks: Tracks) -> NDArray[np.float64]:
    """Seconds between neighbouring events inside the window."""
    return np.diff(tracks.run_second[window(tracks).holds(tracks.run_second)])


def waiting_p_value(tracks: Tracks) -> float:
    """Kolmogorov-Smirnov p-value of the waiting times against an exponential of the same mean."""
    waits = waiting_times(tracks)
    return float(stats.kstest(waits, "expon", args=(0, waits.mean())).pvalue)


def run_rate(tracks: Tracks) -> Measured | None:
    """Rate of the complete run by the counters in the file's header, in Hz; absent in the older file."""
    header = tracks.about["header"]
    if not isinstance(header, dict) or not {"JDAQEvent", "livetime_s"} <= header.keys():
        return None
    return intervals.rate(int(header["JDAQEvent"]), header["livetime_s"])


def upgoing_by_likelihood(tracks: Tracks, cuts: tuple[float, ...] = LIKELIHOOD_SCAN) -> list[tuple[int, int]]:
    """(up-going, all) tracks with a likelihood above each cut."""
    passed = [tracks.has_track & (tracks.likelihood > cut) for cut in cuts]
    return [(int((p & tracks.upgoing).sum()), int(p.sum())) for p in passed]


def configuration_numbers(tracks: Tracks) -> Json:
    """All numbers of one configuration, as they go into results.json."""
    span = window(tracks)
    inside = span.holds(tracks.run_second)
    frames = int(tracks.frame_index.max() - tracks.frame_index.min() + 1)
    n, full_seconds = len(tracks.has_track), FRAME_SECONDS * frames
    up, down, kept = tracks.upgoing, tracks.downgoing, tracks.selected
    separation = separation_deg(tracks.ra_deg, tracks.dec_deg, tracks.file_ra_deg, tracks.file_dec_deg)
    whole = run_rate(tracks)
    mean_rate = intervals.rate(int(inside.sum()), span.seconds)
    return {
        "source": {key: tracks.about[key] for key in ("file", "sha256", "bytes", "run", "detector_id")},
        "start_utc": _utc(tracks, float(tracks.frame_index.min()) * FRAME_SECONDS),
        "end_utc": _utc(tracks, float(tracks.frame_index.max() + 1) * FRAME_SECONDS),
        "counts": {
            "events": n,
            "with_track": int(tracks.has_track.sum()),
            "fit_failed": int((tracks.has_track & (tracks.likelihood < FAILED_FIT)).sum()),
            "selected": int(kept.sum()),
            "downgoing": int(down.sum()),
            "downgoing_selected": int((down & kept).sum()),
            "upgoing": int(up.sum()),
            "upgoing_selected": int((up & kept).sum()),
            "in_window": int(inside.sum()),
            "selected_in_window": int((inside & kept).sum()),
        },
        "time": {
            "span_s": full_seconds,
            "window_s": span.seconds,
            "frames": frames,
            "frames_with_events": len(np.unique(tracks.frame_index)),
            "frames_with_events_expected": frames * (1.0 - float(np.exp(-n / frames))),
        },
        "rate_hz": {
            "triggered": asdict(mean_rate),
            "selected": asdict(intervals.rate(int((inside & kept).sum()), span.seconds)),
            "whole_sample": asdict(intervals.rate(n, full_seconds)),
            "whole_run_by_header": asdict(whole) if whole else None,
        },
        "constant_rate": asdict(constancy(tracks.run_second, span)),
        "waiting_time_p_value": waiting_p_value(tracks),
        "upgoing_fraction": {
            "before": asdict(intervals.fraction(int(up.sum()), int(tracks.has_track.sum()))),
            "after": asdict(intervals.fraction(int((up & kept).sum()), int(kept.sum()))),
        },
        "kept_by_cut": {
            "upgoing": asdict(intervals.fraction(int((up & kept).sum()), int(up.sum()))),
            "downgoing": asdict(intervals.fraction(int((down & kept).sum()), int(down.sum()))),
        },
        "median_angular_error_deg": {
            "upgoing": _median(tracks.angular_error_deg[up]),
            "downgoing": _median(tracks.angular_error_deg[down]),
            "selected": _median(tracks.angular_error_deg[kept]),
        },
        "likelihood_scan": [
            {"likelihood_min": cut, "upgoing": k, "tracks": m}
            for cut, (k, m) in zip(LIKELIHOOD_SCAN, upgoing_by_likelihood(tracks), strict=True)
        ],
        "upgoing_survivors": [
            {
                "event_id": int(tracks.event_id[i]),
                "cos_zenith": float(tracks.cos_zenith[i]),
                "likelihood": float(tracks.likelihood[i]),
                "angular_error_deg": float(tracks.angular_error_deg[i]),
                "ra_deg": float(tracks.ra_deg[i]),
                "dec_deg": float(tracks.dec_deg[i]),
            }
            for i in np.flatnonzero(up & kept)
        ],
        "trigger_fraction": {
            name: asdict(intervals.fraction(int(_has_bit(tracks, bit).sum()), n))
            for name, bit in TRIGGER_BITS.items()
        },
        "sky_agreement_deg": {
            "median": float(np.nanmedian(separation)),
            "maximum": float(np.nanmax(separation)),
        },
    }


def comparison_numbers(four: Tracks, six: Tracks) -> Json:
    """ORCA6 relative to ORCA4: rates inside the windows, and the shape of the zenith distribution."""
    spans = window(four), window(six)
    inside = spans[0].holds(four.run_second), spans[1].holds(six.run_second)

    def ratio(of_four: NDArray[np.bool_], of_six: NDArray[np.bool_]) -> Json:
        return asdict(
            intervals.rate_ratio(int(of_six.sum()), spans[1].seconds, int(of_four.sum()), spans[0].seconds)
        )

    shape = stats.ks_2samp(four.cos_zenith[four.selected], six.cos_zenith[six.selected])
    return {
        "detection_units_ratio": DETECTION_UNITS["ORCA6"] / DETECTION_UNITS["ORCA4"],
        "rate_ratio": {
            "triggered": ratio(*inside),
            "selected": ratio(inside[0] & four.selected, inside[1] & six.selected),
            "upgoing_before_cut": ratio(inside[0] & four.upgoing, inside[1] & six.upgoing),
        },
        "zenith_shape_selected": {
            "ks_statistic": float(shape.statistic),
            "p_value": float(shape.pvalue),
        },
    }


def _has_bit(tracks: Tracks, bit: int) -> NDArray[np.bool_]:
    return (tracks.trigger_mask & np.uint64(1 << bit)) != 0


def _median(values: NDArray[np.float64]) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


def _utc(tracks: Tracks, run_second: float) -> str:
    start = tracks.about["run_start_unix"]
    assert isinstance(start, float)
    tenths = round((start + run_second) * 10)
    return f"{np.datetime64(tenths * 100, 'ms')}Z"

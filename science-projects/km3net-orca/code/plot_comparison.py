"""The two configurations side by side: likelihood, effect of the cut, zenith shape, ratios of rates."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from detector import DETECTION_UNITS
from figure import COLOUR, GREY, MARKER, command
from intervals import count, fraction_errors, rate_ratio
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from measurement import comparison_numbers, upgoing_by_likelihood, window
from tracks import FAILED_FIT, Tracks


def draw(samples: list[Tracks], likelihood_min: float) -> Figure:
    """Four panels; ORCA4 and ORCA6 keep their colour and marker in all of them."""
    figure, axes = plt.subplots(2, 2, figsize=(11, 8.6))
    draw_likelihood(axes[0][0], samples, likelihood_min)
    draw_scan(axes[0][1], samples, likelihood_min)
    draw_zenith(axes[1][0], samples, likelihood_min)
    draw_ratios(axes[1][1], samples, likelihood_min)
    figure.subplots_adjust(left=0.07, right=0.985, top=0.955, bottom=0.12, hspace=0.3, wspace=0.3)
    return figure


def draw_likelihood(axes: Axes, samples: list[Tracks], likelihood_min: float) -> None:
    """Likelihood of down-going (lines) and up-going tracks (points), each normalised to one."""
    edges = np.concatenate([np.arange(0, 100, 10), np.arange(100, 200, 20), np.arange(200, 501, 50)])
    width = np.diff(edges)
    for tracks in samples:
        colour, name = COLOUR[tracks.configuration], tracks.configuration
        down, up = (
            tracks.likelihood[m & (tracks.likelihood > FAILED_FIT)]
            for m in (tracks.downgoing, tracks.upgoing)
        )
        axes.stairs(
            np.histogram(down, edges)[0] / len(down) / width,
            edges,
            color=colour,
            lw=1.5,
            label=f"{name} down-going",
        )
        counts = np.histogram(up, edges)[0]
        shown = counts > 0
        measured = [count(int(c)) for c in counts]
        errors = np.array([[m.minus for m in measured], [m.plus for m in measured]]) / len(up) / width
        axes.errorbar(
            ((edges[1:] + edges[:-1]) / 2)[shown],
            (counts / len(up) / width)[shown],
            yerr=errors[:, shown],
            fmt=MARKER[name],
            ms=4.5,
            lw=1,
            color=colour,
            label=f"{name} up-going",
        )
    cut_line(axes, likelihood_min)
    axes.set(yscale="log", xlim=(0, 500), ylim=(5e-6, 0.1), xlabel="track likelihood (JMuonGandalf)")
    axes.set(
        ylabel="tracks per unit likelihood, normalised", title="(a) Up-going tracks are badly fitted ones"
    )
    axes.legend(loc="upper right", ncols=2)


def draw_scan(axes: Axes, samples: list[Tracks], likelihood_min: float) -> None:
    """Fraction of tracks that point up, against the cut. Points of one sample share events."""
    cuts = tuple(float(c) for c in range(0, 201, 10))
    for tracks, shift in zip(samples, (-1.0, 1.0), strict=True):
        up, total = np.array(upgoing_by_likelihood(tracks, cuts)).T
        value, errors = fraction_errors(up, total)
        axes.errorbar(
            np.array(cuts) + shift,
            100 * value,
            yerr=100 * errors,
            fmt=MARKER[tracks.configuration],
            ms=4.5,
            lw=1,
            color=COLOUR[tracks.configuration],
            label=tracks.configuration,
        )
    cut_line(axes, likelihood_min)
    axes.text(
        0.03,
        0.05,
        "points of one configuration\nare correlated",
        transform=axes.transAxes,
        fontsize=8,
        color=GREY,
    )
    axes.set(yscale="log", ylim=(0.05, 20), xlim=(-5, 205), xlabel="lower cut on the likelihood")
    axes.set(ylabel="up-going tracks [%]", title="(b) The cut removes the mis-reconstructed")
    axes.legend(loc="upper right")


def draw_zenith(axes: Axes, samples: list[Tracks], likelihood_min: float) -> None:
    """Rate of selected tracks against zenith angle, inside the fully covered windows."""
    edges = np.linspace(-1, 1, 21)
    centres = (edges[1:] + edges[:-1]) / 2
    for tracks, shift in zip(samples, (-0.008, 0.008), strict=True):
        span = window(tracks)
        used = tracks.selected & span.holds(tracks.run_second)
        counts = np.histogram(tracks.cos_zenith[used], edges)[0]
        measured = [count(int(c)) for c in counts]
        shown = counts > 0
        errors = np.array([[m.minus for m in measured], [m.plus for m in measured]])[:, shown] / span.seconds
        axes.errorbar(
            centres[shown] + shift,
            counts[shown] / span.seconds,
            yerr=errors,
            fmt=MARKER[tracks.configuration],
            ms=4.5,
            lw=1,
            color=COLOUR[tracks.configuration],
            label=tracks.configuration,
        )
    shape = comparison_numbers(*samples)["zenith_shape_selected"]
    p_value = shape["p_value"]  # type: ignore[index]
    axes.text(
        0.03, 0.95, f"same shape? Kolmogorov–Smirnov p = {p_value:.2f}", transform=axes.transAxes, va="top"
    )
    axes.set(yscale="log", ylim=(1.5e-3, 2), xlim=(-1, 1), xlabel="cos(zenith angle of the origin)")
    axes.set(ylabel="rate in bins of 0.1 [Hz]", title=f"(c) Selected tracks, likelihood > {likelihood_min:g}")
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.9))


def draw_ratios(axes: Axes, samples: list[Tracks], likelihood_min: float) -> None:
    """Ratios of rates ORCA6 to ORCA4."""
    four, six = samples
    spans = window(four), window(six)
    rows = (
        ("triggered\nevents", *(np.ones(len(t.has_track), dtype=bool) for t in samples)),
        (f"tracks with\nlikelihood > {likelihood_min:g}", four.selected, six.selected),
        ("down-going\ntracks", four.downgoing, six.downgoing),
        ("up-going tracks\nbefore the cut", four.upgoing, six.upgoing),
    )
    for place, (_, of_four, of_six) in enumerate(rows):
        n4 = int((of_four & spans[0].holds(four.run_second)).sum())
        n6 = int((of_six & spans[1].holds(six.run_second)).sum())
        m = rate_ratio(n6, spans[1].seconds, n4, spans[0].seconds)
        axes.errorbar(m.value, place, xerr=[[m.minus], [m.plus]], fmt="D", ms=6, lw=1.5, color="black")
        axes.text(
            m.value, place - 0.2, f"{m.value:.2f} ± {(m.minus + m.plus) / 2:.2f}", ha="center", fontsize=9
        )
    units = DETECTION_UNITS["ORCA6"] / DETECTION_UNITS["ORCA4"]
    for value, name in ((1.0, "equal"), (units, "6 / 4 detection units")):
        axes.axvline(value, color=GREY, ls=(0, (5, 3)), lw=1.1)
        axes.text(value + 0.01, 3.62, name, fontsize=8, color=GREY)
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.set(xlim=(0.9, 2.1), ylim=(3.75, -0.5), xlabel="rate in ORCA6 / rate in ORCA4")
    axes.set_title("(d) Ratio of rates (truncated samples)")
    axes.grid(visible=False, axis="y")


def cut_line(axes: Axes, likelihood_min: float) -> None:
    """Mark the cut that the analysis uses."""
    axes.axvline(likelihood_min, color="black", ls=(0, (5, 3)), lw=1.1)
    axes.annotate(
        "cut",
        (likelihood_min, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(3, 0),
        textcoords="offset points",
    )


if __name__ == "__main__":
    command(__doc__, draw)

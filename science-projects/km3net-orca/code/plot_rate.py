"""Event rate over time, and the waiting times between events, of both configurations."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from figure import COLOUR, GREY, LIGHT, command, label
from intervals import rate
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from measurement import (
    BIN_SECONDS,
    FRAME_SECONDS,
    constancy,
    run_rate,
    waiting_p_value,
    waiting_times,
    window,
)
from tracks import Tracks


def draw(samples: list[Tracks], likelihood_min: float) -> Figure:
    """One row a configuration: rate in bins of time on the left, waiting times on the right."""
    figure, axes = plt.subplots(len(samples), 2, figsize=(11, 7.2), width_ratios=(2.1, 1), sharex="col")
    for row, tracks in zip(axes, samples, strict=True):
        draw_rate(row[0], tracks, likelihood_min)
        draw_waiting(row[1], tracks)
    axes[-1][0].set_xlabel("time since start of the run [s]")
    axes[-1][1].set_xlabel("waiting time between neighbouring events [s]")
    figure.subplots_adjust(left=0.065, right=0.985, top=0.94, bottom=0.135, hspace=0.2, wspace=0.16)
    return figure


def draw_rate(axes: Axes, tracks: Tracks, likelihood_min: float) -> None:
    """Draw triggered events and selected tracks in bins of ten seconds, with the mean of the window."""
    span, colour = window(tracks), COLOUR[tracks.configuration]
    start, stop = (FRAME_SECONDS * f for f in (tracks.frame_index.min(), tracks.frame_index.max() + 1))
    inside = span.edges()
    before = np.arange(inside[0], start - 1e-6, -BIN_SECONDS)[::-1]
    after = np.arange(inside[-1], stop + 1e-6, BIN_SECONDS)
    edges = np.concatenate([before[:-1], inside, after[1:]])
    for mask, filled, name in (
        (np.ones(len(tracks.has_track), dtype=bool), True, "triggered events"),
        (tracks.selected, False, f"tracks with likelihood > {likelihood_min:g}"),
    ):
        counts = np.histogram(tracks.run_second[mask], edges)[0]
        measured = [rate(int(c), BIN_SECONDS) for c in counts]
        axes.errorbar(
            (edges[1:] + edges[:-1]) / 2,
            [m.value for m in measured],
            xerr=BIN_SECONDS / 2,
            yerr=[[m.minus for m in measured], [m.plus for m in measured]],
            fmt="o",
            ms=4,
            lw=1,
            color=colour,
            mfc=colour if filled else "white",
            label=name,
        )
        used = tracks.run_second[mask & span.holds(tracks.run_second)]
        mean, test = rate(len(used), span.seconds), constancy(used, span)
        text = (
            f"mean {mean.value:.2f} ± {(mean.minus + mean.plus) / 2:.2f} Hz, "
            f"χ²/ndf {test.chi2:.1f}/{test.ndf} (p = {test.p_value:.2g})"
        )
        axes.plot([span.start, span.stop], [mean.value] * 2, color=colour, lw=1.5, label=text)
    whole = run_rate(tracks)
    if whole:
        axes.axhline(
            whole.value,
            color="black",
            ls=(0, (5, 3)),
            lw=1.1,
            label=f"whole run (file header): {whole.value:.2f} ± {whole.plus:.2f} Hz",
        )
    for low, high, why, top in (
        (start, span.start, "filters start", 17.2),
        (span.stop, stop, "sample ends", 13.9),
    ):
        axes.axvspan(low, high, color=LIGHT, alpha=0.35, lw=0, zorder=0)
        place, text = ((low + high) / 2, top), f"{why}:\nnot used"
        axes.text(*place, text, rotation=90, fontsize=7.5, color=GREY, ha="center", va="top")
    axes.set(
        ylabel=f"rate [Hz], bins of {BIN_SECONDS:g} s", ylim=(0, 17.5), xlim=(0, 430), title=label(tracks)
    )
    axes.legend(loc="upper left", ncols=2, columnspacing=1.0, fontsize=8.5, bbox_to_anchor=(0.09, 1.0))


def draw_waiting(axes: Axes, tracks: Tracks) -> None:
    """Draw the waiting times with the exponential that a random process of this rate gives; not a fit."""
    waits, colour = waiting_times(tracks), COLOUR[tracks.configuration]
    edges = np.linspace(0, 1.2, 25)
    counts = np.histogram(waits, edges)[0]
    centres = (edges[1:] + edges[:-1]) / 2
    measured = [rate(int(c), 1.0) for c in counts]
    shown = counts > 0
    errors = np.array([[m.minus for m in measured], [m.plus for m in measured]])
    axes.errorbar(centres[shown], counts[shown], yerr=errors[:, shown], fmt="o", ms=4, lw=1, color=colour)
    frequency = 1.0 / waits.mean()
    expected = len(waits) * (np.exp(-frequency * edges[:-1]) - np.exp(-frequency * edges[1:]))
    axes.stairs(
        expected,
        edges,
        color="black",
        lw=1.2,
        label=f"exponential of the mean rate\nKolmogorov–Smirnov p = {waiting_p_value(tracks):.2f}",
    )
    axes.set(yscale="log", ylim=(0.4, 2000), xlim=(0, 1.2), ylabel="events in bins of 50 ms")
    axes.set_title("Poisson process?")
    axes.legend(loc="upper right")


if __name__ == "__main__":
    command(__doc__, draw)

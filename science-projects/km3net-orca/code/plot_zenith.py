"""Zenith distribution of the best tracks before and after the likelihood cut, and what the cut keeps."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from figure import COLOUR, GREY, LIGHT, command, label
from intervals import count, fraction, fraction_errors
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tracks import Tracks

EDGES = np.linspace(-1, 1, 21)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2


def draw(samples: list[Tracks], likelihood_min: float) -> Figure:
    """One column a configuration: counts above, fraction kept below."""
    figure, axes = plt.subplots(
        2, len(samples), figsize=(11, 7.4), sharex=True, sharey="row", height_ratios=(2.3, 1)
    )
    for column, tracks in zip(axes.T, samples, strict=True):
        draw_counts(column[0], tracks, likelihood_min)
        draw_kept(column[1], tracks)
    axes[0][0].set_ylabel("tracks in bins of 0.1")
    axes[1][0].set_ylabel("fraction kept by the cut")
    figure.subplots_adjust(left=0.065, right=0.985, top=0.945, bottom=0.13, hspace=0.08, wspace=0.06)
    return figure


def draw_counts(axes: Axes, tracks: Tracks, likelihood_min: float) -> None:
    """Draw both distributions on a logarithmic scale, the up-going side shaded."""
    colour = COLOUR[tracks.configuration]
    axes.axvspan(-1, 0, color=LIGHT, alpha=0.35, lw=0, zorder=0)
    for mask, filled, name in (
        (tracks.has_track, False, "all best tracks"),
        (tracks.selected, True, f"likelihood > {likelihood_min:g}"),
    ):
        counts = np.histogram(tracks.cos_zenith[mask], EDGES)[0]
        measured = [count(int(c)) for c in counts]
        axes.stairs(counts, EDGES, color=colour, lw=1.3, fill=filled, alpha=0.35 if filled else 1.0)
        shown = counts > 0
        errors = np.array([[m.minus for m in measured], [m.plus for m in measured]])
        axes.errorbar(
            CENTRES[shown],
            counts[shown],
            yerr=errors[:, shown],
            fmt="s" if filled else "o",
            ms=4,
            lw=1,
            color=colour,
            mfc=colour if filled else "white",
            label=name,
        )
    up, down, kept = tracks.upgoing, tracks.downgoing, tracks.selected
    before, after = fraction(up.sum(), tracks.has_track.sum()), fraction((up & kept).sum(), kept.sum())
    axes.text(
        -0.97,
        560,
        "UP-GOING\n"
        f"before the cut {up.sum()} of {tracks.has_track.sum()}:\n"
        f"    ({100 * before.value:.1f} ± {50 * (before.minus + before.plus):.1f}) %\n"
        f"after the cut {(up & kept).sum()} of {kept.sum()}:\n"
        f"    $({100 * after.value:.2f}^{{+{100 * after.plus:.2f}}}_{{-{100 * after.minus:.2f}}})$ %\n"
        f"median angular error {np.nanmedian(tracks.angular_error_deg[up]):.1f}°",
        fontsize=8.5,
        va="top",
        linespacing=1.35,
    )
    axes.text(
        0.03,
        560,
        "DOWN-GOING\natmospheric muons\nmedian angular\n"
        f"error {np.nanmedian(tracks.angular_error_deg[down]):.2f}°",
        fontsize=8.5,
        va="top",
        linespacing=1.35,
    )
    axes.text(
        -0.97, 66, "before the cut: mostly muons\nfrom above, mis-reconstructed", fontsize=8.5, color=GREY,
        style="italic", va="center",
    )  # fmt: skip
    axes.set(yscale="log", ylim=(0.6, 800), xlim=(-1, 1), title=label(tracks))
    axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "0.5", "1"])
    axes.legend(loc="lower right")


def draw_kept(axes: Axes, tracks: Tracks) -> None:
    """Draw the fraction of tracks that pass, in bins of cos(zenith)."""
    colour = COLOUR[tracks.configuration]
    total = np.histogram(tracks.cos_zenith[tracks.has_track], EDGES)[0]
    passed = np.histogram(tracks.cos_zenith[tracks.selected], EDGES)[0]
    value, errors = fraction_errors(passed, total)
    axes.axvspan(-1, 0, color=LIGHT, alpha=0.35, lw=0, zorder=0)
    axes.errorbar(CENTRES, value, yerr=errors, xerr=0.05, fmt="s", ms=4, lw=1, color=colour)
    axes.set(ylim=(-0.02, 0.85), xlabel="cos(zenith angle of the origin):   −1 from below … +1 from above")


if __name__ == "__main__":
    command(__doc__, draw)

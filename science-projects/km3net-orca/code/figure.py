"""How all figures look, and how they are saved: the same numbers give the same bytes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

# A workspace-local cache: the home directory of a job may not be writable, and building it costs a second.
os.environ.setdefault("MPLCONFIGDIR", str(Path.cwd() / ".matplotlib"))

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from tracks import Tracks, read_tracks

# Okabe and Ito's palette: told apart with any colour vision, and by lightness in print.
COLOUR = {"ORCA4": "#0072B2", "ORCA6": "#D55E00"}
MARKER = {"ORCA4": "o", "ORCA6": "s"}
GREY, LIGHT = "#555555", "#BBBBBB"
SAMPLE_NOTE = (
    "KM3NeT/ORCA data of km3net-testdata 0.4.31 (MIT licence): the first 2500 and 2499 triggered events of "
    "runs 6370 and 9505.\nNot an official KM3NeT result. Errors: statistical, 68 %."
)

plt.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": "#E6E6E6",
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "errorbar.capsize": 0,
        "figure.dpi": 150,
    }
)


def label(tracks: Tracks) -> str:
    """Return configuration, run and date, as a title."""
    date = {"ORCA4": "10 Oct 2019", "ORCA6": "24 Feb 2021"}[tracks.configuration]
    return f"{tracks.configuration}, run {tracks.about['run']}, {date}"


def save(figure: Figure, path: Path) -> None:
    """Add the statement of the sample and write a PNG without anything that changes between runs."""
    figure.text(0.01, 0.008, SAMPLE_NOTE, fontsize=7.5, color=GREY, va="bottom")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
    print(f"wrote {path}")


def command(description: str, draw: Callable[[list[Tracks], float], Figure]) -> None:
    """Command line shared by the figures: read the table of tracks, draw, save."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--tracks", type=Path, required=True, help="table written by the first step (.npz)")
    parser.add_argument("--output", type=Path, required=True, help="picture to write (.png)")
    options = parser.parse_args()
    save(draw(*read_tracks(options.tracks)), options.output)

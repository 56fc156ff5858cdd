"""Sky map of the origins of the tracks in equatorial coordinates (ICRS, aligned with J2000.0)."""

from __future__ import annotations

import detector
import matplotlib.pyplot as plt
import numpy as np
from figure import COLOUR, GREY, LIGHT, command, label
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from tracks import Tracks

Floats = NDArray[np.float64]


def draw(samples: list[Tracks], likelihood_min: float) -> Figure:
    """One map a configuration, in Mollweide's equal-area projection, right ascension growing to the left."""
    figure, axes = plt.subplots(len(samples), 1, figsize=(9.2, 11.0), subplot_kw={"projection": "mollweide"})
    for each, tracks in zip(axes, samples, strict=True):
        draw_map(each, tracks, likelihood_min)
    figure.text(
        0.01,
        0.036,
        "Equatorial coordinates, ICRS (axes of the mean equator and equinox J2000.0), Mollweide projection. "
        "Position: where the particle came from.\nHorizon, zenith: at mid-sample; the sky turned meanwhile: "
        + ", ".join(f"{t.configuration} {np.ptp(t.run_second) / 239.34:.1f}°" for t in samples)
        + ".",
        fontsize=7.5,
        color=GREY,
        va="bottom",
    )
    figure.subplots_adjust(left=0.06, right=0.96, top=0.955, bottom=0.12, hspace=0.24)
    return figure


def on_map(ra_deg: Floats, dec_deg: Floats) -> tuple[Floats, Floats]:
    """Coordinates of the projection: radians, right ascension 180° in the middle, growing to the left."""
    return np.radians(180.0 - np.mod(ra_deg, 360.0)), np.radians(dec_deg)


def draw_map(axes: Axes, tracks: Tracks, likelihood_min: float) -> None:
    """Draw tracks before and after the cut, horizon and zenith at mid-sample, and the Galactic plane."""
    colour = COLOUR[tracks.configuration]
    start = tracks.about["run_start_unix"]
    assert isinstance(start, float)
    middle = start + float(tracks.run_second[[0, -1]].mean())
    rejected = tracks.has_track & ~tracks.selected
    axes.scatter(
        *on_map(tracks.ra_deg[rejected], tracks.dec_deg[rejected]),
        s=5,
        color=LIGHT,
        lw=0,
        label=f"likelihood ≤ {likelihood_min:g} ({rejected.sum()} tracks)",
    )
    kept = tracks.selected & ~tracks.upgoing
    axes.scatter(
        *on_map(tracks.ra_deg[kept], tracks.dec_deg[kept]),
        s=7,
        color=colour,
        alpha=0.75,
        lw=0,
        label=f"likelihood > {likelihood_min:g}, down-going ({kept.sum()})",
    )
    survivors = tracks.selected & tracks.upgoing
    axes.scatter(
        *on_map(tracks.ra_deg[survivors], tracks.dec_deg[survivors]),
        s=95,
        marker="*",
        color="#F0E442",
        edgecolor="black",
        lw=0.8,
        zorder=5,
        label=f"likelihood > {likelihood_min:g}, up-going ({survivors.sum()}): no neutrino claim",
    )
    draw_curve(axes, *horizon(middle), color="black", lw=1.3, label="horizon at mid-sample")
    draw_curve(axes, *galactic_plane(), color="#009E73", lw=1.3, ls=(0, (5, 3)), label="Galactic plane")
    zenith = detector.equatorial_deg(np.array([0.0]), np.array([1.0]), np.array([middle]))
    axes.plot(*on_map(*zenith), "P", color="white", mec="black", ms=11, zorder=6, ls="", label="zenith")
    axes.set_xticks(np.radians([-120, -60, 0, 60, 120]), [])
    axes.set_yticks(np.radians([-60, -30, 0, 30, 60]), ["−60°", "−30°", "0°", "+30°", "+60°"])
    axes.tick_params(labelsize=8.5, colors=GREY)
    for hour in (4, 8, 12, 16, 20):
        box = {"facecolor": "white", "alpha": 0.8, "lw": 0, "pad": 1}
        axes.text(
            np.pi - np.radians(15 * hour),
            -0.06,
            f"{hour}h",
            bbox=box,
            fontsize=8.5,
            color=GREY,
            ha="center",
            va="top",
            zorder=7,
        )
    when = np.datetime64(round(middle), "s")
    axes.set_title(f"{label(tracks)}, {str(when)[11:16]} UTC", loc="left", pad=10, fontweight="bold")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=3, fontsize=8, columnspacing=1.2)
    for handle in axes.get_legend().legend_handles[:2]:
        handle.set_sizes([24])


def horizon(unix_seconds: float) -> tuple[Floats, Floats]:
    """Right ascension and declination of the horizon at a time."""
    azimuth = np.linspace(0.0, 360.0, 721)
    return detector.equatorial_deg(azimuth, np.zeros_like(azimuth), np.full_like(azimuth, unix_seconds))


def galactic_plane() -> tuple[Floats, Floats]:
    """Right ascension and declination of Galactic latitude zero."""
    import astropy.units as u  # noqa: PLC0415 - slow to import, and only here
    from astropy.coordinates import SkyCoord  # noqa: PLC0415

    plane = SkyCoord(l=np.linspace(0, 360, 721) * u.deg, b=0 * u.deg, frame="galactic").icrs
    return np.asarray(plane.ra.deg), np.asarray(plane.dec.deg)


def draw_curve(axes: Axes, ra: Floats, dec: Floats, **style: object) -> None:
    """Draw a curve, broken where it leaves the map on one side and enters on the other."""
    x, y = on_map(ra, dec)
    jump = np.flatnonzero(np.abs(np.diff(x)) > np.pi) + 1
    axes.plot(np.insert(x, jump, np.nan), np.insert(y, jump, np.nan), **style)


if __name__ == "__main__":
    command(__doc__, draw)

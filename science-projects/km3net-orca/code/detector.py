"""Where KM3NeT/ORCA is, and how a direction in its frame becomes a place in the sky.

A track's ``dir`` is the direction of *propagation* in the detector frame, whose axes are those of the
UTM grid: x east, y (grid) north, z up. The place in the sky the particle came from is the opposite
direction, and grid north is not true north: the site lies 3° west of the central meridian of UTM zone
32N, so azimuths must be corrected by the meridian convergence (-2.02°).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# UTM WGS84 32N 256500 E 4743000 N, -2440 m: the reference point in the header of ORCA's detector file.
LATITUDE_DEG = 42.80084
LONGITUDE_DEG = 6.02228
HEIGHT_M = -2440.0
CENTRAL_MERIDIAN_DEG = 9.0

FRAME_SECONDS = 0.1  # length of one data-acquisition time slice

CONFIGURATIONS = {44: "ORCA4", 49: "ORCA6"}
DETECTION_UNITS = {"ORCA4": 4, "ORCA6": 6}

# Trigger bits, confirmed with the run's own counters (see README, "cross-checks").
TRIGGER_BITS = {"3DShower": 1, "MXShower": 2, "3DMuon": 4}


def meridian_convergence_deg() -> float:
    """Angle from true north to grid north at the site, clockwise positive, in degrees."""
    offset = math.radians(LONGITUDE_DEG - CENTRAL_MERIDIAN_DEG)
    return math.degrees(math.atan(math.tan(offset) * math.sin(math.radians(LATITUDE_DEG))))


def cos_zenith(dir_z: Floats) -> Floats:
    """Cosine of the zenith angle of the origin: +1 straight from above, below 0 through the Earth."""
    return np.asarray(-dir_z)


def azimuth_deg(dir_x: Floats, dir_y: Floats) -> Floats:
    """Azimuth of the origin, from true north over east, in degrees within [0, 360)."""
    grid = np.degrees(np.arctan2(-dir_x, -dir_y))
    return np.asarray(np.mod(grid + meridian_convergence_deg(), 360.0))


def equatorial_deg(azimuth: Floats, cosine: Floats, unix_seconds: Floats) -> tuple[Floats, Floats]:
    """Right ascension and declination (ICRS, degrees) of origins given by azimuth, cos(zenith) and UTC.

    Nothing is downloaded: Earth orientation comes from the tables bundled with ``astropy-iers-data``. Outside
    their range UT1 is taken equal to UTC, an error below 0.9 s or 14 arc seconds.
    """
    import astropy.units as u  # noqa: PLC0415 - only the first step pays for these imports
    from astropy.coordinates import ICRS, AltAz, SkyCoord  # noqa: PLC0415
    from astropy.time import Time  # noqa: PLC0415

    work_offline()
    altitude = np.degrees(np.arcsin(np.clip(cosine, -1.0, 1.0)))
    frame = AltAz(obstime=Time(unix_seconds, format="unix", scale="utc"), location=site())
    sky = SkyCoord(az=azimuth * u.deg, alt=altitude * u.deg, frame=frame).transform_to(ICRS())
    return np.asarray(sky.ra.deg), np.asarray(sky.dec.deg)


def site() -> object:
    """Return the site as an astropy ``EarthLocation``."""
    import astropy.units as u  # noqa: PLC0415
    from astropy.coordinates import EarthLocation  # noqa: PLC0415

    return EarthLocation.from_geodetic(LONGITUDE_DEG * u.deg, LATITUDE_DEG * u.deg, HEIGHT_M * u.m)


def work_offline() -> None:
    """Keep astropy from asking the network for Earth-orientation tables."""
    from astropy.utils import iers  # noqa: PLC0415

    iers.conf.auto_download = False
    iers.conf.iers_degraded_accuracy = "warn"


def separation_deg(ra1: Floats, dec1: Floats, ra2: Floats, dec2: Floats) -> Floats:
    """Great-circle distance of two lists of positions; all angles in degrees (Vincenty's formula)."""
    a1, d1, a2, d2 = (np.radians(x) for x in (ra1, dec1, ra2, dec2))
    across = np.hypot(
        np.cos(d2) * np.sin(a2 - a1),
        np.cos(d1) * np.sin(d2) - np.sin(d1) * np.cos(d2) * np.cos(a2 - a1),
    )
    along = np.sin(d1) * np.sin(d2) + np.cos(d1) * np.cos(d2) * np.cos(a2 - a1)
    return np.asarray(np.degrees(np.arctan2(across, along)))

"""The table the first step hands to the others: events of each configuration, with directions and flags."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# A failed fit has the most negative double as its likelihood, and NaN as its error estimate.
FAILED_FIT = -1e300


@dataclass(frozen=True)
class Tracks:
    """Events of one configuration in order of time. Arrays have one entry an event; angles in degrees."""

    configuration: str
    about: dict[str, object]  # run, file, checksum, start time, header counters
    run_second: NDArray[np.float64]  # seconds since the run's frame 0
    frame_index: NDArray[np.int64]
    trigger_mask: NDArray[np.uint64]
    event_id: NDArray[np.int64]
    has_track: NDArray[np.bool_]
    selected: NDArray[np.bool_]  # has a track whose likelihood passes the cut
    likelihood: NDArray[np.float64]
    angular_error_deg: NDArray[np.float64]
    cos_zenith: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    ra_deg: NDArray[np.float64]
    dec_deg: NDArray[np.float64]
    file_ra_deg: NDArray[np.float64]
    file_dec_deg: NDArray[np.float64]

    @property
    def upgoing(self) -> NDArray[np.bool_]:
        """Tracks whose origin lies below the horizon."""
        return self.has_track & (self.cos_zenith < 0)

    @property
    def downgoing(self) -> NDArray[np.bool_]:
        """Tracks whose origin lies above the horizon."""
        return self.has_track & (self.cos_zenith >= 0)


COLUMNS = tuple(name for name in Tracks.__dataclass_fields__ if name not in ("configuration", "about"))


def write_tracks(path: Path, tracks: list[Tracks], likelihood_min: float) -> None:
    """Write all configurations into one compressed ``.npz``; the same input gives the same bytes."""
    about = {"likelihood_min": likelihood_min, "samples": {t.configuration: t.about for t in tracks}}
    arrays = {f"{t.configuration}/{name}": getattr(t, name) for t in tracks for name in COLUMNS}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, about=np.array(json.dumps(about, sort_keys=True)), **arrays)


def read_tracks(path: Path) -> tuple[list[Tracks], float]:
    """Read what :func:`write_tracks` wrote: the configurations, and the likelihood cut that was applied."""
    with np.load(path) as table:
        about = json.loads(str(table["about"]))
        tracks = [
            Tracks(name, facts, **{column: table[f"{name}/{column}"] for column in COLUMNS})
            for name, facts in sorted(about["samples"].items())
        ]
    return tracks, float(about["likelihood_min"])

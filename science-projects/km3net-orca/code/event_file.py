"""Read the events of one KM3NeT "DST" file: tree ``E`` (events, tracks) and tree ``T`` (summaries, sky)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import uproot
from detector import CONFIGURATIONS, FRAME_SECONDS
from numpy.typing import NDArray

MUON_TRACK = 4000  # rec_type of Jpp's muon reconstruction; 0 marks an event without a track
BETA0 = 0  # place of the angular error estimate (radians) in a track's fit information
NO_VALUE = -900.0  # the files write -999 where a coordinate does not exist
HEADER_COUNTERS = ("JDAQEvent", "JTrigger3DMuon", "JTrigger3DShower", "JTriggerMXShower", "livetime_s")


class UnreadableEventsError(Exception):
    """A file is not what this analysis needs; the message says what is missing and in which file."""


@dataclass(frozen=True)
class EventFile:
    """All events of one file in file order; one track an event, the best one, as the file stores it."""

    name: str
    sha256: str
    size: int
    configuration: str
    detector_id: int
    run: int
    header: dict[str, float]
    columns: dict[str, NDArray[np.generic]]


def read_event_file(path: Path) -> EventFile:
    """Read one file; raises :class:`UnreadableEventsError` when trees, branches or invariants are missing."""
    content = path.read_bytes() if path.is_file() else b""
    if not content:
        raise UnreadableEventsError(f"{path}: no such file, or it is empty.")
    try:
        with uproot.open(path) as root:
            for tree in ("E", "T"):
                if tree not in root or not hasattr(root[tree], "num_entries"):
                    found = ", ".join(root.keys(cycle=False)) or "nothing"
                    raise UnreadableEventsError(f"{path.name}: has no tree '{tree}'; found: {found}.")
            events, summary = root["E/Evt"], root["T"]
            if events.num_entries != summary.num_entries:
                raise UnreadableEventsError(f"{path.name}: the trees E and T have different lengths.")
            columns = _columns(path, events, summary)
            header = _header(root)
            detectors, runs = (np.unique(events[key].array(library="np")) for key in ("det_id", "run_id"))
    except uproot.exceptions.KeyInFileError as problem:
        raise UnreadableEventsError(f"{path.name}: the branch {problem.key!r} is missing.") from problem
    except (ValueError, OSError) as problem:
        raise UnreadableEventsError(f"{path.name}: is not a readable ROOT file ({problem}).") from problem
    if len(detectors) != 1 or len(runs) != 1:
        raise UnreadableEventsError(f"{path.name}: holds more than one detector or run.")
    detector = int(detectors[0])
    if detector not in CONFIGURATIONS:
        raise UnreadableEventsError(f"{path.name}: detector {detector} is none of {sorted(CONFIGURATIONS)}.")
    return EventFile(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        configuration=CONFIGURATIONS[detector],
        detector_id=detector,
        run=int(runs[0]),
        header=header,
        columns=columns,
    )


def _columns(path: Path, events: uproot.TTree, summary: uproot.TTree) -> dict[str, NDArray[np.generic]]:
    def flat(branch: str) -> NDArray[np.generic]:
        return np.asarray(events[branch].array(library="np"))

    def track(branch: str) -> NDArray[np.generic]:
        jagged = events[f"trks/trks.{branch}"].array()
        if not ak.all(ak.num(jagged) == 1):
            raise UnreadableEventsError(f"{path.name}: expected exactly one track (the best) in every event.")
        return np.asarray(ak.to_numpy(ak.flatten(jagged)))

    frame = flat("frame_index").astype(np.int64)
    seconds = flat("t/t.fSec").astype(np.float64) + 1e-9 * flat("t/t.fNanoSec").astype(np.float64)
    run_start = seconds - FRAME_SECONDS * frame
    if np.ptp(run_start) > 0.01 * FRAME_SECONDS:
        raise UnreadableEventsError(f"{path.name}: UTC times and frame numbers do not run together.")
    # Inside a frame the first hit that took part in the trigger gives the time, in nanoseconds.
    in_frame = 1e-9 * np.asarray(summary["sum_trig_hits/tmin"].array(library="np"))
    fit = ak.fill_none(ak.pad_none(events["trks/trks.fitinf"].array()[:, 0], 1, axis=1)[:, BETA0], np.nan)
    sky = {
        name: np.asarray(summary[f"coords/trackfit_{name}"].array(library="np"), dtype=np.float64)
        for name in ("ra", "dec")
    }
    return {
        "event_id": flat("id"),
        "frame_index": frame,
        "run_second": FRAME_SECONDS * frame + in_frame,
        "frame_unix": seconds,
        "trigger_mask": flat("trigger_mask"),
        "has_track": track("rec_type") == MUON_TRACK,
        "dir_x": track("dir.x"),
        "dir_y": track("dir.y"),
        "dir_z": track("dir.z"),
        "likelihood": track("lik"),
        "angular_error_deg": np.degrees(np.asarray(ak.to_numpy(fit), dtype=np.float64)),
        "file_ra_deg": np.where(sky["ra"] > NO_VALUE, np.degrees(sky["ra"]), np.nan),
        "file_dec_deg": np.where(sky["dec"] > NO_VALUE, np.degrees(sky["dec"]), np.nan),
    }


def _header(root: uproot.ReadOnlyDirectory) -> dict[str, float]:
    """Counters of the complete run; only the newer file carries them."""
    if "headerTree" not in root:
        return {}
    tree = root["headerTree"]
    return {key: float(tree[key].array(library="np")[0]) for key in HEADER_COUNTERS if key in tree}

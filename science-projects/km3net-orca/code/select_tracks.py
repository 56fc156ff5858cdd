"""Step 1: read the ROOT files, compute directions, apply the likelihood cut, write the table of tracks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from detector import FRAME_SECONDS, azimuth_deg, cos_zenith, equatorial_deg
from event_file import EventFile, UnreadableEventsError, read_event_file
from tracks import FAILED_FIT, Tracks, write_tracks


def select(file: EventFile, likelihood_min: float) -> Tracks:
    """Turn a file's events, in order of time, into tracks with a place in the sky and the cut's verdict."""
    order = np.argsort(file.columns["run_second"], kind="stable")
    column = {name: values[order] for name, values in file.columns.items()}
    has_track = column["has_track"].astype(bool)
    run_start = float(column["frame_unix"][0] - FRAME_SECONDS * column["frame_index"][0])
    cosine = np.where(has_track, cos_zenith(column["dir_z"]), np.nan)
    azimuth = np.where(has_track, azimuth_deg(column["dir_x"], column["dir_y"]), np.nan)
    ra, dec = np.full(len(order), np.nan), np.full(len(order), np.nan)
    ra[has_track], dec[has_track] = equatorial_deg(
        azimuth[has_track], cosine[has_track], run_start + column["run_second"][has_track]
    )
    likelihood = column["likelihood"]
    return Tracks(
        configuration=file.configuration,
        about={
            "detector_id": file.detector_id,
            "run": file.run,
            "file": file.name,
            "sha256": file.sha256,
            "bytes": file.size,
            "run_start_unix": round(run_start, 3),
            "header": file.header,
        },
        run_second=column["run_second"],
        frame_index=column["frame_index"],
        trigger_mask=column["trigger_mask"],
        event_id=column["event_id"],
        has_track=has_track,
        selected=has_track & (likelihood > max(likelihood_min, FAILED_FIT)),
        likelihood=likelihood,
        angular_error_deg=column["angular_error_deg"],
        cos_zenith=cosine,
        azimuth_deg=azimuth,
        ra_deg=ra,
        dec_deg=dec,
        file_ra_deg=column["file_ra_deg"],
        file_dec_deg=column["file_dec_deg"],
    )


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory with the two ROOT files")
    parser.add_argument("--likelihood-min", type=float, required=True, help="keep tracks with a larger one")
    parser.add_argument("--output", type=Path, required=True, help="table of tracks to write (.npz)")
    options = parser.parse_args(arguments)
    try:
        paths = sorted(options.data.rglob("*.root"))
        if not paths:
            raise UnreadableEventsError(f"{options.data}: holds no .root file; was the dataset staged?")
        tracks = [select(read_event_file(path), options.likelihood_min) for path in paths]
        names = sorted(t.configuration for t in tracks)
        if names != ["ORCA4", "ORCA6"]:
            raise UnreadableEventsError(
                f"{options.data}: needs one file each of ORCA4 and ORCA6, got {names}."
            )
    except UnreadableEventsError as problem:
        print(f"select_tracks: {problem}", file=sys.stderr)
        return 1
    write_tracks(options.output, tracks, options.likelihood_min)
    for t in tracks:
        print(
            f"{t.configuration} run {t.about['run']}: "
            f"{len(t.has_track)} events, {t.has_track.sum()} with a track, "
            f"{t.selected.sum()} with likelihood > {options.likelihood_min:g}; "
            f"up-going {t.upgoing.sum()} -> {(t.upgoing & t.selected).sum()}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

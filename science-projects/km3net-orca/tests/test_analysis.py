"""The workflow's steps on the real files: expected numbers, same bytes twice, conventions, bad input."""

from __future__ import annotations

import csv
import struct
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import uproot

from tests.run_once import EXPECTED, RESULTS, look_up, paths, run, step

import detector  # isort: skip - run_once puts code/ on the path
import intervals  # isort: skip


class ExpectedNumbers(unittest.TestCase):
    """What expected.json promises."""

    def test_every_check_holds(self) -> None:
        self.assertGreater(len(EXPECTED["checks"]), 50)
        for check in EXPECTED["checks"]:
            with self.subTest(check["path"]):
                if "equals" in check:
                    self.assertEqual(look_up(check["path"]), check["equals"])
                else:
                    self.assertAlmostEqual(look_up(check["path"]), check["value"], delta=check["tolerance"])

    def test_a_second_run_gives_the_same_bytes(self) -> None:
        with tempfile.TemporaryDirectory() as workspace:
            again = run(Path(workspace))
            for name in ("tracks.npz", "results.json", "results.csv", "results.md"):
                self.assertEqual((again / name).read_bytes(), (RESULTS / name).read_bytes(), name)

    def test_every_figure_is_a_picture_and_the_same_twice(self) -> None:
        for name in ("rate", "zenith", "sky", "comparison"):
            pictures = []
            for attempt in ("a", "b"):
                target = RESULTS / f"{name}-{attempt}.png"
                arguments = ("--tracks", "results/tracks.npz", "--output", str(target))
                done = step(f"plot_{name}.py", *arguments, cwd=RESULTS.parent)
                self.assertEqual(done.returncode, 0, done.stderr)
                pictures.append(target.read_bytes())
            self.assertEqual(*pictures)
            self.assertEqual(pictures[0][:8], b"\x89PNG\r\n\x1a\n")
            width, height = struct.unpack(">II", pictures[0][16:24])
            self.assertGreater(min(width, height), 1000)


class Conventions(unittest.TestCase):
    """Directions, angles, coordinates."""

    def test_a_downward_particle_comes_from_the_zenith(self) -> None:
        self.assertEqual(detector.cos_zenith(np.array([-1.0]))[0], 1.0)

    def test_a_particle_flying_to_grid_south_comes_from_grid_north(self) -> None:
        azimuth = detector.azimuth_deg(np.array([0.0]), np.array([-1.0]))[0]
        self.assertAlmostEqual(azimuth, 360.0 - 2.0242, places=3)

    def test_the_collaborations_benchmark_of_coordinates(self) -> None:
        table = paths()[0].parent.parent / "astro" / "ORCA_coordinate_systems_benchmark.csv"
        lines = [line for line in table.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        rows = list(csv.DictReader(lines))
        self.assertEqual(len(rows), 17)
        value = {
            key: np.array([float(r[key]) for r in rows]) for key in ("theta", "phi", "RA-J2000", "DEC-J2000")
        }
        theta, phi = np.radians(value["theta"]), np.radians(value["phi"])
        unix = [
            datetime.fromisoformat(f"{r['date']}T{r['time']}").replace(tzinfo=UTC).timestamp() for r in rows
        ]
        azimuth = detector.azimuth_deg(np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi))
        ra, dec = detector.equatorial_deg(azimuth, detector.cos_zenith(np.cos(theta)), np.array(unix))
        apart = detector.separation_deg(ra, dec, value["RA-J2000"], value["DEC-J2000"])
        self.assertLess(apart.max(), 0.012)

    def test_intervals_of_textbook_cases(self) -> None:
        none = intervals.count(0)
        self.assertEqual(none.minus, 0.0)
        self.assertAlmostEqual(none.plus, 1.841, places=3)
        self.assertAlmostEqual(intervals.count(10).plus, 4.267, places=2)
        self.assertAlmostEqual(intervals.rate_ratio(100, 10.0, 100, 20.0).value, 2.0)
        self.assertEqual(intervals.fraction(5, 5).plus, 0.0)


class BadInput(unittest.TestCase):
    """Each ends with status 1 and one sentence that names the file and what is wrong."""

    def test_messages(self) -> None:
        whole = paths()[0].read_bytes()
        cases = {
            "empty directory": ({}, "holds no .root file"),
            "only one configuration": ({"orca4.root": whole}, "needs one file each of ORCA4 and ORCA6"),
            "empty file": ({"orca4.root": b""}, "empty"),
            "no ROOT file": ({"orca4.root": b"not a ROOT file" * 100}, "not a readable ROOT file"),
            "cut off": ({"orca4.root": whole[: len(whole) // 2]}, "not a readable ROOT file"),
        }
        for name, (files, message) in cases.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                for file, content in files.items():
                    (Path(folder) / file).write_bytes(content)
                self.assert_fails(Path(folder), message)

    def test_a_missing_tree_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with uproot.recreate(Path(folder) / "other.root") as file:
                file.mktree("E", {"x": np.float64})
            self.assert_fails(Path(folder), "other.root: has no tree 'T'; found: E")

    def test_a_missing_branch_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with uproot.recreate(Path(folder) / "other.root") as file:
                for tree in ("E", "T"):
                    file.mktree(tree, {"x": np.float64})
            self.assert_fails(Path(folder), "'Evt' is missing")

    def assert_fails(self, folder: Path, message: str) -> None:
        """Run the first step and compare its complaint."""
        arguments = ("--data", ".", "--likelihood-min", "100", "--output", "out.npz")
        done = step("select_tracks.py", *arguments, cwd=folder)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse((folder / "out.npz").exists())


if __name__ == "__main__":
    unittest.main()

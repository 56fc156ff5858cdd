"""The numbers again, by another way: plain loops and formulas, nothing imported from ``code/`` or astropy."""

from __future__ import annotations

import math
import unittest

import awkward as ak
import uproot

from tests.run_once import EXPECTED, RESULT, look_up, paths

UNIX_OF_J2000 = 946728000.0


def sidereal_origin(
    azimuth: float, altitude: float, unix: float, lat: float, lon: float
) -> tuple[float, float]:
    """RA and Dec (mean equator and equinox J2000.0, degrees) by sidereal time and IAU 1976 precession."""
    days = (unix - UNIX_OF_J2000) / 86400.0
    t = days / 36525.0
    sidereal = math.radians((280.46061837 + 360.98564736629 * days + lon) % 360.0)
    sin_dec = math.sin(altitude) * math.sin(lat) + math.cos(altitude) * math.cos(lat) * math.cos(azimuth)
    dec = math.asin(sin_dec)
    hour_angle = math.atan2(
        -math.cos(altitude) * math.sin(azimuth),
        math.sin(altitude) * math.cos(lat) - math.cos(altitude) * math.sin(lat) * math.cos(azimuth),
    )
    ra = sidereal - hour_angle
    arcsec = math.radians(1 / 3600)
    zeta = (2306.2181 * t + 0.30188 * t * t) * arcsec
    z = (2306.2181 * t + 1.09468 * t * t) * arcsec
    theta = (2004.3109 * t - 0.42665 * t * t) * arcsec
    # From the date back to J2000.0: the inverse rotation.
    a = math.cos(dec) * math.sin(ra - z)
    b = math.cos(theta) * math.cos(dec) * math.cos(ra - z) + math.sin(theta) * math.sin(dec)
    c = -math.sin(theta) * math.cos(dec) * math.cos(ra - z) + math.cos(theta) * math.sin(dec)
    return math.degrees(math.atan2(a, b) - zeta) % 360.0, math.degrees(math.asin(c))


def separation(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Angle between two places in the sky, in degrees."""
    (a, b), (c, d) = ([math.radians(x) for x in p] for p in (one, other))
    chord = math.sin((d - b) / 2) ** 2 + math.cos(b) * math.cos(d) * math.sin((c - a) / 2) ** 2
    return math.degrees(2 * math.asin(math.sqrt(chord)))


def poisson_tail(k: int, mean: float) -> float:
    """Probability of at most ``k``."""
    return sum(math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(k + 1))


class IndependentNumbers(unittest.TestCase):
    """Each configuration, from the ROOT files."""

    def test_counts_windows_and_rates(self) -> None:
        for path, name in zip(paths(), ("ORCA4", "ORCA6"), strict=True):
            with self.subTest(name):
                cut = EXPECTED["parameters"]["likelihood_min"]
                rows = self.rows(path)
                tracks = [r for r in rows if r["rec_type"] == 4000]
                up = [r for r in tracks if r["dz"] > 0]
                kept = [r for r in tracks if cut < r["lik"] < math.inf]
                counts = RESULT["configurations"][name]["counts"]
                self.assertEqual(counts["events"], len(rows))
                self.assertEqual(counts["with_track"], len(tracks))
                self.assertEqual(counts["upgoing"], len(up))
                self.assertEqual(counts["fit_failed"], len([r for r in tracks if r["lik"] < -1e307]))
                self.assertEqual(counts["selected"], len(kept))
                self.assertEqual(counts["upgoing_selected"], len([r for r in up if r in kept]))
                frames = {r["frame"] for r in rows}
                first, last = min(frames), max(frames)
                inside = [
                    r for r in rows if first / 10 + 20 <= r["frame"] / 10 + r["ns"] / 1e9 < last / 10 - 19.9
                ]
                self.assertEqual(counts["in_window"], len(inside))
                seconds = (last - first + 1) / 10 - 40
                rate = RESULT["configurations"][name]["rate_hz"]["triggered"]
                self.assertAlmostEqual(rate["value"], len(inside) / seconds, places=4)
                # Random events leave exp(-mean) of the frames empty; three standard deviations of room.
                all_frames = last - first + 1
                empty = math.exp(-len(rows) / all_frames)
                room = 3 * math.sqrt(all_frames * empty * (1 - empty))
                self.assertAlmostEqual(len(frames), all_frames * (1 - empty), delta=room)

    def test_up_going_track_of_orca6_is_the_better_of_its_hypotheses(self) -> None:
        tree = uproot.open(paths()[1])["T/sum_jgandalf"]
        best_up, best_down = (tree[f"max_lik_{way}"].array(library="np") for way in ("up", "down"))
        rows = self.rows(paths()[1])
        for row, upward, downward in zip(rows, best_up, best_down, strict=True):
            if row["rec_type"] == 4000:
                self.assertEqual(row["dz"] > 0, upward > downward)

    def test_survivors_lie_where_sidereal_time_puts_them(self) -> None:
        lat, lon = math.radians(42.80084), 6.02228
        convergence = math.radians(-2.0242)
        for path, name in zip(paths(), ("ORCA4", "ORCA6"), strict=True):
            by_id = {r["id"]: r for r in self.rows(path)}
            survivors = RESULT["configurations"][name]["upgoing_survivors"]
            self.assertEqual(len(survivors), RESULT["configurations"][name]["counts"]["upgoing_selected"])
            for s in survivors:
                r = by_id[s["event_id"]]
                azimuth = math.atan2(-r["dx"], -r["dy"]) + convergence
                place = sidereal_origin(azimuth, math.asin(-r["dz"]), r["unix"] + r["ns"] / 1e9, lat, lon)
                # Left out here: nutation, aberration, UT1-UTC and polar motion; together below 0.02 degrees.
                self.assertLess(separation(place, (s["ra_deg"], s["dec_deg"])), 0.02)

    def test_interval_of_a_small_fraction_solves_its_defining_equation(self) -> None:
        for name in ("ORCA4", "ORCA6"):
            counts = RESULT["configurations"][name]["counts"]
            k, n = counts["upgoing_selected"], counts["selected"]
            after = RESULT["configurations"][name]["upgoing_fraction"]["after"]
            high = after["value"] + after["plus"]
            tail = sum(math.comb(n, i) * high**i * (1 - high) ** (n - i) for i in range(k + 1))
            self.assertAlmostEqual(tail, (1 - 0.6827) / 2, places=3)
            # A rare binomial is nearly Poisson.
            self.assertAlmostEqual(poisson_tail(k, n * high), tail, delta=0.01)

    def test_whole_run_of_orca6_agrees_with_its_first_minutes(self) -> None:
        rate = RESULT["configurations"]["ORCA6"]["rate_hz"]
        pull = (rate["triggered"]["value"] - rate["whole_run_by_header"]["value"]) / rate["triggered"]["plus"]
        self.assertLess(abs(pull), 3)
        header = uproot.open(paths()[1])["headerTree"]
        total = header["JDAQEvent"].array(library="np")[0]
        for trigger in ("3DMuon", "3DShower", "MXShower"):
            whole = header[f"JTrigger{trigger}"].array(library="np")[0] / total
            part = look_up(f"configurations.ORCA6.trigger_fraction.{trigger}")
            self.assertLess(abs(part["value"] - whole), 3 * part["plus"])

    def rows(self, path: object) -> list[dict[str, float]]:
        """All events of a file as plain dictionaries, in file order."""
        file = uproot.open(path)
        events, tmin = file["E/Evt"], file["T/sum_trig_hits/tmin"].array(library="np")
        flat = {"id": "id", "frame": "frame_index", "sec": "t/t.fSec", "nano": "t/t.fNanoSec"}
        best = {"dx": "dir.x", "dy": "dir.y", "dz": "dir.z", "lik": "lik", "rec_type": "rec_type"}
        columns = {k: events[b].array().to_list() for k, b in flat.items()}
        columns |= {k: ak.firsts(events[f"trks/trks.{b}"].array()).to_list() for k, b in best.items()}
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        for row, ns in zip(rows, tmin, strict=True):
            row |= {"unix": row["sec"] + 1e-9 * row["nano"], "ns": float(ns)}
        return rows


if __name__ == "__main__":
    unittest.main()

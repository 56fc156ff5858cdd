"""Step 3: write the numbers: ``results.json`` for machines, ``results.csv`` and ``results.md`` for people."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from pathlib import Path

from measurement import BIN_SECONDS, EDGE_SECONDS, Json, comparison_numbers, configuration_numbers
from tracks import read_tracks

SOURCE = {
    "data": "KM3NeT/ORCA events, files data/dst/orca4_sample.root and data/dst/orca6_sample.root",
    "package": "km3net-testdata 0.4.31 (PyPI), https://git.km3net.de/km3py/km3net-testdata",
    "licence": "MIT, Copyright (c) 2014 Tamas Gal: the package's LICENSE, without separate terms for data",
}
CONVENTIONS = {
    "direction": "where the particle came from, opposite to the track's direction of propagation",
    "cos_zenith": "+1 from the zenith, below 0 from below the horizon (up-going)",
    "sky": "right ascension and declination in ICRS (aligned with J2000.0)",
    "uncertainty": "statistical, central 68.27 %: Garwood for counts, Clopper-Pearson for fractions",
}
CAVEATS = [
    "The files hold the first 2500 and 2499 triggered events of two runs; rates are of a truncated sample.",
    "Up-going tracks before the cut are mostly mis-reconstructed down-going atmospheric muons, and the few "
    "after it are no neutrino sample: about ten selected neutrinos a day were found with ORCA6 "
    "(arXiv:2408.07015), fewer than 0.1 in these twelve minutes.",
    "The runs also differ in date, calibration and version of the reconstruction: ratios of rates are not "
    "the effect of the number of detection units alone.",
]
# Rows of the table for people: heading, place in a configuration's numbers, unit.
ROWS = (
    ("triggered event rate", ("rate_hz", "triggered"), "Hz"),
    ("selected track rate", ("rate_hz", "selected"), "Hz"),
    ("up-going fraction before the cut", ("upgoing_fraction", "before"), ""),
    ("up-going fraction after the cut", ("upgoing_fraction", "after"), ""),
    ("up-going tracks kept by the cut", ("kept_by_cut", "upgoing"), ""),
    ("down-going tracks kept by the cut", ("kept_by_cut", "downgoing"), ""),
)
COUNTS = (
    ("events in the file", "events"),
    ("events with a track", "with_track"),
    ("tracks passing the cut", "selected"),
    ("up-going tracks", "upgoing"),
    ("up-going tracks passing the cut", "upgoing_selected"),
)


def rounded(value: object) -> object:
    """Six significant digits everywhere and no NaN: enough for every number here, stable and valid JSON."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value


def table_rows(configurations: dict[str, Json]) -> list[tuple[str, str, str, float, float, float]]:
    """Lines of the table: configuration, quantity, unit, value, minus, plus."""
    rows: list[tuple[str, str, str, float, float, float]] = []
    for name, numbers in configurations.items():
        counts = numbers["counts"]
        rows += [(name, label, "", counts[key], 0.0, 0.0) for label, key in COUNTS]  # type: ignore[index]
        for label, (group, key), unit in ROWS:
            m = numbers[group][key]  # type: ignore[index]
            rows.append((name, label, unit, m["value"], m["minus"], m["plus"]))
    return rows


def write_table(directory: Path, configurations: dict[str, Json], comparison: Json) -> None:
    """Write the table twice: CSV, and Markdown with one column a configuration."""
    rows = table_rows(configurations)
    for key, m in comparison["rate_ratio"].items():  # type: ignore[attr-defined]
        label = f"rate ratio {key.replace('_', ' ')}"
        rows.append(("ORCA6/ORCA4", label, "", m["value"], m["minus"], m["plus"]))
    with (directory / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("configuration", "quantity", "unit", "value", "minus", "plus"))
        writer.writerows((c, q, u, f"{v:.6g}", f"{lo:.3g}", f"{hi:.3g}") for c, q, u, v, lo, hi in rows)
    text = ["| configuration | quantity | value |", "| --- | --- | --- |"]
    for configuration, quantity, unit, value, low, high in rows:
        text.append(f"| {configuration} | {quantity} | {readable(value, low, high)} {unit}".rstrip() + " |")
    (directory / "results.md").write_text("\n".join(text) + "\n", encoding="utf-8")


def readable(value: float, minus: float, plus: float) -> str:
    """``value ± error`` with two digits in the error; the errors apart where they differ by over 10 %."""
    if not math.isfinite(value):
        return "–"
    if minus == plus == 0:
        return f"{value:g}"
    digits = max(0, 1 - math.floor(math.log10(max(min(minus, plus), 1e-12) or max(minus, plus))))
    if abs(plus - minus) <= 0.1 * max(plus, minus):
        return f"{value:.{digits}f} ± {(plus + minus) / 2:.{digits}f}"
    return f"{value:.{digits}f} +{plus:.{digits}f} −{minus:.{digits}f}"


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=Path, required=True, help="table written by the first step (.npz)")
    parser.add_argument("--output", type=Path, required=True, help="directory of the results")
    parser.add_argument("--dataset", required=True, help="data identifier of the input, scope:name")
    parser.add_argument("--result-dataset", required=True, help="data identifier the results will have")
    options = parser.parse_args(arguments)
    tracks, likelihood_min = read_tracks(options.tracks)
    configurations = {t.configuration: configuration_numbers(t) for t in tracks}
    by_name = {t.configuration: t for t in tracks}
    comparison = comparison_numbers(by_name["ORCA4"], by_name["ORCA6"])
    result: Json = {
        "title": "First minutes of two KM3NeT/ORCA configurations: rates, zenith angles, sky",
        "provenance": {**SOURCE, "dataset": options.dataset, "result_dataset": options.result_dataset},
        "parameters": {
            "likelihood_min": likelihood_min,
            "edge_seconds": EDGE_SECONDS,
            "bin_seconds": BIN_SECONDS,
        },
        "conventions": CONVENTIONS,
        "caveats": CAVEATS,
        "configurations": configurations,
        "comparison": comparison,
    }
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rounded(result), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    (options.output / "results.json").write_text(text + "\n", encoding="utf-8")
    write_table(options.output, configurations, comparison)
    print((options.output / "results.md").read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Print the paths of the two ROOT files inside the installed package km3net-testdata, one a line."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import metadata
from pathlib import Path

PACKAGE, VERSION = "km3net-testdata", "0.4.31"
EXPECTED = Path(__file__).parent / "expected.json"


def data_files() -> list[Path]:
    """Return both files; raise ``RuntimeError`` when package, version or content is not the expected one."""
    try:
        distribution = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise RuntimeError(f"{PACKAGE} is missing: pip install --no-deps {PACKAGE}=={VERSION}") from None
    if distribution.version != VERSION:
        raise RuntimeError(f"{PACKAGE} {distribution.version} is installed, this analysis needs {VERSION}.")
    paths = []
    for name, checksum in json.loads(EXPECTED.read_text(encoding="utf-8"))["inputs"].items():
        path = Path(str(distribution.locate_file(f"km3net_testdata/data/dst/{name}")))
        if not path.is_file():
            raise RuntimeError(f"{path}: not in the package.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != checksum:
            raise RuntimeError(f"{path}: the content differs from the one the expected numbers are for.")
        paths.append(path)
    return paths


def main() -> int:
    """Command line; returns the exit status."""
    try:
        print(*data_files(), sep="\n")
    except RuntimeError as problem:
        print(f"fetch_data: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

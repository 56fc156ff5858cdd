"""Run steps 1 and 3 of the workflow once for all tests, as separate processes, as a job would."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
for folder in (PROJECT, PROJECT / "code"):
    sys.path.insert(0, str(folder))

from fetch_data import data_files  # noqa: E402

EXPECTED = json.loads((PROJECT / "expected.json").read_text(encoding="utf-8"))


def paths() -> list[Path]:
    """ORCA4's file, then ORCA6's."""
    return data_files()


def step(script: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run one script of ``code/``."""
    command = [sys.executable, str(PROJECT / "code" / script), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def run(workspace: Path) -> Path:
    """Stage the data, select, write the result; returns the directory of the results."""
    (workspace / "data").mkdir()
    for path in paths():
        shutil.copy(path, workspace / "data")
    cut = str(EXPECTED["parameters"]["likelihood_min"])
    table = ("--tracks", "results/tracks.npz", "--output", "results")
    names = ("--dataset", "user.alice:orca-sample", "--result-dataset", "user.alice:orca-result")
    select = ("--data", "data", "--likelihood-min", cut, "--output", "results/tracks.npz")
    for script, arguments in (("select_tracks.py", select), ("write_result.py", (*table, *names))):
        done = step(script, *arguments, cwd=workspace)
        if done.returncode != 0:
            raise RuntimeError(f"{script}: {done.stderr}")
    return workspace / "results"


def look_up(path: str) -> object:
    """Value at a dotted path of the result."""
    value: object = RESULT
    for key in path.split("."):
        value = value[int(key)] if isinstance(value, list) else value[key]  # type: ignore[index]
    return value


_workspace = Path(tempfile.mkdtemp(prefix="orca-"))
atexit.register(shutil.rmtree, _workspace, ignore_errors=True)
RESULTS = run(_workspace)
RESULT = json.loads((RESULTS / "results.json").read_text(encoding="utf-8"))

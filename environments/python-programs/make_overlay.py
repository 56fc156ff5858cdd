"""Makes or refreshes a person's overlay: a virtual environment of their own through which another one is seen.

Runs with the Python of the environment below and the rights of the person whose overlay it is.
Arguments: the overlay's folder, the site-packages folder to see through it.
"""

import fcntl
import os
import sys
import venv
from pathlib import Path

overlay, below = Path(sys.argv[1]), Path(sys.argv[2])
programs = overlay / "bin"
packages = overlay / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
base = os.path.realpath(sys._base_executable)


def put(path: Path, text: str, mode: int = 0o644) -> None:
    """Whole or not at all: a kernel may be starting from it."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text)
    unfinished.chmod(mode)
    unfinished.replace(path)


# Two servers of one person may start at the same time.
overlay.mkdir(mode=0o700, exist_ok=True)
lock = os.open(overlay, os.O_RDONLY | os.O_DIRECTORY)
fcntl.flock(lock, fcntl.LOCK_EX)

# Links to an interpreter that is gone or another one would be kept.
if not packages.is_dir() or os.path.realpath(programs / "python") != base:
    for name in ("python", "python3", packages.parent.name):
        (programs / name).unlink(missing_ok=True)
    venv.EnvBuilder(symlinks=True).create(overlay)

# addsitedir rather than the bare path: the .pth files below are read as well.
see_through = f"import site; site.addsitedir({str(below)!r})\n"
link = packages / "environment-below.pth"
if not link.is_file() or link.read_text() != see_through:
    put(link, see_through)

# pip itself comes from below; started here, it installs here.
for name in ("pip", "pip3"):
    if not (programs / name).exists():
        put(programs / name, '#!/bin/sh\nexec "$(dirname -- "$0")/python" -m pip "$@"\n', 0o755)

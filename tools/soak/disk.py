"""A small disk of its own for the engine's folder, so that it can be filled: a tmpfs where we may mount one.

In: a folder. Out: the folder, mounted for as long as a `with` block lasts; what is in it is moved out at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE_MB = 192
"""Room for an hour's record and logs, and for what a starting engine wants free."""


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Is `folder/live` a disk of its own? All that stands in it stands in `folder` afterwards."""
    live = folder / "live"
    live.mkdir(parents=True)
    mounted = _mounted(live)
    try:
        yield mounted
    finally:
        shutil.copytree(live, folder, dirs_exist_ok=True)
        if mounted:
            subprocess.run(["umount", "--lazy", str(live)], check=True)
        shutil.rmtree(live)


def _mounted(folder: Path) -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0

"""Small disks for the engine's folder and for the journal in it, so that they can be filled: tmpfs where we may mount one.

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
JOURNAL_SIZE_MB = 4
"""Room for an hour's record and logs, and for what a starting engine wants free."""


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Is `folder/live` a disk of its own? All that stands in it stands in `folder` afterwards."""
    live = folder / "live"
    live.mkdir(parents=True)
    mounted = [live] if _mounted(live, SIZE_MB) else []
    journal = live / "journal"
    journal.mkdir()
    if mounted and _mounted(journal, JOURNAL_SIZE_MB):
        mounted.append(journal)
    try:
        yield bool(mounted)
    finally:
        shutil.copytree(live, folder, dirs_exist_ok=True)
        for disk in reversed(mounted):
            subprocess.run(["umount", "--lazy", str(disk)], check=True)
        shutil.rmtree(live)


def _mounted(folder: Path, size_mb: int) -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0

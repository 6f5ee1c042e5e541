"""How long a journal is at least, in a file beside it: lines that somebody cut off at its end leave no other trace.

In: a journal's path and its bytes. Out: that number at the next start. It is written in place and always has the same length,
so that a full disk takes it; a number that could not be written is too small and promises less. Thread `hands`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_FORM = b"%020d\n"


def note_size(journal: Path, size: int) -> None:
    with suppress(OSError):
        file = os.open(_beside(journal), os.O_WRONLY | os.O_CREAT | _FLAGS, 0o600)
        try:
            os.write(file, _FORM % size)
        finally:
            os.close(file)


def known_size(journal: Path) -> int:
    """0 where nothing is known."""
    with suppress(OSError, ValueError):
        file = os.open(_beside(journal), os.O_RDONLY | _FLAGS)
        try:
            return int(os.read(file, len(_FORM % 0)))
        finally:
            os.close(file)
    return 0


def _beside(journal: Path) -> Path:
    return journal.with_suffix(".size")

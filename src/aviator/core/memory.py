"""Memory given back to the system. The C library keeps what was freed in case it is wanted again, which looks like a leak.

Any process that runs for days.
"""

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress

EVERY_S = 10.0
"""What a worker frees meanwhile lies about in shreds, some MB of them; to return it takes less than a millisecond."""


def _trimmer() -> Callable[[int], int] | None:
    """glibc's `malloc_trim`; None where there is no such thing (musl, macOS, Windows)."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            return ctypes.CDLL(None).malloc_trim
    return None


_TRIM = _trimmer()


def give_back() -> None:
    """Return what is free to the system: about a millisecond of a process of 80 MB."""
    if _TRIM is not None:
        _TRIM(0)

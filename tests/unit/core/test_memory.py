"""Memory that was freed goes back to the system, also from between what is kept."""

import platform
from pathlib import Path

import pytest

from aviator.core.memory import give_back

BLOCK = bytes(2000)
MB = 1000


def own_kb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:"))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no other C library can be asked to")
def test_shreds_between_what_is_kept_are_given_back():
    give_back()
    blocks = [bytearray(BLOCK) for _ in range(20 * MB)]
    kept, full_kb = blocks[:: MB // 2], own_kb()
    del blocks
    give_back()
    assert full_kb - own_kb() > 30 * MB
    assert len(kept) == 40

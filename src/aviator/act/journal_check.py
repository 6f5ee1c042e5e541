"""Is the journal of bets as it was written? Checks the checksum of every line. Reads only; any process.

In: the journal file. Out: each changed line. A line that a crash cut off is no fault: its end is missing, nothing is changed.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import NamedTuple

from aviator.act.journal_size import known_size

_LINE = re.compile(rb'\{"v":\d+,"crc":"([0-9a-f]{8})","entry":(.*)\}')
_CUT = re.compile(rb'\{"v":\d+,"crc":"([0-9a-f]{8})","entry":(.*)')
_BEGINNING = b'{"v":'
_MISSING = b"missing"


class JournalFaults(NamedTuple):
    """Numbers of lines: that were changed, that a crash cut off, and that stand for lines which are missing because the file was
    removed, replaced or cut."""

    changed: list[int]
    cut: list[int]
    missing: list[int]


def journal_faults(path: Path) -> JournalFaults:
    """Raises `OSError`; a file that does not exist has no faults."""
    found = changed, cut, missing = JournalFaults([], [], [])
    try:
        *lines, tail = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return found
    for number, line in enumerate(lines, 1):
        if line == _MISSING:
            missing.append(number)
        elif _is_whole(line):
            continue
        elif _is_cut(line):
            cut.append(number)
        elif cut and cut[-1] == number - 1 and not line.startswith(_BEGINNING[:2]):
            changed.append(cut.pop())  # a line end within a line is a change of that line
        else:
            changed.append(number)
    if tail and not _is_whole(tail):
        (cut if _is_cut(tail) else changed).append(len(lines) + 1)
    if path.stat().st_size < known_size(path):
        missing.append(len(lines) + 1)
    return found


def _is_whole(line: bytes) -> bool:
    found = _LINE.fullmatch(line)
    return found is not None and b"%08x" % zlib.crc32(found[2]) == found[1]


def _is_cut(line: bytes) -> bool:
    """Is it the beginning of a line, and not a whole line of which the end was changed?"""
    if len(line) < len(b'{"v":1,"crc":"00000000","entry":'):
        return line.startswith(_BEGINNING) or _BEGINNING.startswith(line)
    found = _CUT.fullmatch(line)
    if found is None or _BEGINNING in found[2]:
        return False
    return b"%08x" % zlib.crc32(found[2][:-1]) != found[1] and not line.endswith(b"}}")

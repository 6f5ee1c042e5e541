"""A chain of hashes that other processes extend too: each entry is read once, and new ones are appended.

In: the file of a chain. Out: what was added to it since the last look, or all of it where it is another file. Any process, one
thread at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aviator.core.hash_chain import Chain, Fault, Head, Link, append_locked, parse


@dataclass(frozen=True, slots=True)
class News:
    """Entries and faults in the order of their lines. `goes_on`: the file still has what was read before, and this comes after
    it; otherwise this is all that the file holds."""

    entries: tuple[Link | Fault, ...] = ()
    goes_on: bool = True


class GrowingChain:
    """The file at `path`. Raises `OSError` where it cannot be read or written; a missing file is an empty chain."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int, int] | None = None
        self._size = 0
        """Bytes that were read and are whole lines."""
        self._end = Chain()
        """The last line that was read, and what a crash cut off behind it."""
        self._last_line = b""

    @property
    def head(self) -> Head:
        """The newest entry that was read."""
        return self._end.head

    def read(self) -> News:
        """What was added since the last call."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            known, self._stamp, self._size, self._end = self._end, None, 0, Chain()
            return News(goes_on=known.head == Head())
        stamp = found.st_ino, found.st_size, found.st_mtime_ns
        if stamp == self._stamp:
            return News()
        if self._stamp is not None and stamp[1] >= self._size and self._size and self._is_there():
            new = self._take(self._size, Chain(self._end.links, self._end.faults))
            if not any(isinstance(one, Fault) for one in new):
                self._stamp = stamp
                return News(new)
        known = self._end
        everything = self._take(0, Chain())
        self._stamp = stamp
        heads = [one.head for one in everything if isinstance(one, Link)]
        return News(everything, known.head in (Head(), *heads))

    def append(self, *entries: Mapping[str, Any]) -> None:
        """Append entries; they are on the disk when this returns. The caller holds the file's lock and has called `read` under
        it. The next `read` returns them too."""
        append_locked(self.path, self._end, *entries)

    def _take(self, offset: int, after: Chain) -> tuple[Link | Fault, ...]:
        """Read on from there."""
        with self.path.open("rb") as file:
            file.seek(offset)
            data = file.read()
        chain = parse(data, after)
        links, faults = chain.links[len(after.links) :], chain.faults[len(after.faults) :]
        new: list[Link | Fault] = sorted([*links, *faults], key=lambda one: one.line)
        last = chain.faults[-1:] if chain.faults and chain.faults[-1].line > max([0, *(one.line for one in chain.links)]) else ()
        self._end = Chain(chain.links[-1:], last, chain.torn)
        self._size = offset + len(data) - chain.torn
        whole = data[: len(data) - chain.torn]
        self._last_line = whole[whole.rfind(b"\n", 0, -1) + 1 :] or self._last_line
        return tuple(new)

    def _is_there(self) -> bool:
        """Does the file still have the line that was read last, where it was? Its hash covers all lines before it; a file that
        was made anew may have the same number, size and time."""
        with self.path.open("rb") as file:
            file.seek(self._size - len(self._last_line))
            return file.read(len(self._last_line)) == self._last_line

"""An append-only file whose lines form a chain of hashes: a changed, removed or inserted line is found.

In: entries, as plain JSON objects. Out: a private file, one line per entry, and on reading the entries and every fault with
its line. Each line holds its number, the hash of the line before it and its own. Several processes may append. Any thread.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aviator.core.files import make_private_dir, open_private, write_all
from aviator.core.locks import FileLock

START = "0" * 64
"""The hash before the first line."""
OUT_OF_PLACE = "does not follow the line before it: lines were removed, moved or inserted"
"""The fault of a line that is whole itself."""
LOCK_PATIENCE_S = 5.0
_LOCK_AGAIN_S = 0.01
_KEYS = {"n", "previous", "hash", "entry"}


@dataclass(frozen=True, slots=True)
class Head:
    """A chain up to one of its entries: the number of that entry and its hash. Position 0 is the empty chain."""

    position: int = 0
    hash: str = START


@dataclass(frozen=True, slots=True)
class Link:
    """One whole line, `line` counts from 1. `position` is the number that the line itself states."""

    line: int
    position: int
    hash: str
    entry: Mapping[str, Any]

    @property
    def head(self) -> Head:
        return Head(self.position, self.hash)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line. `text` is the line as it stands in the file."""

    line: int
    problem: str
    text: bytes = b""


@dataclass(frozen=True, slots=True)
class Chain:
    """A file as it was read. `torn`: bytes of a last line that a crash cut off; such an entry was never confirmed."""

    links: tuple[Link, ...] = ()
    faults: tuple[Fault, ...] = ()
    torn: int = 0

    @property
    def head(self) -> Head:
        return self.links[-1].head if self.links else Head()

    def contains(self, head: Head) -> bool:
        """Is `head` a position of this chain?"""
        return head == Head() or any(link.head == head for link in self.links)


def link_hash(previous: str, content: str) -> str:
    """The hash of an entry that follows the one with the hash `previous`."""
    return hashlib.sha256(f"{previous}\n{content}".encode("utf-8", "surrogatepass")).hexdigest()


def read_chain(path: Path) -> Chain:
    """The file's entries and faults. A missing file is an empty chain. Raises `OSError`."""
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        return Chain()


def append(path: Path, entry: Mapping[str, Any]) -> Link:
    """Append one entry and return when it is on the disk. Raises `OSError`; the file is then as it was."""
    with locked(path):
        return append_locked(path, read_chain(path), entry)


def append_locked(path: Path, chain: Chain, *entries: Mapping[str, Any]) -> Link:
    """`append` for a caller that holds `locked(path)` and has read `chain`, or at least its end, under it. Returns the last."""
    with open_private(path, append=True) as file:
        whole = os.fstat(file.fileno()).st_size - chain.torn
        if chain.torn:
            file.truncate(whole)  # never confirmed
        lead = b"" if not whole or _ends_line(path, whole) else b"\n"
        lines = [link.line for link in chain.links] + [fault.line for fault in chain.faults]
        last = max(lines, default=0)
        before = chain.head
        if chain.faults and chain.faults[-1].line == last:  # follow the broken line as it stands
            before = Head(last, hashlib.sha256(chain.faults[-1].text).hexdigest())
        lines_to_add = lead
        for number, entry in enumerate(entries, last + 1):
            link = _link(number, before.position + 1, before.hash, entry)
            lines_to_add += _line(link.position, before.hash, link.hash, entry)
            before = link.head
        try:
            write_all(file, lines_to_add)
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(whole)
            raise
    return link


@contextlib.contextmanager
def locked(path: Path, patience_s: float = LOCK_PATIENCE_S) -> Iterator[None]:
    """Hold the lock of `path` against other processes and threads; its folder is created. Raises `OSError`, also where another
    one holds it for longer than `patience_s`."""
    make_private_dir(path.parent)
    lock = FileLock(path.with_name(path.name + ".lock"))
    deadline = time.monotonic() + patience_s
    while not lock.acquire():
        if time.monotonic() >= deadline:
            raise OSError(errno.EAGAIN, "another process holds its lock")
        time.sleep(_LOCK_AGAIN_S)
    try:
        yield
    finally:
        lock.release()


def parse(data: bytes, after: Chain = Chain()) -> Chain:
    """The chain that `data` is, or how the chain `after` goes on with it: then with what `after` holds."""
    *lines, tail = data.split(b"\n")
    links, faults = [*after.links], [*after.faults]
    first = 1 + max([0, *(link.line for link in links), *(fault.line for fault in faults)])
    for number, text in enumerate(lines, first):
        found = _decode(number, text)
        if found is None:
            faults.append(Fault(number, "was changed: it is not what was written", text))
            continue
        link, previous = found
        after_fault = bool(faults) and faults[-1].line == number - 1
        before = links[-1].head if links and links[-1].line == number - 1 else Head()
        if not after_fault and (previous, link.position) != (before.hash, before.position + 1):
            faults.append(Fault(number, OUT_OF_PLACE, text))
            continue
        links.append(link)
    if not tail:
        return Chain(tuple(links), tuple(faults))
    number = first + len(lines)
    if (found := _decode(number, tail)) and found[1] == (links[-1].hash if links else START):
        return Chain((*links, found[0]), tuple(faults))  # only the end of the line is missing
    if _decode(number, tail[:-1]):
        return Chain(tuple(links), (*faults, Fault(number, "was changed: its end is not a line end", tail)))
    return Chain(tuple(links), tuple(faults), len(tail))


def _decode(number: int, text: bytes) -> tuple[Link, str] | None:
    """The line and the hash that it follows, None where it is not exactly as `_line` writes it."""
    try:
        found = json.loads(text)
        position, previous, entry = found["n"], found["previous"], found["entry"]
        if found.keys() != _KEYS or not isinstance(entry, dict) or type(position) is not int or not isinstance(previous, str):
            return None
        link = _link(number, position, previous, entry)
        whole = _line(position, previous, link.hash, entry) == text + b"\n"
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return (link, previous) if whole else None


def _link(line: int, position: int, previous: str, entry: Mapping[str, Any]) -> Link:
    return Link(line, position, link_hash(previous, f"{position} {_text(entry)}"), entry)


def _line(position: int, previous: str, own: str, entry: Mapping[str, Any]) -> bytes:
    text = f'{{"n":{position},"previous":"{previous}","hash":"{own}","entry":{_text(entry)}}}\n'
    return text.encode("ascii")


def _text(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, separators=(",", ":"), allow_nan=False)


def _ends_line(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) == b"\n"

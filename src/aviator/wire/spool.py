"""A spool: an append-only file of parcels that wait for a database, made so that damage costs no more than what it touched.

In come parcels from a worker whose engine is gone, or from the writer whose database takes nothing; out they come again at
the next start, or when the database is back. A file is a header (magic, version, checksum) and records: a sync marker, the
payload's length, the CRC-32 of length and payload, the payload (`wire.codec`). A reader that meets damage goes on at the next
marker with a valid checksum. Every process.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from aviator.core.errors import AviatorError
from aviator.wire.codec import Parcel, UnreadableParcel, decode, encode

SUFFIX = ".spool"
PART_SUFFIX = ".spool.part"
"""A spool that is still being written, or whose writer was killed while it wrote."""
VERSION = 1
GROUP = 500
"""Records that are brought to the disk together."""

_MAGIC = b"AVIATOR\0"
_VERSION = struct.Struct("<8sH")
_SUM = struct.Struct("<I")
_HEADER_SIZE = _VERSION.size + _SUM.size
_MARK = b"\xff\xa5\x5a\xfe"
"""No text can hold it: 0xff and 0xfe do not occur in UTF-8."""
_LENGTHS = struct.Struct("<II")
_FRONT = len(_MARK) + _LENGTHS.size


class NoSpool(AviatorError):
    """The file is no spool, or one of another version."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What could be read of a spool: whole parcels in the order they were written, and how much else there was."""

    parcels: tuple[Parcel, ...]
    size: int
    skipped_bytes: int = 0
    damaged_places: int = 0
    """Damage with something whole behind it."""
    torn_tail: bool = False
    """Does the file end in the middle of something? So it does when its writer is killed."""

    @property
    def whole(self) -> bool:
        return not self.skipped_bytes

    def __str__(self) -> str:
        what = [f"damage in {self.damaged_places} places"] if self.damaged_places else []
        what += ["a torn end"] if self.torn_tail else []
        return f"{len(self.parcels)} records, {self.skipped_bytes} of {self.size} bytes skipped ({', '.join(what) or 'whole'})"


class SpoolWriter:
    """Makes the file and appends to it. What `append` returned from is on the disk, however the program or the machine ends.

    Raises `OSError`: the disk is full, the folder is read-only, the file exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file = path.open("xb", buffering=0)
        try:
            self._append(_header())
            _sync_folder(path.parent)
        except OSError:
            self.close()
            with suppress(OSError):
                path.unlink()
            raise

    def append(self, parcels: Iterable[Parcel]) -> None:
        """All of them or, where that raises `OSError`, none: what is half written is taken back."""
        self._append(b"".join(map(_record, parcels)))

    def close(self) -> None:
        self._file.close()

    def _append(self, data: bytes) -> None:
        try:
            self._file.seek(self.size)
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
            os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):  # if not even this can be done, the next append overwrites it, and a reader skips it
                self._file.truncate(self.size)
            raise
        self.size += len(data)


def write_spool(path: Path, parcels: Iterable[Parcel]) -> None:
    """A whole file at once; under its own name it is only seen complete. Raises `OSError`: then what fitted is in the part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(PART_SUFFIX)
    writer = SpoolWriter(part)
    waiting = iter(parcels)
    try:
        while group := list(islice(waiting, GROUP)):
            writer.append(group)
    finally:
        writer.close()
    part.replace(path)
    _sync_folder(path.parent)


def read_spool(path: Path) -> Contents:
    """Every whole record. Raises `NoSpool` with one sentence, `OSError` when the disk does not give the file."""
    data = path.read_bytes()
    parcels, skipped = _scan(data, _check_header(data, path))
    if not parcels and data[:_HEADER_SIZE] != _header()[: len(data)]:
        raise NoSpool(f"{path} is no spool of AVIATOR.")
    torn = bool(skipped) and skipped[-1][1] == len(data)
    return Contents(tuple(parcels), len(data), sum(end - begin for begin, end in skipped), len(skipped) - torn, torn)


def _header() -> bytes:
    front = _VERSION.pack(_MAGIC, VERSION)
    return front + _SUM.pack(zlib.crc32(front))


def _check_header(data: bytes, path: Path) -> int:
    """Where the records begin: behind the header, or anywhere when it is damaged."""
    front, checksum = data[: _VERSION.size], data[_VERSION.size : _HEADER_SIZE]
    if len(data) < _HEADER_SIZE or _SUM.unpack(checksum)[0] != zlib.crc32(front):
        return 0
    magic, version = _VERSION.unpack(front)
    if magic == _MAGIC and version != VERSION:
        raise NoSpool(f"{path} is a spool of version {version}, this program reads version {VERSION}: update it.")
    return _HEADER_SIZE


def _record(parcel: Parcel) -> bytes:
    payload = encode(parcel)
    return _MARK + _LENGTHS.pack(len(payload), _checksum(payload)) + payload


def _checksum(payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(len(payload).to_bytes(4, "little")))


def _scan(data: bytes, at: int) -> tuple[list[Parcel], list[tuple[int, int]]]:
    """The whole records from `at` on, and the stretches between them."""
    parcels: list[Parcel] = []
    skipped: list[tuple[int, int]] = []
    whole_to = at
    while (at := data.find(_MARK, at)) >= 0:
        found = _record_at(data, at)
        if found is None:
            at += 1
            continue
        if at > whole_to:
            skipped.append((whole_to, at))
        parcel, at = found
        whole_to = at
        parcels.append(parcel)
    if whole_to < len(data):
        skipped.append((whole_to, len(data)))
    return parcels, skipped


def _record_at(data: bytes, at: int) -> tuple[Parcel, int] | None:
    """The whole record that begins here, and its end."""
    begin = at + _FRONT
    if begin > len(data):
        return None
    length, checksum = _LENGTHS.unpack_from(data, at + len(_MARK))
    end = begin + length
    if end > len(data) or _checksum(payload := data[begin:end]) != checksum:
        return None
    try:
        return decode(payload), end
    except UnreadableParcel:  # an event of a newer program
        return None


def _sync_folder(folder: Path) -> None:
    """So that the file's name survives a loss of power too, where the system can do that for a folder."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)

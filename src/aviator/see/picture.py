"""Pictures from anywhere, decoded only after their headers were found within limits.

In: the bytes of a PNG, JPEG, WebP, BMP, GIF or TIFF file. Out: rows x columns x BGR, or a `UserMistake`. Any process.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from aviator.core.errors import UserMistake
from aviator.core.files import read_regular
from aviator.see.ink import Image

MIN_SIDE, MAX_SIDE = 16, 16_384
MAX_PIXELS = 33_554_432
"""Maximum number of pixels: one monitor of 7680 x 4320, or four of 3840 x 2160. Finding the fields takes about 20 bytes each."""
MAX_FILE_BYTES = 300_000_000
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers whose segment holds the picture's size."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG markers without a segment."""
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_KINDS = {3: "H", 4: "I", 16: "Q"}


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height that the header of a picture names; None where it is no picture of a known kind."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR":
            return struct.unpack_from(">II", data, 16)
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return struct.unpack_from("<HH", data, 6)
        if data[:2] == b"BM":
            return _bmp(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[:2] == b"\xff\xd8":
            return _jpeg(data)
        if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            return _tiff(data)
    except (struct.error, IndexError, OverflowError):
        return None
    return None


def fault_of(width: int, height: int, smallest: int = MIN_SIDE) -> str | None:
    """What is wrong with a picture of this size, as a part of a sentence; None where nothing is."""
    if smallest <= width <= MAX_SIDE and smallest <= height <= MAX_SIDE and width * height <= MAX_PIXELS:
        return None
    return (
        f"has {width} x {height} pixels; allowed are {smallest} to {MAX_SIDE:,} on each side "
        f"and {MAX_PIXELS // 1_000_000} million in all"
    )


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises `UserMistake`."""
    try:
        data = read_regular(path, MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserMistake(f"The picture {path} cannot be opened: {reason.lower()}.") from None
    if len(data) > MAX_FILE_BYTES:
        raise UserMistake(f"The picture {path} is too large: at most {MAX_FILE_BYTES // 1_000_000} MB can be read.")
    return data


def decode(data: bytes, path: Path, flags: int = cv2.IMREAD_COLOR, smallest: int = MIN_SIDE) -> Image:
    """The picture in `data`, as OpenCV gives it with `flags`. Raises `UserMistake` that names `path`."""
    size = size_of(data)
    if size is None:
        raise UserMistake(f"{path} cannot be read as a picture: PNG, JPEG, WebP, BMP, GIF and TIFF can.")
    if (fault := fault_of(*size, smallest)) is not None:
        raise UserMistake(f"The picture {path} {fault}.")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # one sentence says it
    try:
        with _silent_libraries():
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except (cv2.error, MemoryError):
        picture = None
    if picture is None:
        raise UserMistake(f"{path} cannot be read as a picture: it is damaged, or of a rare kind.")
    return picture  # type: ignore[return-value]


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """libpng and libjpeg write what they find to standard error by themselves."""
    try:
        before = os.dup(2)
    except OSError:  # closed
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)


def _bmp(data: bytes) -> tuple[int, int]:
    if struct.unpack_from("<I", data, 14)[0] == 12:
        old: tuple[int, int] = struct.unpack_from("<HH", data, 18)
        return old
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)  # rows from the top have a negative height


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:  # decoders skip what lies between segments
            at = data.find(b"\xff", at)
            if at < 0:
                return None
            continue
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _tiff(data: bytes) -> tuple[int, int] | None:
    order = "<" if data[:1] == b"I" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    (at,) = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, 8 if big else 4)
    (count,) = struct.unpack_from(f"{order}{'Q' if big else 'H'}", data, at)
    at, step, value_at = at + (8 if big else 2), (20 if big else 12), (12 if big else 8)
    found: dict[int, int] = {}
    for entry in range(min(count, 1000)):
        tag, kind = struct.unpack_from(f"{order}HH", data, at + entry * step)
        if tag in (_TIFF_WIDTH, _TIFF_HEIGHT) and kind in _TIFF_KINDS:
            (found[tag],) = struct.unpack_from(f"{order}{_TIFF_KINDS[kind]}", data, at + entry * step + value_at)
    return (found[_TIFF_WIDTH], found[_TIFF_HEIGHT]) if len(found) == 2 else None

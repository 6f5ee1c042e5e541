"""Past rounds on pills: each value in its own colours, with a border and round ends, as many sites show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from aviator.see.ink import Colour, Image
from aviator.see.regions import Box


class Look(NamedTuple):
    """Colours of a pill."""

    text: Colour
    fill: Colour
    border: Colour


LOOKS = (
    Look((52, 180, 255), (6, 38, 62), (40, 90, 130)),
    Look((160, 90, 255), (30, 14, 54), (90, 60, 140)),
    Look((255, 60, 200), (52, 8, 44), (120, 40, 110)),
)
PAGE: Colour = (24, 24, 30)
ABOVE, BELOW, SIDE = 6, 6, 12
"""Room around a text in its pill; the glyphs of a line have 4 columns of room themselves."""
APART = 5
LEFT, LINE_TOP = 8, 3
"""Where a strip's first pill begins, and the row of its lines."""
_FINE = 8


def page(width: int, height: int) -> Image:
    return np.full((height, width, 4), (*PAGE[::-1], 255), np.uint8)


def pill(picture: Image, box: Box, look: Look) -> None:
    """An empty pill, its edges as soft as a browser's."""
    for colour, inset in ((look.border, 0), (look.fill, 1)):
        x, y, w, h = box[0] + inset, box[1] + inset, box[2] - 2 * inset, box[3] - 2 * inset
        mask = np.zeros((_FINE * h, _FINE * w), np.uint8)
        half = _FINE * h // 2
        cv2.rectangle(mask, (half, 0), (_FINE * w - half, _FINE * h), 255, -1)
        for middle in (half, _FINE * w - half):
            cv2.circle(mask, (middle, half), half, 255, -1)
        blend(picture, cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA), x, y, colour)


def blend(picture: Image, ink: np.ndarray, x: int, y: int, colour: Colour) -> None:
    """Ink in a colour, as far as it lies in the picture."""
    top, left = max(0, -y), max(0, -x)
    share = ink[top : picture.shape[0] - y, left : picture.shape[1] - x, None] / 255
    part = picture[y + top :, x + left :, :3][: share.shape[0], : share.shape[1]]
    part[:] = np.round(share * np.array(colour[::-1]) + (1 - share) * part)


def row(picture: Image, lines: Sequence[Image], x: int, y: int, looks: Sequence[Look] = LOOKS) -> list[int]:
    """Lines of ink on pills side by side, their first rows at row `y`; the columns where the lines begin."""
    starts = []
    for i, line in enumerate(lines):
        look = looks[i % len(looks)]
        h, w = line.shape
        pill(picture, (x, y - ABOVE, w + 2 * (SIDE - 4), h + ABOVE + BELOW), look)
        starts.append(x + SIDE - 4)
        blend(picture, line, starts[-1], y, look.text)
        x += w + 2 * (SIDE - 4) + APART
    return starts


def strip(width: int, height: int, tops: Sequence[int], rows: Sequence[Sequence[Image]], looks: str = "pills") -> Image:
    """A strip's pixels: rows of lines of ink, the line's first row `LINE_TOP` below each row's top; on pills or just white."""
    room = 20
    picture = page(width + room, height + 2 * room)
    for top, lines in zip(tops, rows, strict=False):
        x, y = LEFT, room + top + LINE_TOP
        if looks == "pills":
            row(picture, lines, x, y)
        for line in lines if looks == "plain" else ():
            blend(picture, line, x, y, (255, 255, 255))
            x += line.shape[1] + 12
    return np.ascontiguousarray(picture[room:-room, :width])

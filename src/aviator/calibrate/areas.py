"""Where a field writes: the area around its text that is free of anything else.

In: the text's box, and pictures of the window. Out: boxes. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from aviator.calibrate.colours import CLOSE, common_colour
from aviator.calibrate.screen import Screen
from aviator.calibrate.teacher import Line
from aviator.see.ink import Image
from aviator.see.regions import Box

_MOST_GROWTH = 1.5
"""A field grows to each side by so many times its text's width at most."""
ROOM = 0.4
"""Above and below its text a field has so many times the text's height, for commas and for letters beside the digits."""
_OTHER_GROUND = 8
"""A ground that differs so much from the field's own is another panel's."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the window (rows x columns x BGRA), its lines of text, and what they were taken for."""

    picture: Image
    lines: Sequence[Line]
    screen: Screen


@dataclass(frozen=True, slots=True)
class Area:
    """Where a field writes; `core`: where its numbers stood; `height` of its digits in pixels, about; between two values of
    a strip there are about `apart` pixels. A strip of several rows has `rows`, where each begins in the box, all `row_height`
    high, and `core` is that of the first one. A `column` has one value a row."""

    box: Box
    core: Box
    height: int
    apart: float = 0.0
    rows: tuple[int, ...] = ()
    row_height: int = 0
    column: bool = False

    def cut_rows(self, pixels: Image) -> list[Image]:
        """The rows of a picture of the box, from the top down; all of it where there is one."""
        return [pixels[top : top + self.row_height] for top in self.rows] or [pixels]

    def cut(self, row: int, pixels: Image) -> Image:
        """One of `cut_rows`."""
        return self.cut_rows(pixels)[row]


def over_scenery(core: Box, height: int, shots: Sequence[Shot], window: tuple[int, int]) -> Box:
    """Room for long numbers around the middle; other lines of text keep their rows."""
    x, y, w, h = core
    grown = max(w, 4 * height)
    boards = [shot.screen.board for shot in shots if shot.screen.board and holds(shot.screen.board, core)]
    board = around(boards) if boards else (0, 0, *window)
    left, right = max(board[0], x - int(0.6 * grown)), min(board[0] + board[2], x + w + int(0.6 * grown))
    top, low = max(board[1], y - int(ROOM * height)), min(board[1] + board[3], y + h + int(ROOM * height))
    for line in (line for shot in shots for line in shot.lines):
        lx, ly, lw, lh = line.box
        if lx < right and lx + lw > left:
            if ly + lh <= y + 0.15 * h:
                top = max(top, ly + lh)
            elif ly >= y + 0.85 * h:
                low = min(low, ly)
    return left, top, right - left, low - top


def over_ground(core: Box, height: int, pictures: Sequence[Image], window: tuple[int, int]) -> Box:
    """As wide as the ground around the text is empty in all pictures, and as high as no line is drawn across."""
    x, y, w, h = core
    reach = int(_MOST_GROWTH * max(w, 4 * height)) if w < 30 * height else 3 * height
    left, right = max(0, x - reach), min(window[0], x + w + reach)
    ground = common_colour(np.concatenate([p[y : y + h, x : x + w, 2::-1].reshape(-1, 3) for p in pictures]))
    bgra = np.array((*ground[::-1], 255), np.float64)
    columns = np.zeros(right - left, np.bool_)
    for picture in pictures:
        apart = _off(picture[y : y + h, left:right], bgra)
        # Strokes are far from the ground in some rows; another panel is a little off in all.
        columns |= (apart > 2 * CLOSE).any(axis=0) | (apart.mean(axis=0) > _OTHER_GROUND)
    gap = max(2, height // 3)
    first = _free(columns[: x - left][::-1], gap)
    last = _free(columns[x + w - left :], gap)
    x0, x1 = x - first, x + w + last
    room = int(np.ceil(ROOM * height))
    top, low = max(0, y - room), min(window[1], y + h + room)
    rows = np.mean([(_off(p[top:low, x0:x1], bgra) > _OTHER_GROUND).mean(axis=1) for p in pictures], axis=0)
    ruled = rows > 0.8  # the frame of an input field, the edge of a pill
    above, below = _free(ruled[: y - top][::-1], 1), _free(ruled[y + h - top :], 1)
    return x0, y - above, x1 - x0, h + above + below


def _off(pixels: Image, ground: npt.NDArray[np.float64]) -> Image:
    """How far each pixel is from the ground (Chebyshev)."""
    off: Image = cv2.absdiff(pixels, ground)[:, :, :3].max(axis=2)
    return off


def _free(busy: npt.NDArray[np.bool_], gap: int) -> int:
    """How many places from the start on are free; text that goes on with less than `gap` free places is text of the field."""
    taken = np.flatnonzero(busy)
    at = 0
    for i in taken.tolist():
        if i - at >= gap:
            return max(0, i - 2)
        at = i + 1
    return len(busy)


def holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[0] + inner[2] <= outer[0] + outer[2]
        and inner[1] + inner[3] <= outer[1] + outer[3]
    )


def around(boxes: Sequence[Box]) -> Box:
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top

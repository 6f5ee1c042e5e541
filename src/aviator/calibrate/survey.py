"""Where a window's fields are, from a few pictures of it that were interpreted one by one.

In: pictures, the lines of text on them and what those were taken for. Out: a `Survey`: for each field the area in which it
writes - as wide as the ground is free of anything else, for numbers grow -, the buttons, the board, and a landmark by which
the window is known again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from aviator.calibrate.colours import CLOSE, common_colour
from aviator.calibrate.screen import Screen
from aviator.calibrate.teacher import Line
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see import anchor
from aviator.see.ink import Image
from aviator.see.regions import Box

_MOST_GROWTH = 1.5
"""A field grows to each side by so many times its text's width at most."""
_ROOM = 0.4
"""Above and below its text a field has so many times the text's height, for commas and for letters beside the digits."""
_BOARD = (5.0, 3.0)
"""The part of the board that tells the phase is so many times the score's height wide and high."""
_LANDMARK_PX = (96, 24)
_LANDMARK_EDGE = 60.0
"""Text has many edges; one that is sharper than this counts no more than another: a few bright lines are no text."""
_LANDMARK_TRIES = 12
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
    a strip there are about `apart` pixels."""

    box: Box
    core: Box
    height: int
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class Survey:
    """What is where in a window of size `window` (width, height)."""

    window: tuple[int, int]
    areas: Mapping[Field, Area]
    board: Box
    buttons: Mapping[Field, Box]
    newest: str
    landmark: Box | None


class NothingSeen(UserMistake):
    """The pictures show no multiplier: no game, or not yet."""


def survey(shots: Sequence[Shot]) -> Survey:
    """Raises `NothingSeen` when the pictures show no game, `UserMistake` when they are not of one window."""
    sizes = {shot.picture.shape[:2] for shot in shots}
    if len(sizes) != 1:
        raise UserMistake("The pictures have different sizes: calibrate from pictures of one window.")
    ((h, w),) = sizes
    seen: dict[Field, list[tuple[Shot, Box]]] = {}
    for shot in shots:
        for field, found in shot.screen.fields.items():
            seen.setdefault(field, []).append((shot, found.core))
        if strip := shot.screen.history:
            seen.setdefault(Field.HISTORY, []).append((shot, _around([item.core for item in strip])))
    if Field.SCORE not in seen:
        raise NothingSeen("No multiplier was seen on the board: is this window a crash game, and was a round under way?")
    areas = {field: area for field, found in seen.items() if (area := _area(field, found, shots, (w, h)))}
    if Field.SCORE not in areas:
        raise NothingSeen("The multiplier stood somewhere else on each picture: are they pictures of one window?")
    if Field.HISTORY in areas:
        rows = [sorted(found.box for found in shot.screen.history) for shot in shots]
        gaps = [b[0] - a[0] - a[2] for row in rows for a, b in pairwise(row)]
        areas[Field.HISTORY] = replace(areas[Field.HISTORY], apart=median([g for g in gaps if g > 0] or [0.0]))
    newest = [shot.screen.newest for shot in shots if shot.screen.history]
    buttons = _buttons(shots)
    landmark = _landmark(shots, [*(area.box for area in areas.values()), *buttons.values()])
    return Survey((w, h), areas, _board(areas[Field.SCORE], (w, h)), buttons, _most(newest) if newest else "left", landmark)


def _area(field: Field, found: list[tuple[Shot, Box]], shots: Sequence[Shot], window: tuple[int, int]) -> Area | None:
    """Where a field writes, from where it was seen; None where most sightings contradict one another."""
    steady = max(([other for other in found if _in_line(other[1], one[1])] for one in found), key=len)
    if 2 * len(steady) <= len(found):
        return None
    core = _around([box for _, box in steady])
    height = int(median(box[3] for _, box in steady))
    if field is Field.SCORE:
        return Area(_over_scenery(core, height, shots, window), core, height)
    return Area(_over_ground(core, height, [shot.picture for shot, _ in steady], window), core, height)


def _in_line(a: Box, b: Box) -> bool:
    """Is a number that stands at one place and then at the other the same field, set to the left, the middle or the right?"""
    height = max(a[3], b[3])
    aligned = (a[0] - b[0], a[0] + a[2] - b[0] - b[2], (2 * a[0] + a[2] - 2 * b[0] - b[2]) / 2)
    return abs(2 * a[1] + a[3] - 2 * b[1] - b[3]) <= height and min(map(abs, aligned)) <= height


def _over_scenery(core: Box, height: int, shots: Sequence[Shot], window: tuple[int, int]) -> Box:
    """Room for long numbers around the middle; other lines of text keep their rows."""
    x, y, w, h = core
    grown = max(w, 4 * height)
    boards = [shot.screen.board for shot in shots if shot.screen.board and _holds(shot.screen.board, core)]
    board = _around(boards) if boards else (0, 0, *window)
    left, right = max(board[0], x - int(0.6 * grown)), min(board[0] + board[2], x + w + int(0.6 * grown))
    top, low = max(board[1], y - int(_ROOM * height)), min(board[1] + board[3], y + h + int(_ROOM * height))
    for line in (line for shot in shots for line in shot.lines):
        lx, ly, lw, lh = line.box
        if lx < right and lx + lw > left:
            if ly + lh <= y + 0.15 * h:
                top = max(top, ly + lh)
            elif ly >= y + 0.85 * h:
                low = min(low, ly)
    return left, top, right - left, low - top


def _over_ground(core: Box, height: int, pictures: Sequence[Image], window: tuple[int, int]) -> Box:
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
    room = int(np.ceil(_ROOM * height))
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


def _board(score: Area, window: tuple[int, int]) -> Box:
    x, y, w, h = score.core
    wide, high = int(_BOARD[0] * score.height), int(_BOARD[1] * score.height)
    left, top = max(0, x + w // 2 - wide // 2), max(0, y + h // 2 - high // 2)
    return left, top, min(wide, window[0] - left), min(high, window[1] - top)


def _buttons(shots: Sequence[Shot]) -> dict[Field, Box]:
    boxes: dict[Field, list[Box]] = {}
    for shot in shots:
        for field, button in shot.screen.buttons.items():
            boxes.setdefault(field, []).append(button.box)
    return {field: _middle(found) for field, found in boxes.items()}


def _landmark(shots: Sequence[Shot], fields: Sequence[Box]) -> Box | None:
    """The patch richest in text, of the page around `fields` but of none of them, that looks the same in all pictures and is
    nowhere else on them; None where there is none."""
    grey = [anchor.grey(shot.picture) for shot in shots]
    spread = np.max(grey, axis=0).astype(np.int16) - np.min(grey, axis=0)
    busy = (spread > CLOSE).astype(np.uint8)
    for x, y, w, h in fields:
        busy[y : y + h, x : x + w] = 1  # what stands there now may be another number tomorrow
    w, h = (min(a, b // 2) for a, b in zip(_LANDMARK_PX, (grey[0].shape[1], grey[0].shape[0]), strict=True))
    edges = np.minimum(np.abs(cv2.Laplacian(grey[0], cv2.CV_32F)), _LANDMARK_EDGE)
    rich = cv2.boxFilter(edges, -1, (w, h), anchor=(0, 0))
    rich[cv2.boxFilter(busy, cv2.CV_32F, (w, h), anchor=(0, 0), normalize=False) > 0] = 0
    # What lies beyond the page is the browser's: its address and its tabs change.
    left, top, wide, high = _around(fields)
    left, top, right, low = left - wide // 6, top - high // 6, left + wide + wide // 6, top + high + high // 6
    inner = rich[max(0, top) : max(0, min(low, rich.shape[0]) - h), max(0, left) : max(0, min(right, rich.shape[1]) - w)]
    for _ in range(_LANDMARK_TRIES if inner.size else 0):
        y, x = (int(i) for i in np.unravel_index(int(inner.argmax()), inner.shape))
        if inner[y, x] <= 1:
            return None
        box = max(0, left) + x, max(0, top) + y, w, h
        picture = grey[0][box[1] : box[1] + h, box[0] : box[0] + w]
        if all(anchor.find(picture, whole) == box[:2] for whole in grey):
            return box
        inner[max(0, y - h // 2) : y + h // 2 + 1, max(0, x - w // 2) : x + w // 2 + 1] = 0
    return None


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[0] + inner[2] <= outer[0] + outer[2]
        and inner[1] + inner[3] <= outer[1] + outer[3]
    )


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top


def _middle(boxes: Sequence[Box]) -> Box:
    x, y, w, h = (int(median(b[i] for b in boxes)) for i in range(4))
    return x, y, w, h


def _most(words: Sequence[str]) -> str:
    return max(set(words), key=words.count)

"""Where a window's fields are, from a few pictures of it that were interpreted one by one.

In: pictures, the lines of text on them and what those were taken for. Out: a `Survey`: for each field the area in which it
writes - as wide as the ground is free of anything else, for numbers grow -, the buttons, the board, and a landmark by which
the window is known again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import cv2
import numpy as np

from aviator.calibrate.areas import Area, Shot, around, over_ground, over_scenery
from aviator.calibrate.colours import CLOSE
from aviator.calibrate.score_areas import score_areas
from aviator.calibrate.strip_area import strip_area
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see import anchor
from aviator.see.regions import Box

_BOARD = (5.0, 3.0)
"""The part of the board that tells the phase is so many times the score's height wide and high."""
_LANDMARK_PX = (96, 24)
_LANDMARK_EDGE = 60.0
"""Text has many edges; one that is sharper than this counts no more than another: a few bright lines are no text."""
_LANDMARK_TRIES = 12


@dataclass(frozen=True, slots=True)
class Survey:
    """What is where in a window of size `window` (width, height)."""

    window: tuple[int, int]
    areas: Mapping[Field, Area]
    board: Box
    buttons: Mapping[Field, Box]
    newest: str
    landmark: Box | None
    scores: tuple[Area, ...] = ()
    """The score's areas where it is drawn in more than one place or size, or moves; its area in `areas` is around all of them."""


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
    if Field.SCORE not in seen:
        raise NothingSeen("No multiplier was seen on the board: is this window a crash game, and was a round under way?")
    others = ((field, found) for field, found in seen.items() if field is not Field.SCORE)
    areas: dict[Field, Area] = {field: area for field, found in others if (area := _area(found, (w, h)))}
    scores = score_areas(seen[Field.SCORE], (w, h))
    if scores:
        areas[Field.SCORE] = replace(scores[0], box=around([area.box for area in scores]))
    elif steady := _area(seen[Field.SCORE], (w, h), scenery=True):
        areas[Field.SCORE] = steady
    if Field.SCORE not in areas:
        raise NothingSeen("The multiplier stood somewhere else on each picture: are they pictures of one window?")
    if strip := strip_area([shot for shot in shots if shot.screen.history], (w, h)):
        areas[Field.HISTORY] = strip
    newest = [shot.screen.newest for shot in shots if shot.screen.history]
    buttons = _buttons(shots)
    landmark = _landmark(shots, [*(area.box for area in areas.values()), *buttons.values()])
    board = _board(areas[Field.SCORE], (w, h))
    return Survey((w, h), areas, board, buttons, _most(newest) if newest else "left", landmark, scores)


def _area(found: list[tuple[Shot, Box]], window: tuple[int, int], *, scenery: bool = False) -> Area | None:
    """Where a field writes, from where it was seen; None where most sightings contradict one another."""
    steady = max(([other for other in found if _in_line(other[1], one[1])] for one in found), key=len)
    if 2 * len(steady) <= len(found):
        return None
    core = around([box for _, box in steady])
    height = int(median(box[3] for _, box in steady))
    if scenery:
        return Area(over_scenery(core, height, [shot for shot, _ in steady], window), core, height)
    return Area(over_ground(core, height, [shot.picture for shot, _ in steady], window), core, height)


def _in_line(a: Box, b: Box) -> bool:
    """Is a number that stands at one place and then at the other the same field, set to the left, the middle or the right?"""
    height = max(a[3], b[3])
    aligned = (a[0] - b[0], a[0] + a[2] - b[0] - b[2], (2 * a[0] + a[2] - 2 * b[0] - b[2]) / 2)
    return abs(2 * a[1] + a[3] - 2 * b[1] - b[3]) <= height and min(map(abs, aligned)) <= height


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
    left, top, wide, high = around(fields)
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


def _middle(boxes: Sequence[Box]) -> Box:
    x, y, w, h = (int(median(b[i] for b in boxes)) for i in range(4))
    return x, y, w, h


def _most(words: Sequence[str]) -> str:
    return max(set(words), key=words.count)

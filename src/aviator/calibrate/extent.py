"""How far the strip of past rounds reaches: as far as anything changes whenever it moves on.

In: pictures of the strip's rows, wider than what was found of it. Out: its box, with as much of a cut value as its ends show -
where a piece of a value is seen to be cut, the value before it is known to be whole. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from aviator.calibrate.album import Album, Snap
from aviator.calibrate.colours import CLOSE
from aviator.calibrate.survey import Area, Survey
from aviator.core.types import Field

_MOVES, _MOVED, _OFTEN = 4, 0.3, 0.5
"""The strip moved where so much of it changed; so many moves must have been seen; what is of it changes in so many of them."""


def with_whole_strip(survey: Survey, album: Album) -> Survey:
    """The survey, its strip as far as it moves; as it was where too few moves were seen."""
    strip = survey.areas.get(Field.HISTORY)
    if strip is None:
        return survey
    return replace(survey, areas={**survey.areas, Field.HISTORY: _extended(strip, album)})


def _extended(strip: Area, album: Album) -> Area:
    wide = album.box(Field.HISTORY)
    x, y, w, h = strip.box
    moves = _changes(album.snaps(Field.HISTORY), slice(x - wide[0], x + w - wide[0]))
    if len(moves) < _MOVES:
        return strip
    moving = np.mean(moves, axis=0) >= _OFTEN
    gap = round(2 * strip.apart + strip.height)  # values seldom begin at the very same place
    left = _reach(moving[: x - wide[0]][::-1], gap)
    right = _reach(moving[x + w - wide[0] :], gap)
    return replace(strip, box=(x - left, y, w + left + right, h))


def _changes(snaps: Sequence[Snap], strip: slice) -> list[npt.NDArray[np.bool_]]:
    """For each move of the strip which columns of the pictures changed."""
    changed = (_busy(a, b) for a, b in pairwise(snaps))
    return [columns for columns in changed if columns[strip].mean() >= _MOVED]


def _busy(a: Snap, b: Snap) -> npt.NDArray[np.bool_]:
    return np.asarray((cv2.absdiff(a.pixels, b.pixels)[:, :, :3] > CLOSE).any(axis=(0, 2)), np.bool_)


def _reach(moving: npt.NDArray[np.bool_], gap: int) -> int:
    """How far from the start on something moves, with stretches of less than `gap` places between that do not."""
    end = 0
    for i in np.flatnonzero(moving).tolist():
        if i - end >= gap:
            break
        end = i + 1
    return end

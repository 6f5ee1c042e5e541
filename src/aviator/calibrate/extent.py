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
from aviator.calibrate.areas import Area
from aviator.calibrate.colours import CLOSE
from aviator.calibrate.label import evenly
from aviator.calibrate.survey import Survey
from aviator.core.types import Field

_MOVES, _MOVED, _OFTEN = 2, 0.3, 0.5
"""The strip moved where so much of it changed; so many moves must have been seen; what is of it changes in more than that share
of them."""
_LOOKS, _SAME_GROUND, _PART = 20, 5, 0.05
"""So many pictures tell the strip's grounds; the channels of one differ by no more; it has such a part of the columns."""


def with_whole_strip(survey: Survey, album: Album) -> Survey:
    """The survey, its strip as far as it moves; as it was where too few moves were seen."""
    strip = survey.areas.get(Field.HISTORY)
    if strip is None or strip.column:
        return survey
    return replace(survey, areas={**survey.areas, Field.HISTORY: _extended(strip, album)})


def _extended(strip: Area, album: Album) -> Area:
    wide = album.box(Field.HISTORY)
    x, y, w, h = strip.box
    snaps, part = album.snaps(Field.HISTORY), slice(x - wide[0], x + w - wide[0])
    moves = _changes(snaps, part)
    if len(moves) < _MOVES:
        return strip
    moving = np.mean(moves, axis=0) > _OFTEN
    own = _on_its_ground(evenly(snaps, _LOOKS), part)
    gap = round(2 * strip.apart + strip.height)  # values seldom begin at the very same place
    stroke = round(strip.height / 2)
    left = _reach(moving[: part.start][::-1], own[: part.start][::-1], gap, stroke)
    right = _reach(moving[part.stop :], own[part.stop :], gap, stroke)
    return replace(strip, box=(x - left, y, w + left + right, h))


def _changes(snaps: Sequence[Snap], strip: slice) -> list[npt.NDArray[np.bool_]]:
    """For each move of the strip which columns of the pictures changed."""
    changed = (_busy(a, b) for a, b in pairwise(snaps))
    return [columns for columns in changed if columns[strip].mean() >= _MOVED]


def _busy(a: Snap, b: Snap) -> npt.NDArray[np.bool_]:
    return np.asarray((cv2.absdiff(a.pixels, b.pixels)[:, :, :3] > CLOSE).any(axis=(0, 2)), np.bool_)


def _on_its_ground(snaps: Sequence[Snap], strip: slice) -> npt.NDArray[np.bool_]:
    """Which columns of the pictures lie on a ground that the strip has, too: a number beside it may change whenever it moves."""
    votes = []
    for snap in snaps:
        ground = np.median(snap.pixels[:, :, :3], axis=0)
        grounds, columns = np.unique(ground[strip], axis=0, return_counts=True)
        often = columns >= _PART * columns.sum()  # strokes fill the others
        if columns[often].sum() < _OFTEN * columns.sum():
            votes.append(np.ones(len(ground), np.bool_))  # a ground that differs everywhere ends nowhere
        else:
            votes.append(np.abs(ground[:, None] - grounds[often]).max(axis=2).min(axis=1) <= _SAME_GROUND)
    return np.asarray(np.mean(votes, axis=0) >= _OFTEN, np.bool_)


def _reach(moving: npt.NDArray[np.bool_], own: npt.NDArray[np.bool_], gap: int, stroke: int) -> int:
    """How far from the start something moves, with stretches of less than `gap` places between that do not, and never more than
    `stroke` that are not on `own` ground."""
    end = foreign = 0
    for i, (moves, known) in enumerate(zip(moving.tolist(), own.tolist(), strict=True)):
        foreign = 0 if known else foreign + 1
        if i - end >= gap or foreign > stroke:
            break
        if moves:
            end = i + 1
    return end

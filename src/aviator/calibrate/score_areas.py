"""Finds in which places and colours the score of a window is drawn: in flight, and smaller or elsewhere when the round ends.

In: the pictures on which a score was found, and its boxes. Out: an `Area` for each way. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from aviator.calibrate.areas import Area, Shot, around, over_scenery
from aviator.calibrate.colours import colour_in
from aviator.see.ink import Colour, Image
from aviator.see.regions import Box

_SAME_COLOUR, _SAME_PLACE, _STEADY = 48, 0.5, 0.04
"""Scores in one colour and about one place are drawn alike; one that stands still moves by no more than the last share of its
height."""


def score_areas(found: Sequence[tuple[Shot, Box]], window: tuple[int, int]) -> tuple[Area, ...]:
    """Where a score is drawn that moves, or has more than one place or size: the area of each colour and place in which it was
    seen, the most frequent one first. None where it stands still."""
    groups: list[list[tuple[Shot, Box, Colour]]] = []
    for shot, box in found:
        x, y, w, h = box
        colour = colour_in(shot.picture[y : y + h, x : x + w], _beside(shot.picture, box))
        alike = next((g for g in groups if _drawn_alike(g[0], (shot, box, colour))), None)
        if alike is None:
            groups.append([(shot, box, colour)])
        else:
            alike.append((shot, box, colour))
    # Now and then another number is taken for the score: it stands nowhere near.
    groups.sort(key=len, reverse=True)
    near = [g for g in groups if _near(g[0][1], groups[0][0][1])]
    if 2 * sum(map(len, near)) <= len(found) or not _moves([box for g in near for _, box, _ in g]):
        return ()
    return tuple(_score_area([(shot, box) for shot, box, _ in g], window) for g in near)


def _score_area(sightings: Sequence[tuple[Shot, Box]], window: tuple[int, int]) -> Area:
    core = around([box for _, box in sightings])
    height = int(median(box[3] for _, box in sightings))
    return Area(over_scenery(core, height, [shot for shot, _ in sightings], window), core, height)


def _beside(picture: Image, box: Box) -> Image:
    """The pixels above and below a text, as one row."""
    x, y, w, h = box
    rims = [picture[max(0, y - h // 2) : max(1, y - 2), x : x + w], picture[y + h + 2 : y + h + 2 + h // 2, x : x + w]]
    return np.concatenate([rim.reshape(1, -1, picture.shape[2]) for rim in rims], axis=1)


def _drawn_alike(a: tuple[Shot, Box, Colour], b: tuple[Shot, Box, Colour]) -> bool:
    apart = max(abs(p - q) for p, q in zip(a[2], b[2], strict=True))
    down = abs(2 * a[1][1] + a[1][3] - 2 * b[1][1] - b[1][3]) / 2
    return apart < _SAME_COLOUR and down <= _SAME_PLACE * min(a[1][3], b[1][3])


def _near(a: Box, b: Box) -> bool:
    """May these be the same score, drawn twice? It stays on its board, and about as large."""
    high, low = max(a[3], b[3]), min(a[3], b[3])
    across = abs(2 * a[0] + a[2] - 2 * b[0] - b[2]) / 2
    down = abs(2 * a[1] + a[3] - 2 * b[1] - b[3]) / 2
    return high <= 2 * low and across <= 3 * high and down <= 2 * high


def _moves(boxes: Sequence[Box]) -> bool:
    """Does it stand in other rows now and then, or in another size?"""
    tops, heights = [box[1] for box in boxes], [box[3] for box in boxes]
    usual = median(heights)
    return max(tops) - min(tops) > max(2, _STEADY * usual) or max(heights) - min(heights) > max(2, _STEADY * usual)

"""Finds where the past rounds of a window stand: in one row, in several, or in a column.

In: pictures on which past rounds were found. Out: the strip's `Area`. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from aviator.calibrate.areas import ROOM, Area, Shot, around, over_ground
from aviator.see.regions import Box

_SAME_ROW, _LASTING = 0.6, 1 / 3
"""Values of one row stand no more than this share of their height apart; it is seen on more than that share of the pictures."""
_ROOM_ABOVE = 0.25
"""Above the digits of a strip there is ground for this share of their height, also in the tightest pill."""
_FEW_ROWS, _ONE = 2, 1.5
"""More rows than these, with fewer values a row than this, are a column."""


def strip_area(shots: Sequence[Shot], window: tuple[int, int]) -> Area | None:
    """Where past rounds stand, on pictures that show some; None where that is somewhere else on each."""
    cores = [(i, found.core) for i, shot in enumerate(shots) for found in shot.screen.history]
    if not cores:
        return None
    height = int(median(core[3] for _, core in cores))
    rows: list[list[tuple[int, Box]]] = []
    for i, core in sorted(cores, key=lambda item: item[1][1] + item[1][3] / 2):
        if rows and core[1] + core[3] / 2 - _level(rows[-1]) <= _SAME_ROW * height:
            rows[-1].append((i, core))
        else:
            rows.append([(i, core)])
    lasting = [row for row in rows if len({i for i, _ in row}) > _LASTING * len(shots)]
    if not lasting:
        return None
    boxes = [[core for _, core in row] for row in lasting]
    pictures = [shot.picture for shot in shots]
    gaps = [b[0] - a[0] - a[2] for shot in shots for a, b in pairwise(sorted(found.box for found in shot.screen.history))]
    # Where no two values stand side by side, all that is closer together than a digit is high is one value.
    apart = float(median([g for g in gaps if g > 0] or [height]))
    above, below = max(2, round(_ROOM_ABOVE * height)), max(2, round(ROOM * height))
    tops = [round(median(core[1] for core in row)) for row in boxes]
    x, _, w, _ = core = around([core for row in boxes for core in row])
    per_row = median(len(row) / len({i for i, _ in members}) for row, members in zip(boxes, lasting, strict=True))
    column = len(tops) > _FEW_ROWS and per_row < _ONE
    left, _, wide, _ = over_ground((x, tops[0], w, tops[-1] + height - tops[0]), height, pictures, window)
    if len(tops) == 1:
        top, low = max(0, tops[0] - above), min(window[1], core[1] + core[3] + below)
        return Area((left, top, wide, low - top), (x, tops[0], w, height), height, apart)
    pitch = min(b - a for a, b in pairwise(tops))
    below = min(below, max(1, pitch - height - above))
    tops = [t for t in _without_holes(tops, pitch) if t - above >= 0 and t + height + below <= window[1]]
    box = left, tops[0] - above, wide, tops[-1] + height + below - tops[0] + above
    within = tuple(t - tops[0] for t in tops)
    return Area(box, (x, tops[0], w, height), height, apart, within, above + height + below, column)


def _without_holes(tops: Sequence[int], pitch: int) -> list[int]:
    """The tops of rows, with those of rows between them that were never read."""
    out = [tops[0]]
    for before, top in pairwise(tops):
        between = round((top - before) / pitch)
        out += [round(before + (top - before) * k / between) for k in range(1, between + 1)]
    return out


def _level(row: Sequence[tuple[int, Box]]) -> float:
    """The middle of a row's values."""
    return median(core[1] + core[3] / 2 for _, core in row)

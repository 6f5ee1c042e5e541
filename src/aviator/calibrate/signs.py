"""Tells a currency sign from the digit that the recogniser takes it for.

In: a line's text as recognised and its pixels. Out: the text. The recogniser has never seen a hryvnia sign and names it 2, as
surely as a true one: ₴1,250.00 would be 21,250.00. But a 2 is a single slanted stroke at half its height, and stands on a bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from aviator.calibrate import shapes
from aviator.see.ink import Image

_HRYVNIA = "₴"
_TIMES = frozenset("xX×хХ")
_LEGIBLE_PX = 6
_BARS = 0.8
"""A 2 is at half its height half as wide as at its foot at most, a hryvnia sign a tenth wider: in 30 fonts, from 11 to 40 px."""


def with_signs(text: str, middles: Sequence[float], crop: Image) -> str:
    """`text`, with ₴ for a 2 that is none before its first number; `middles`: its letters' middles, in columns of the crop."""
    if not text.startswith("2") or len(middles) < 2 or not text[1:].lstrip()[:1].isdigit():
        return text
    if text.rstrip()[-1] in _TIMES:
        return text  # a multiplier is no sum, and often stands over scenery
    mask = shapes.ink(crop[:, :, :3])
    rest = mask[:, round((middles[0] + middles[1]) / 2) :]
    rows = np.flatnonzero(shapes.longest_run(np.asarray(rest.any(axis=1))))
    if len(rows) < _LEGIBLE_PX:
        return text
    line = mask[rows[0] : rows[-1] + 1]
    edges = np.flatnonzero(np.diff(line.any(axis=0), prepend=False, append=False)).reshape(-1, 2)
    start, end = min(edges, key=lambda run: max(run[0] - middles[0], middles[0] - run[1]))
    letter = line[:, start : min(end, start + len(line))]
    inked = np.flatnonzero(letter.any(axis=1))
    letter = letter[inked[0] : inked[-1] + 1]  # commas hang lower than digits
    high = len(letter)
    bars, foot = _widest(letter[int(0.42 * high) : ceil(0.62 * high)]), _widest(letter[int(0.8 * high) :])
    return _HRYVNIA + text[1:] if bars > _BARS * foot else text


def _widest(rows: shapes.Mask) -> int:
    """The longest unbroken stroke in a row; what the next digit reaches in lies apart."""
    return max((int(shapes.longest_run(row).sum()) for row in rows), default=0)

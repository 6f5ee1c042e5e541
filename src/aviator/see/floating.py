"""Finds a line of text that moves, grows or pulses, and brings it to one size and place.

In: the pixels of the area in which the text may stand, and its ink. Out: pixels in which its digits are `LINE_PX` high and end
at one row, or None where nothing stands out. Pure; used where a score is read and where it is learned.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from aviator.see.glyphs import INKED, LINE_PX
from aviator.see.ink import Image, Ink

ABOVE, BELOW = 5, 6
"""Rows above and below the digits, once they are `LINE_PX` high."""
ROWS = ABOVE + LINE_PX + BELOW
BASE = ABOVE + LINE_PX
_FILLED = 0.4
"""Rows of digits have at least this share of the ink that most of their rows have."""
_LEAST_PX = 7


def digit_rows(ink: Image) -> tuple[int, int] | None:
    """The first row of the digits and the one behind their last, in an image of ink; None where there are none."""
    inked = (ink > INKED).sum(axis=1)
    if not inked.any():
        return None
    usual = float(np.percentile(inked[inked > 0], 75))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inked >= _FILLED * usual, [False]]).astype(np.int8)))
    runs = _joined(list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)))
    top, low = max(runs, key=lambda run: int(inked[run[0] : run[1]].sum()))
    return (top, low) if low - top >= _LEAST_PX else None


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs of rows with hardly a gap between them taken together: the waist of some digits is thin."""
    out = runs[:1]
    for (_, end), run in pairwise(runs):
        if run[0] - end <= max(1, (run[1] - out[-1][0]) // 10):
            out[-1] = out[-1][0], run[1]
        else:
            out.append(run)
    return out


def settled(pixels: Image, ink: Ink) -> Image | None:
    """The text of `pixels` (rows x columns x BGRA) as `ROWS` rows, with its base line at row `BASE`."""
    found = digit_rows(ink.of(pixels))
    return None if found is None else brought(pixels, *found)


def brought(pixels: Image, top: int, low: int) -> Image:
    """The same, its digits between two rows."""
    height = low - top
    above, below = round(ABOVE * height / LINE_PX), round(BELOW * height / LINE_PX)
    rows = pixels[max(0, top - above) : low + below]
    missing_above, missing_below = max(0, above - top), max(0, low + below - pixels.shape[0])
    if missing_above or missing_below:
        rows = cv2.copyMakeBorder(rows, missing_above, missing_below, 0, 0, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    width = max(1, round(pixels.shape[1] * LINE_PX / height))
    small: npt.NDArray[np.uint8] = np.asarray(cv2.resize(rows, (width, ROWS), interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(small)

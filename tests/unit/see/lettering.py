"""Numbers in any size, drawn as smoothly as a browser does."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from aviator.see.glyphs import LINE_PX
from aviator.see.ink import Image

_FONT, _FINE, _THICK = cv2.FONT_HERSHEY_DUPLEX, 5.0, 16


@cache
def _large(text: str) -> Image:
    (wide, _), _ = cv2.getTextSize(text, _FONT, _FINE, _THICK)
    ink = np.zeros((240, wide + 40), np.uint8)
    cv2.putText(ink, text, (20, 180), _FONT, _FINE, 255, _THICK, cv2.LINE_AA)
    return ink


@cache
def _digits() -> tuple[int, int]:
    rows = np.flatnonzero((_large("0123456789") > 128).any(axis=1))
    return int(rows[0]), int(rows[-1]) + 1


def lettered(text: str, scale: float) -> Image:
    """The ink of a text whose digits are `scale` times as high as `LINE_PX`, without room above and below them."""
    top, low = _digits()
    line = _large(text)[top:low]
    size = round(scale * line.shape[1] * LINE_PX / line.shape[0]), round(scale * LINE_PX)
    return np.asarray(cv2.resize(line, size, interpolation=cv2.INTER_AREA), np.uint8)

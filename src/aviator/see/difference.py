"""Draws what is read one way and should be read another: the window with the fields in question, beside them their crops.

In: a picture of the window, boxes on it, and crops with a line of text each. Out: a picture for people. Pure; any process.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import cv2
import numpy as np

from aviator.see.ink import Image
from aviator.see.regions import Box

MOST_ROWS = 8
"""Maximum number of crops on a picture; the last line says how many more there are."""
_FONT, _SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.55
_GROUND, _TEXT, _FRAME = (24, 24, 24), (255, 255, 255), (60, 60, 255)
_NARROW_PX, _WIDE_PX = 450, 1200
"""A narrower window is shown at twice its size, a wider one is reduced to this width."""
_COLUMN_PX, _CROP_PX, _LARGEST = 440, 48, 4
"""Width of the column of crops; a crop is enlarged up to 4 times until it is 48 pixels high."""
_CHARACTERS = 42
_GAP = 10
_SIGNS = str.maketrans({"€": "EUR ", "£": "GBP ", "–": "-", "−": "-", "×": "x", "…": "..."})
"""The font has ASCII characters only."""


def difference_picture(window: Image | None, boxes: Sequence[Box], rows: Sequence[tuple[Image | None, str]]) -> Image:
    """`window` (rows x columns x BGR or BGRA) with a frame around each of `boxes`, and at its right the crops with their texts.

    A row without a crop is a line of text; None for the window leaves only the rows.
    """
    shown = [_row(crop, text) for crop, text in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        shown.append(_row(None, f"and {len(rows) - MOST_ROWS} more"))
    parts = [np.concatenate(shown)] if shown else []
    if window is not None:
        parts.insert(0, _framed(window, boxes))
    height = max(part.shape[0] for part in parts)
    return np.concatenate([_padded(part, height, part.shape[1]) for part in parts], axis=1)


def _framed(window: Image, boxes: Sequence[Box]) -> Image:
    width = window.shape[1]
    factor = 2.0 if width < _NARROW_PX else min(1.0, _WIDE_PX / width)
    canvas = _resized(window, factor)
    for box in boxes:
        x, y, w, h = (round(v * factor) for v in box)
        cv2.rectangle(canvas, (x - 3, y - 3), (x + w + 2, y + h + 2), _FRAME, 2)
    return canvas


def _row(crop: Image | None, text: str) -> Image:
    """One crop, enlarged, and its text below."""
    ascii_text = text.translate(_SIGNS).encode("ascii", "replace").decode()
    lines = [line for part in ascii_text.splitlines() for line in wrap(part, _CHARACTERS)]
    (_, line_px), base = cv2.getTextSize("Ag", _FONT, _SIZE, 1)
    step = line_px + base + 4
    note = np.full((step * len(lines) + _GAP, _COLUMN_PX, 3), _GROUND, np.uint8)
    for i, line in enumerate(lines):
        cv2.putText(note, line, (_GAP, step * i + line_px + 2), _FONT, _SIZE, _TEXT, 1, cv2.LINE_AA)
    if crop is None or not crop.size:
        return note
    height, width = crop.shape[:2]
    whole = min(_LARGEST, max(1, round(_CROP_PX / height)))
    enlarged = _resized(crop, min(whole, (_COLUMN_PX - 2 * _GAP) / width))
    framed = cv2.copyMakeBorder(enlarged, _GAP, 4, _GAP, 0, cv2.BORDER_CONSTANT, value=_GROUND)
    return np.concatenate([_padded(np.asarray(framed, np.uint8), framed.shape[0], _COLUMN_PX), note])


def _resized(picture: Image, factor: float) -> Image:
    """As BGR. Pixels are repeated rather than blurred, so that digits look as the reader sees them."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    return np.asarray(
        cv2.resize(np.ascontiguousarray(picture[:, :, :3]), None, fx=factor, fy=factor, interpolation=how), np.uint8
    ).copy()


def _padded(picture: Image, height: int, width: int) -> Image:
    down, across = height - picture.shape[0], max(0, width - picture.shape[1])
    return np.asarray(cv2.copyMakeBorder(picture, 0, down, 0, across, cv2.BORDER_CONSTANT, value=_GROUND), np.uint8)

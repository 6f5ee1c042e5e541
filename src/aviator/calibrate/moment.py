"""Which phase a picture shows, and where the board is on which score and messages stand.

In: lines, score, buttons, the picture. Out: a phase, or None. Words tell first, then what the buttons offer, then the score's
colour: nearly every site writes the score in red when the round has ended.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aviator.calibrate import shapes
from aviator.calibrate.found import Button
from aviator.calibrate.panels import centre, inside
from aviator.calibrate.phrases import mentions
from aviator.calibrate.teacher import Line
from aviator.calibrate.tokens import Token
from aviator.core.types import Phase
from aviator.see.ink import Image
from aviator.see.regions import Box

_SATURATED = 110


def phase(
    lines: Sequence[Line], score: Token | None, buttons: Sequence[Button], history: Sequence[Token], picture: Image
) -> tuple[Phase | None, list[Line]]:
    """The phase and the lines of the board that told it."""
    said = [ln for ln in lines if not any(inside(centre(ln.box), b.box) for b in buttons)]
    offered = {b.state for b in buttons}
    ended = _messages(said, "ended", score)
    waiting = _messages(said, "waiting", score)
    flying = _messages(said, "flying", score)
    if score is None:
        if waiting and not ended:
            return Phase.BETTING, waiting
        return (Phase.ENDED if ended else Phase.PLAYING if "cash_out" in offered else None), ended
    if ended and not flying:
        return Phase.ENDED, ended
    if flying or "cash_out" in offered:
        return Phase.PLAYING, flying
    hue, saturation, value = shapes.ink_colour(picture, score.core)
    if saturation > _SATURATED and value > 90 and (hue <= 7 or hue >= 170):
        return Phase.ENDED, []
    return Phase.PLAYING, []


def _messages(lines: Sequence[Line], concept: str, score: Token | None) -> list[Line]:
    """Lines that name the concept; with a score in sight, only those about it."""
    found = [ln for ln in lines if mentions(ln.text, concept)]
    if score is None:
        return found
    x, y, w, h = score.core
    near = (x - 4 * w, y - 6 * h, 9 * w, 13 * h)
    return [ln for ln in found if inside(centre(ln.box), near)]


def board(about: Sequence[Box], others: Sequence[Box], picture: Image) -> Box | None:
    """The free space around what stands on the board: as far as the next text or button, without empty rims."""
    if not about:
        return None
    height, width = picture.shape[:2]
    left, top = min(b[0] for b in about), min(b[1] for b in about)
    right, low = max(b[0] + b[2] for b in about), max(b[1] + b[3] for b in about)
    high, deep, far_left, far_right = 0, height, 0, width
    spread = max(right - left, (low - top) * 3)
    band = ((left + right - spread) / 2, (left + right + spread) / 2)
    for x, y, w, h in others:
        if x < band[1] and x + w > band[0]:
            if y + h <= top:
                high = max(high, y + h)
            elif y >= low:
                deep = min(deep, y)
    for x, y, w, h in others:
        if y < deep and y + h > high:
            if x + w <= left:
                far_left = max(far_left, x + w)
            elif x >= right:
                far_right = min(far_right, x)
    return _trim((far_left, high, far_right - far_left, deep - high), picture)


def _trim(box: Box, picture: Image) -> Box:
    """Without rows and columns of one colour at the rims."""
    crop = shapes.cut(picture, box)
    step = max(1, crop.shape[0] // 200), max(1, crop.shape[1] // 200)
    rows = np.flatnonzero(crop[:, :: step[1]].reshape(crop.shape[0], -1, 3).std(axis=1).max(axis=1) > 2.5)
    columns = np.flatnonzero(crop[:: step[0]].std(axis=0).max(axis=1) > 2.5)
    if len(rows) < 2 or len(columns) < 2:
        return box
    x, y, _, _ = shapes.clip(box, picture)
    return x + int(columns[0]), y + int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1

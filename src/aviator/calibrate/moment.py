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
_EDGE = 5
_STRAIGHT = 0.8


def phase(
    lines: Sequence[Line], score: Token | None, buttons: Sequence[Button], picture: Image
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
        if ended:
            return Phase.ENDED, ended
        unread = _unread_message(lines, buttons)
        return (Phase.PLAYING if "cash_out" in offered else Phase.BETTING if unread else None), unread
    if ended and not flying:
        return Phase.ENDED, ended
    if flying or "cash_out" in offered:
        return Phase.PLAYING, flying
    hue, saturation, value = shapes.ink_colour(picture, score.core)
    if saturation > _SATURATED and value > 90 and (hue <= 7 or hue >= 170):
        return Phase.ENDED, []
    return Phase.PLAYING, []


def _unread_message(lines: Sequence[Line], buttons: Sequence[Button]) -> list[Line]:
    """Large writing above the buttons that the recogniser has no letters for: without a score it can only ask to wait."""
    if not buttons:
        return []
    left, right = min(b.box[0] for b in buttons), max(b.box[0] + b.box[2] for b in buttons)
    top = min(b.box[1] for b in buttons)
    usual = float(np.median([ln.box[3] for ln in lines if ln.text] or [0]))
    room = 0.6 * (right - left)
    return [
        ln
        for ln in lines
        if not ln.text
        and ln.box[3] > 1.3 * usual
        and ln.box[2] > 4 * ln.box[3]
        and ln.box[1] + ln.box[3] < top - 2 * usual
        and left - room < centre(ln.box)[0] < right + room
    ]


def _messages(lines: Sequence[Line], concept: str, score: Token | None) -> list[Line]:
    """Lines that name the concept; with a score in sight, only those about it."""
    found = [ln for ln in lines if mentions(ln.text, concept)]
    if score is None:
        return found
    x, y, w, h = score.core
    near = (x - 4 * w, y - 6 * h, 9 * w, 13 * h)
    return [ln for ln in found if inside(centre(ln.box), near)]


def board(about: Sequence[Box], others: Sequence[Box], picture: Image) -> Box | None:
    """The largest free space around what stands on the board: as far as the next text or button, without empty rims."""
    if not about:
        return None
    height, width = picture.shape[:2]
    left, top = min(b[0] for b in about), min(b[1] for b in about)
    right, low = max(b[0] + b[2] for b in about), max(b[1] + b[3] for b in about)
    boxes = np.array([b for b in others if b[2] > 0 and b[3] > 0], np.int64).reshape(-1, 4)
    x, y, x2, y2 = boxes[:, 0], boxes[:, 1], boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    best, area = (left, top, right - left, low - top), 0
    for high in {0, *y2[y2 <= top].tolist()}:
        for deep in {height, *y[y >= low].tolist()}:
            level = (y < deep) & (y2 > high)
            if (level & (x < right) & (x2 > left) & ((y2 <= top) | (y >= low))).any():
                continue
            far_left = int(x2[level & (x2 <= left)].max(initial=0))
            far_right = int(x[level & (x >= right)].min(initial=width))
            if (far_right - far_left) * (deep - high) > area:
                best, area = (far_left, high, far_right - far_left, deep - high), (far_right - far_left) * (deep - high)
    return _snap(_trim(best, picture), (left, top, right - left, low - top), picture)


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


def _snap(box: Box, about: Box, picture: Image) -> Box:
    """Moved in to the canvas's own edges: the first straight lines through the whole free space, outwards from its middle."""
    x, y, w, h = shapes.clip(box, picture)
    crop = picture[y : y + h, x : x + w].astype(np.int16)
    across = (np.abs(np.diff(crop, axis=1)).max(axis=2) > _EDGE).mean(axis=0) > _STRAIGHT
    down = (np.abs(np.diff(crop, axis=0)).max(axis=2) > _EDGE).mean(axis=1) > _STRAIGHT
    columns, rows = np.flatnonzero(across) + x + 1, np.flatnonzero(down) + y + 1
    left = int(columns[columns <= about[0]].max(initial=x))
    top = int(rows[rows <= about[1]].max(initial=y))
    right = int(columns[columns >= about[0] + about[2]].min(initial=x + w))
    low = int(rows[rows >= about[1] + about[3]].min(initial=y + h))
    return left, top, right - left, low - top

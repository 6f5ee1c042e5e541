"""Finds the running multiplier: the largest multiplier that stands alone on the board.

In: tokens, the strip's tokens, the buttons' boxes. Out: the score's token. Clocks, codes, toasts, adverts, table columns and
the values of the strip are not it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aviator.calibrate import shapes
from aviator.calibrate.panels import centre, inside
from aviator.calibrate.phrases import mentions, says
from aviator.calibrate.teacher import Line
from aviator.calibrate.tokens import Token
from aviator.see.ink import Image
from aviator.see.regions import Box

_LARGER = 1.3
"""The score is at least so much higher than the strip's values."""
_BARE_LARGER = 1.7
"""Without an x, so much higher than the usual text."""


def score(
    tokens: Sequence[Token], lines: Sequence[Line], strip: Sequence[Token], boxes: Sequence[Box], picture: Image, game: bool
) -> Token | None:
    """`game`: other things on the picture say that it is a crash game, so that a number without an x may be the score."""
    usual = float(np.median([t.height for t in strip])) if strip else 0.0
    typical = float(np.median([t.height for t in tokens])) if tokens else 0.0
    rest = [t for t in tokens if t not in strip and t.whole and t.alone and t.value is not None and t.value >= 1]
    rest = [t for t in rest if not t.number.startswith("0")]
    said = [ln for ln in lines if mentions(ln.text, "waiting") and not any(inside(centre(ln.box), box) for box in boxes)]
    candidates = [
        t
        for t in rest
        if t.height > _LARGER * usual
        and (t.suffixed or (game and t.bare and t.decimals == 2 and t.height > _BARE_LARGER * max(typical, usual)))
        and not any(inside(t.middle, box) for box in boxes)
        and not (t.bare and any(_about(ln, t) for ln in said))  # the seconds till the next round
        and t.decimals  # whole multipliers are choices beside an amount
        and _stands_alone(t, tokens, lines)
    ]
    if not candidates:
        return None
    best = max(candidates, key=lambda t: (t.height * (1.0 if t.suffixed else 0.8), t.confidence))
    if best.suffixed and not strip and not game and not _has_board(best, lines, picture):
        return None
    return best


def _about(message: Line, token: Token) -> bool:
    """Does the message stand on the token's board?"""
    x, y, w, h = token.core
    return inside(centre(message.box), (x - 4 * w, y - 6 * h, 9 * w, 13 * h))


def _stands_alone(token: Token, tokens: Sequence[Token], lines: Sequence[Line]) -> bool:
    """Nothing of like size, and no money, on its row close by."""
    x, y, _, h = token.core
    for line in lines:
        if line is token.line or not line.text.strip():
            continue
        lx, ly, lw, lh = line.box
        level = ly < y + 0.75 * h and ly + lh > y + 0.25 * h
        gap = max(lx - (token.box[0] + token.box[2]), x - (lx + lw))
        if level and gap < h and lh > 0.45 * h and any(c.isdigit() for c in line.text):
            return False  # one number, found in two pieces
        if (
            level
            and gap < 2.0 * h
            and lh > 0.45 * h
            and sum(c.isalnum() for c in line.text) > 1
            and lh < 1.1 * token.line.box[3]
            and _words(line)
        ):
            return False
    for other in tokens:
        level = abs(other.middle[1] - token.middle[1]) < 0.6 * h
        gap = max(other.core[0] - (token.box[0] + token.box[2]), x - (other.core[0] + other.core[2]))
        if other is not token and level and gap < 8 * h and other.money and other.height > 0.5 * h:
            return False
    return not any(mentions(line.text, "other_money") for line in lines if _touches(token, line) and not says(line.text, "bet"))


def _words(line: Line) -> bool:
    """Not a single letter that the curve or the plane was taken for."""
    return line.confidence > 0.6


def _touches(token: Token, line: Line) -> bool:
    """Is the line a caption of this number, right above or below it and not much smaller?"""
    x, y, w, h = token.box
    lx, ly, lw, lh = line.box
    across = min(x + w, lx + lw) - max(x, lx) > 0
    gap = max(ly - (y + h), y - (ly + lh))
    return across and gap < 0.5 * h and lh < 0.9 * h and line is not token.line and len(line.text) < 24


def _has_board(token: Token, lines: Sequence[Line], picture: Image) -> bool:
    """With nothing else of a game in sight: is it large or central enough, and the only large text?"""
    height, width = picture.shape[:2]
    wide = [
        ln
        for ln in lines
        if ln.box[3] > 0.8 * token.line.box[3]
        and ln is not token.line
        and any(c.isdigit() for c in ln.text)
        and sum(c.isalnum() for c in ln.text) > 1  # a spot of the scenery is taken for a 1
    ]
    centred = 0.2 * width < token.middle[0] < 0.8 * width
    return not wide and centred and token.height > 0.025 * height


def in_pill(token: Token, picture: Image) -> bool:
    """Does it stand on a snug patch of its own, as a single past round does?"""
    found = shapes.patch(picture, token.box, spread=10)
    _, _, w, h = found.box
    snug = h < 3.0 * token.height and w < 2.6 * token.box[2] and found.full > 0.4
    return snug and h < 0.95 * picture.shape[0] and (h > 1.15 * token.height)

"""Draws what was found over a screenshot: a frame around each field, and its name and reading where nothing is covered.

In: the picture and its `Screen`. Out: a picture for people, of twice the size where labels would else be too small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from aviator.calibrate.found import Found, Screen
from aviator.core.types import Field
from aviator.see.ink import Image
from aviator.see.regions import Box

Colour = tuple[int, int, int]
"""Blue, green, red."""

_SCORE, _MONEY, _PEOPLE, _PANEL, _PAST, _BOARD = (
    (60, 200, 255),
    (110, 230, 90),
    (255, 190, 80),
    (240, 140, 230),
    (210, 210, 90),
    (150, 150, 150),
)
_COLOURS = {
    Field.SCORE: _SCORE,
    Field.BALANCE: _MONEY,
    Field.TOTAL_WIN: _MONEY,
    Field.PLAYERS: _PEOPLE,
    Field.HISTORY: _PAST,
    Field.PHASE: _BOARD,
}
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SMALL_WIDTH = 1100
_GROUND: Colour = (24, 24, 24)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A frame and its label. `tight` labels are as wide as their frame."""

    box: Box
    text: str
    colour: Colour
    tight: bool = False


def draw(picture: Image, screen: Screen) -> Image:
    """The picture (rows x columns x BGR or BGRA) with frames and labels, as BGR."""
    factor = 2 if picture.shape[1] < _SMALL_WIDTH else 1
    canvas = np.asarray(
        cv2.resize(np.ascontiguousarray(picture[:, :, :3]), None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8
    )
    size = max(0.42, min(1.6, canvas.shape[1] / 2600))
    marks = [_grown(m, factor) for m in _marks(screen)]
    taken = [m.box for m in marks if m.colour != _BOARD]
    for mark in marks:
        x, y, w, h = mark.box
        cv2.rectangle(canvas, (x, y), (x + w, y + h), mark.colour, max(1, round(size * 2)), cv2.LINE_AA)
    for mark in marks:
        if mark.text:
            taken.append(_label(canvas, mark, size, taken))
    return canvas


def _marks(screen: Screen) -> Iterator[_Mark]:
    if screen.board:
        yield _Mark(screen.board, f"board: {screen.phase.lower() if screen.phase else 'phase unknown'}", _BOARD)
    for field, found in screen.fields.items():
        yield _Mark(_rim(found.box), f"{field}: {_ascii(found)}", _COLOURS.get(field, _PANEL))
    for field, button in screen.buttons.items():
        yield _Mark(button.box, f"{field}: {button.state}", _PANEL)
    for i, found in enumerate(screen.history):
        first = "history: " if i == 0 and len(screen.history) == 1 else ""
        yield _Mark(_rim(found.box), f"{first}{found.value if found.value is not None else '?'}", _PAST, tight=not first)


def _ascii(found: Found) -> str:
    value = "?" if found.value is None else f"{found.value:,}"
    return f"{value}/{found.total}" if found.total is not None else value


def _rim(box: Box) -> Box:
    return box[0] - 2, box[1] - 2, box[2] + 4, box[3] + 4


def _grown(mark: _Mark, factor: int) -> _Mark:
    x, y, w, h = (v * factor for v in mark.box)
    return _Mark((x, y, w, h), mark.text, mark.colour, mark.tight)


def _label(canvas: Image, mark: _Mark, size: float, taken: Sequence[Box]) -> Box:
    """Writes the label beside its frame, in the place that covers least; returns what it covers."""
    (w, h), base = cv2.getTextSize(mark.text, _FONT, size, 1)
    if mark.tight and w > mark.box[2]:
        size = max(0.3, size * mark.box[2] / w)
        (w, h), base = cv2.getTextSize(mark.text, _FONT, size, 1)
    pad = max(2, round(3 * size))
    w, h = w + 2 * pad, h + base + 2 * pad
    spot = min(_spots(mark, w, h, canvas), key=lambda s: _covered((*s, w, h), taken))
    x, y = spot
    cv2.rectangle(canvas, (x, y), (x + w, y + h), _GROUND, -1)
    cv2.rectangle(canvas, (x, y), (x + w, y + h), mark.colour, 1)
    cv2.putText(canvas, mark.text, (x + pad, y + h - base - pad + 1), _FONT, size, mark.colour, 1, cv2.LINE_AA)
    return x, y, w, h


def _spots(mark: _Mark, w: int, h: int, canvas: Image) -> list[tuple[int, int]]:
    """Top left corners to choose from, the best first: above, below, beside; for the board inside its corners."""
    x, y, bw, bh = mark.box
    if mark.colour == _BOARD:
        spots = [(x + 4, y + 4), (x + bw - w - 4, y + 4), (x + 4, y + bh - h - 4), (x + bw - w - 4, y + bh - h - 4)]
    else:
        spots = [
            (x + (bw - w) // 2 if mark.tight else x, y - h - 2),
            (x + (bw - w) // 2 if mark.tight else x, y + bh + 2),
            (x + bw - w, y - h - 2),
            (x + bw - w, y + bh + 2),
            (x + bw + 3, y + (bh - h) // 2),
            (x - w - 3, y + (bh - h) // 2),
            (x, y - 2 * h - 4),
            (x, y + bh + h + 4),
        ]
    high, wide = canvas.shape[:2]
    return [(min(max(0, sx), max(0, wide - w - 1)), min(max(0, sy), max(0, high - h - 1))) for sx, sy in spots]


def _covered(box: Box, taken: Sequence[Box]) -> int:
    """How many pixels of frames and labels the box would hide."""
    x, y, w, h = box
    total = 0
    for ox, oy, ow, oh in taken:
        across, down = min(x + w, ox + ow) - max(x, ox), min(y + h, oy + oh) - max(y, oy)
        total += across * down if across > 0 and down > 0 else 0
    return total

"""Examines a screenshot with the teacher: reads it, looks again where something is missing, and reads doubtful values twice.

In: a picture. Out: a `Screen`. Very large letters on a small picture and very small ones on any are found at another scale only;
a value that two readings of the same pixels disagree on is given up, unless the screen shows it a second time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import cv2
import numpy as np

from aviator.calibrate import shapes
from aviator.calibrate.found import Found, Screen
from aviator.calibrate.screen import interpret
from aviator.calibrate.teacher import Letter, Line, Spelling, Teacher
from aviator.calibrate.tokens import number, tokens
from aviator.core.types import Field, Phase
from aviator.see.ink import Image
from aviator.see.regions import Box

_DETECTOR_PX = 736
"""The detector enlarges pictures to this height or width."""
_LARGE_PX = 36
_PIECE = re.compile(r"[\d.,]*\d[\d.,]*[xX×]?|[.,]\d+[xX×]?")
_SURE = 0.985
View = tuple[float, bool]
_VIEWS: tuple[View, ...] = ((0.2, False), (0.35, False), (0.25, True))
_SCORE_VIEWS: tuple[View, ...] = (*_VIEWS, (0.1, False), (0.15, True), (0.35, True), (0.5, False))
"""Margins in heights of the text, and whether in grey."""
_MAJORITY = 0.75
"""Of the readings of a value so many must agree."""
_SMALL_PX = 13
"""Digits lower than this are read again one value at a time."""


def examine(teacher: Teacher, picture: Image) -> Screen:
    """What is on the picture (rows x columns x BGR or BGRA)."""
    pixels = np.ascontiguousarray(picture[:, :, :3])
    lines, screen = find(teacher, pixels, teacher.lines(pixels))
    return confirm(teacher, screen, lines, pixels)


def find(teacher: Teacher, pixels: Image, lines: Sequence[Line]) -> tuple[list[Line], Screen]:
    """The lines of a picture (rows x columns x BGR), with those that are found only on a second look, and what they are."""
    lines = rejoin(teacher, lines, pixels)
    screen = interpret(lines, pixels)
    for scale in _other_scales(pixels, screen):
        lines = rejoin(teacher, merge(lines, scaled_lines(teacher, pixels, scale)), pixels)
        screen = interpret(lines, pixels)
        if Field.SCORE in screen.fields:
            break
    if Field.SCORE not in screen.fields and screen.phase is None and screen.buttons:
        unread = [Line("", 0.0, box, ()) for box in teacher.places(pixels)]
        screen = interpret(merge(lines, unread), pixels)
    return lines, screen


def _other_scales(picture: Image, screen: Screen) -> list[float]:
    """Scales at which to look again for a score."""
    if Field.SCORE in screen.fields or screen.phase is Phase.BETTING:
        return []
    small = min(picture.shape[:2]) < _DETECTOR_PX
    return [0.5] if not small else [0.5, 0.25]


def scaled_lines(teacher: Teacher, picture: Image, scale: float) -> list[Line]:
    """The lines that are found on the picture at another scale, in this picture's coordinates."""
    resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)

    def back(value: int) -> int:
        return round(value / scale)

    return [
        Line(
            line.text,
            line.confidence,
            (back(line.box[0]), back(line.box[1]), back(line.box[2]), back(line.box[3])),
            tuple(Letter(c.char, c.confidence, back(c.left), back(c.right)) for c in line.letters),
        )
        for line in teacher.lines(np.asarray(resized, np.uint8))
    ]


def merge(lines: Sequence[Line], more: Sequence[Line]) -> list[Line]:
    """`lines`, and those of `more` that lie where there are none; a whole number takes the place of its pieces."""
    out = list(lines)
    for new in more:
        under = [ln for ln in lines if _overlap(new.box, ln.box) > 0.2]
        if under and all(_digits(ln) < _digits(new) and new.box[2] > 1.1 * ln.box[2] for ln in under):
            out = [ln for ln in out if not any(ln is u for u in under)]
            under = []
        if not under:
            out.append(new)
    return out


def _digits(line: Line) -> int:
    return sum(c.isdigit() for c in line.text)


def rejoin(teacher: Teacher, lines: Sequence[Line], picture: Image) -> list[Line]:
    """Very large numbers are found in pieces, `7` and `86x`; they are read again as one."""
    out = list(lines)
    pieces = [ln for ln in lines if ln.box[3] >= _LARGE_PX and _PIECE.fullmatch(ln.text)]
    for right in pieces:
        left = next((ln for ln in pieces if ln in out and _continues(ln.box, right.box)), None)
        if right not in out:
            continue
        x, y, w, h = right.box
        if left:
            first = left.box
        elif right.text[0] in ".,":
            first = max(0, x - h), y, 0, h
        else:
            out = [_with_more(teacher, ln, picture) if ln is right else ln for ln in out]
            continue
        top = min(y, first[1])
        box = (first[0], top, x + w - first[0], max(y + h, first[1] + first[3]) - top)
        spelling = teacher.spell([np.ascontiguousarray(shapes.cut(picture, box))])[0]
        out = [ln for ln in out if not (ln in pieces and _overlap(ln.box, box) > 0.5)]
        out.append(_spelled(spelling, box))
    return out


def _with_more(teacher: Teacher, line: Line, picture: Image) -> Line:
    """A number before which more of it stands that was not found: a blank may part a lonely first digit from the others."""
    more = shapes.more_before(picture, shapes.ink_box(picture, line.box))
    if more is None:
        return line
    x, y, w, h = line.box
    box = more[0] - h // 4, y, x + w - more[0] + h // 4, h
    whole = _spelled(teacher.spell([np.ascontiguousarray(shapes.cut(picture, box))])[0], box)
    return whole if whole.text.endswith(line.text) and _PIECE.fullmatch(whole.text) else line


def _continues(left: Box, right: Box) -> bool:
    height = max(left[3], right[3])
    level = abs(left[1] + left[3] / 2 - right[1] - right[3] / 2) < 0.3 * height
    return level and -0.6 * height < right[0] - (left[0] + left[2]) < 0.5 * height and left[0] < right[0]


def _spelled(spelling: Spelling, box: Box) -> Line:
    """A line of what `box` spells; a letter reaches half way to its neighbours."""
    text = "".join(spelling.text.split())
    if len(spelling.middles) != len(text):
        return Line(text, spelling.confidence, box, ())
    rims = [0.0, *((a + b) / 2 for a, b in pairwise(spelling.middles)), float(box[2])]
    letters = tuple(
        Letter(c, spelling.confidence, box[0] + round(rims[i]), box[0] + round(rims[i + 1])) for i, c in enumerate(text)
    )
    return Line(text, spelling.confidence, box, letters)


def _overlap(a: Box, b: Box) -> float:
    """The share of the smaller box that lies in the other."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return w * h / max(1, min(a[2] * a[3], b[2] * b[3])) if w > 0 and h > 0 else 0.0


def confirm(teacher: Teacher, screen: Screen, lines: Sequence[Line], picture: Image) -> Screen:
    """The screen with its doubtful values read again, each alone. What stays in doubt goes from the fields; in the history
    it keeps its place without a value."""
    told = _told_again(screen, lines, picture)
    score = screen.fields.get(Field.SCORE)
    founds = [*screen.fields.values(), *screen.history]
    doubtful = [f for f in founds if f is score or f.confidence < _SURE or f.core[3] < _SMALL_PX]
    first = _votes(teacher, doubtful, picture, _VIEWS[:1])
    more = [f is score or _plain(v[0][0]) != _plain(f.text) or v[0][1] < _SURE for f, v in zip(doubtful, first, strict=True)]
    pending = [(f, votes) for f, votes, again in zip(doubtful, first, more, strict=True) if again]
    rest = _votes(teacher, [f for f, _ in pending if f is not score], picture, _VIEWS[1:])
    best = _votes(teacher, [score] if score else [], picture, _SCORE_VIEWS[1:])
    settled = {f.box: _settle(f, votes + (best if f is score else rest).pop(0), told) for f, votes in pending}
    fields = {f: settled.get(found.box, found) for f, found in screen.fields.items()}
    history = tuple(settled.get(found.box, found) for found in screen.history)
    return replace(screen, fields={f: found for f, found in fields.items() if found.value is not None}, history=history)


def _votes(teacher: Teacher, founds: Sequence[Found], picture: Image, views: Sequence[View]) -> list[list[tuple[str, float]]]:
    """What each value reads as in other croppings and renderings of its pixels."""
    named = teacher.name([_view(found.box, picture, view) for found in founds for view in views])
    return [named[i * len(views) : (i + 1) * len(views)] for i in range(len(founds))]


def _view(box: Box, picture: Image, view: View) -> Image:
    """The value with a margin, enlarged to the recogniser's height."""
    margin, grey = view
    room = max(2, round(margin * box[3]))
    crop = shapes.cut(picture, (box[0] - room, box[1] - room, box[2] + 2 * room, box[3] + 2 * room))
    if grey:
        crop = np.asarray(cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)
    scale = 48 / crop.shape[0]
    method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=method), np.uint8)


def _told_again(screen: Screen, lines: Sequence[Line], picture: Image) -> set[Decimal | None]:
    """Multipliers that buttons and messages repeat: `Cash out (1.24x)`."""
    known = {f.box for f in (*screen.fields.values(), *screen.history)}
    return {t.value for t in tokens(lines, picture) if t.times and t.box not in known}


def _settle(found: Found, votes: Sequence[tuple[str, float]], told: set[Decimal | None]) -> Found:
    """The reading with most votes; where they differ, the one that the screen shows again elsewhere; without either, none."""
    tally: Counter[str] = Counter({_plain(found.text): 1})
    tally.update(_plain(text) for text, _ in votes)
    tally.pop("", None)
    (first, most), *rest = tally.most_common()
    again = [text for text in tally if rest and number(text) in told]
    if len(again) == 1:
        first = again[0]
    elif rest and most < _MAJORITY * tally.total():
        return replace(found, text="", value=None, total=None)
    if first == _plain(found.text):
        return found
    confidence = min(c for text, c in votes if _plain(text) == first)
    n, _, m = first.partition("/")
    return replace(found, text=_reworded(found.text, first), value=number(n), confidence=confidence, total=number(m))


def _plain(text: str) -> str:
    """Digits and marks alone."""
    kept = [c for c in text if c.isdigit() or c in ".,/"]
    return "".join(kept).strip(".,/")


def _reworded(text: str, digits: str) -> str:
    """`text` with `digits` in place of its own."""
    first = next((i for i, c in enumerate(text) if c.isdigit()), 0)
    last = max((i for i, c in enumerate(text) if c.isdigit()), default=-1)
    return text[:first] + digits + text[last + 1 :]

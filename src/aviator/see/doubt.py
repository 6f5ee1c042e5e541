"""When glyphs are to be believed, and when a second opinion is: the rules of doubt. Pure.

In: the glyphs of a line as the atlas matched them. Out: the number without scenery and affixes, its weakest match, a verdict.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from aviator.see.glyphs import INKED, UNKNOWN, Atlas, Glyph
from aviator.see.ink import Image
from aviator.see.numbers import GROUPING, NumberFormat

SURE = 0.93
"""A glyph reading below this match score is in doubt."""
SURE_INCOMPLETE = 0.985
"""Where not all digits were learned only drawings that were seen just so are believed: an unknown 9 may resemble a 0."""
SURE_AFFIX = 0.75
"""Letters around a number need not be told from one another, only from scenery."""
SURE_MARK = 0.85
"""So much of a decimal or thousands mark: which one may stand where is fixed by the format."""
MARKS = f"{GROUPING}/"
ANY_MARK = "'"
"""Stands for a mark between thousands of which only the place and the size are known."""
_SPECKS = f"{MARKS}{UNKNOWN}"
_OF_NUMBERS = frozenset(f"0123456789{_SPECKS} ")
_MARK_HEIGHT = 0.55
"""A mark is no higher than this share of the digits beside it."""


def weakest_of(glyphs: list[Glyph]) -> float:
    """The least sure glyph of the number; the grammar sees to the letters around it, and to which mark may stand where."""
    return min(
        [
            confidence
            for char, confidence, _, _ in glyphs
            if char in _OF_NUMBERS and not (char in MARKS and confidence >= SURE_MARK)  # a clear mark
        ],
        default=0.0,
    )


def with_thousands(glyphs: list[Glyph], line: Image, form: NumberFormat) -> list[Glyph]:
    """Marks that were never learned, as there was no number above 999 yet, are told by their place and size.

    A low or high speck that is surely none of the marks that were learned, with a digit before it and three behind, and behind
    those another mark or (in a whole number) no digit, parts thousands. Which mark it is then matters to nobody.
    """
    doubtful = [i for i, g in enumerate(glyphs) if g.confidence < SURE and g.char in _SPECKS]
    if not doubtful:
        return glyphs
    out = list(glyphs)
    for i in doubtful:
        around = glyphs[max(0, i - 1) : i] + glyphs[i + 1 : i + 4]
        if (
            len(around) == 4
            and all(g.char.isdigit() and g.confidence >= SURE for g in around)
            and _ends_thousands(glyphs[i + 4 : i + 5], form)
            and _is_speck(line, glyphs[i], max(_height(line, g.x, g.right) for g in around))
        ):
            out[i] = glyphs[i]._replace(char=form.thousands or ANY_MARK, confidence=SURE_MARK)
    return out


def _ends_thousands(behind: list[Glyph], form: NumberFormat) -> bool:
    """May this, or nothing, stand behind three digits that a mark parts from others?"""
    if form.decimals == (0,):
        return not behind or not behind[0].char.isdigit()
    return bool(behind) and behind[0].char in _SPECKS


def _is_speck(line: Image, glyph: Glyph, digit: int) -> bool:
    """Is a glyph no higher than a mark, beside a digit of this height? What looks like a mark that is known may have a column of
    the digit that it touches."""
    x, right = glyph.x, glyph.right
    parts = [(x, right), (x + 1, right), (x, right - 1)] if glyph.char in GROUPING else [(x, right)]
    return any(0 < _height(line, *part) <= _MARK_HEIGHT * digit for part in parts)


def _height(line: Image, x: int, right: int) -> int:
    """Rows from the first to the last with ink in these columns."""
    rows = np.flatnonzero(line[:, x:right].max(axis=1, initial=0) > INKED)
    return int(rows[-1] - rows[0]) + 1 if rows.size else 0


def sure_of(atlas: Atlas) -> float:
    """The match score below which a digit of this font is in doubt."""
    return SURE if len(atlas.digits) == 10 else SURE_INCOMPLETE


def borne_out(text: str, glyphs: list[Glyph], atlas: Atlas) -> bool:
    """Has a second opinion as many digits and marks as glyphs were seen, and the same where those are sure?

    Where a font lacks digits, what is in doubt is most likely one of those: no digit that is known, or it would have been known.
    """
    seen = [g for g in glyphs if not _is_affix(g) and g.char != " "]
    told = [c for c in text if c.isdigit() or c in MARKS]
    return len(seen) == len(told) and all(_allows(g, c, atlas) for g, c in zip(seen, told, strict=True))


def _allows(glyph: Glyph, char: str, atlas: Atlas) -> bool:
    """May a glyph be this character?"""
    sure = sure_of(atlas)
    if glyph.confidence >= sure:
        return glyph.char == char
    return sure == SURE or char not in atlas.digits or (glyph.char == char and glyph.confidence >= SURE)


def _is_affix(glyph: Glyph) -> bool:
    """Is this one of the letters around a number: x, ×, RSD, €?"""
    return glyph.char not in _OF_NUMBERS


def like_a_number(glyphs: list[Glyph]) -> bool:
    """Is there a number at all, be it in doubt, and not a message that stands in the same place at other times?"""
    digits = [g.confidence >= SURE for g in glyphs if g.char.isdigit()]
    return sum(digits) * 2 > len(digits) > 0


def without_scenery(glyphs: list[Glyph]) -> list[Glyph]:
    """Curves and rays beside the number go: all that is in doubt behind it, and before it what stands well apart."""
    end = len(glyphs)
    while end and glyphs[end - 1].confidence < (SURE_AFFIX if _is_affix(glyphs[end - 1]) else SURE):
        end -= 1
    begin = 0
    for i, (left, right) in enumerate(pairwise(glyphs[:end])):
        if left.confidence >= SURE:
            break  # a number begins here, whatever gap a mark that is not known leaves in it
        if right.x - left.right > max(g.w for g in glyphs):
            begin = i + 1
    return glyphs[begin:end]


def without_neighbours(glyphs: list[Glyph]) -> list[Glyph]:
    """Signs that stand well apart from the number, and are no digits for sure, are not of it: the + of an input, a frame."""
    room = max([w for _, _, _, w in glyphs], default=0)
    groups: list[list[Glyph]] = []
    right = -math.inf
    for glyph in glyphs:
        _, _, x, w = glyph
        if x - right > room:
            groups.append([])
        groups[-1].append(glyph)
        right = x + w
    if len(groups) == 1:
        return glyphs
    return [g for group in groups if any(g.char.isdigit() and g.confidence >= SURE for g in group) for g in group]

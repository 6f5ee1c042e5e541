"""Lets fields that are written in one font know one another's digits: what one has shown, the other need not show first.

In: the atlases of a window's fields. Out: the same, each with the drawings of digits that its kin have and it has not. Pages use
few fonts and sizes. A balance that does not change shows two digits for hours, but the stakes beside it, drawn alike, show all;
and of a digit that a field has shown, it has hardly shown all the fractions of a pixel at which it may stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aviator.calibrate.fonts import ALIKE, IMPOSTOR, likeness
from aviator.see.glyphs import INKED, Atlas, Line, Template
from aviator.see.ink import Image

_SAME = 0.985
"""Drawings so alike are of one font at one size: other sizes and weights of a font come to 0.97."""
_MOST = 0.5
"""This share of the digits that two fields both know must be drawn the same; the rest stand at other fractions of a pixel."""
_FEWEST = 2
"""So many different digits must be known to both at least: a 0 alone is much the same in many fonts."""


def lend(atlases: Mapping[str, Atlas]) -> dict[str, Atlas]:
    """Each atlas with the digits of those that are drawn alike."""
    return {
        name: _with(atlas, [other for kin, other in atlases.items() if kin != name and _kin(atlas, other)])
        for name, atlas in atlases.items()
    }


def _kin(one: Atlas, other: Atlas) -> bool:
    """Are they one font at one size?"""
    common = one.digits & other.digits
    if one.line.scale != other.line.scale or len(common) < _FEWEST:
        return False
    ours, theirs = ([t for t in a.templates if t.char in common] for a in (one, other))
    fitted = [Template(t.char, ink) for t in theirs if (ink := _fitted(t.ink, other.line, one.line)) is not None]
    best = [_most_alike(a, b) for some, rest in ((ours, fitted), (fitted, ours)) for a in some if (b := _of(rest, a.char))]
    return bool(best) and sum(b >= _SAME for b in best) >= _MOST * len(best)


def _with(atlas: Atlas, kin: Sequence[Atlas]) -> Atlas:
    """The atlas with what its kin know and it does not; what looks like another digit of its own came of a wrong cut."""
    templates = list(atlas.templates)
    for other in kin:
        for theirs in (t for t in other.templates if t.char in other.digits):
            ink = _fitted(theirs.ink, other.line, atlas.line)
            if ink is None:
                continue
            new = Template(theirs.char, ink)
            known = _most_alike(new, _of(templates, new.char)) >= ALIKE
            strange = _most_alike(new, [t for t in templates if t.char != new.char]) >= IMPOSTOR
            if not known and not strange:
                templates.append(new)
    return Atlas(atlas.line, templates) if len(templates) > len(atlas.templates) else atlas


def _of(templates: Sequence[Template], char: str) -> list[Template]:
    return [t for t in templates if t.char == char]


def _most_alike(one: Template, others: Sequence[Template]) -> float:
    return max((likeness(one.ink, other.ink) for other in others), default=0.0)


def _fitted(ink: Image, line: Line, into: Line) -> Image | None:
    """The ink of a glyph of one line in the rows of another; None where they would cut it."""
    above, below = into.above - line.above, into.below - line.below
    cut = [ink[: max(0, -above)], ink[ink.shape[0] - max(0, -below) :]]
    if any(part.size and part.max() > INKED for part in cut):
        return None
    kept = ink[max(0, -above) : ink.shape[0] - max(0, -below)]
    return np.pad(kept, ((max(0, above), max(0, below)), (0, 0)))

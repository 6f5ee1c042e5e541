"""Learns a font's atlas from pictures of which the text is known, also where the glyphs touch.

In: a field's crops, all with the same rows, and their texts. Out: how lines are cut, and templates. Lines are cut
into as many pieces as the text has characters, where little ink is crossed and the pieces are as wide as their characters
usually are; what comes out again and again is a glyph, what comes out once is a bad cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log2
from statistics import median

import numpy as np
import numpy.typing as npt

from aviator.see.glyphs import INKED, LINE_PX, Atlas, Line, Template, ink_line
from aviator.see.ink import Image, Ink

_VARIANTS = 12
"""A character is drawn differently at different fractions of a pixel; so many drawings of it are kept at most."""
_RARE = 0.012
"""A drawing seen in less than this share of a character's occurrences is taken for a bad cut, unless there is no other."""
ALIKE = 0.98
_ENOUGH = 60
_KIN = 0.9
"""Rare drawings this like another are the same drawing over other scenery."""
IMPOSTOR = 0.98
"""A rare drawing this like another character's frequent one came of a wrong cut: 0 and 8 at small sizes reach 0.95 honestly."""
_TEXTS = 1200
"""So many texts of a field are enough."""
_NARROW = frozenset(".,:;'!|il1")
_ROUNDS = 3
_ASCENDS, _DESCENDS = 0.2, 0.35
"""Letters reach so far above the digits, and commas so far below, in heights of a digit."""

Floats = npt.NDArray[np.float32]


Crop = tuple[Image, Ink, str]
"""Pixels of a field's rows, cut left and right to the text with a little room; the text's ink; the text."""


@dataclass(frozen=True, slots=True)
class LearnedFont:
    """`bases`: the row of the base line in each field; `space`: from how many columns on a gap is a blank."""

    atlas: Atlas
    bases: tuple[int, ...]
    space: float


@dataclass(frozen=True, slots=True)
class _Piece:
    char: str
    ink: Image
    x: int
    blank_before: bool


def learn_font(fields: Sequence[Sequence[Crop]]) -> LearnedFont | None:
    """One font from the crops of one or more fields that are written in it; the crops of a field all have the same rows.

    None where no digit could be told in them.
    """
    crops = [field[:: max(1, len(field) // _TEXTS)] for field in fields]
    found = [_find_line([ink.of(pixels) for pixels, ink, _ in few]) for few in crops]
    scale = found[0][1].scale
    above, below = min(f.above * f.scale for _, f in found), min(f.below * f.scale for _, f in found)
    line = Line(scale, above // scale, below // scale)
    lines = [
        (ink_line(shifted, ink, line, base), text)
        for few, (base, _) in zip(crops, found, strict=True)
        for pixels, ink, text in few
        for shifted in _phases(pixels, line.scale)
    ]
    widths: dict[str, float] = {}
    pieces: list[list[_Piece]] = []
    for _ in range(_ROUNDS):
        pieces = [p for p in (_cut(ink, text, widths) for ink, text in lines) if p]
        widths = _usual_widths(pieces)
    drawings: dict[str, list[Image]] = {}
    for piece in (p for row in pieces for p in row):
        drawings.setdefault(piece.char, []).append(piece.ink)
    usual = _without_impostors({c: _usual_drawings(_of_usual_width(drawings[c])) for c in sorted(drawings)})
    drawn = {c: [d for d, _ in kept] for c, kept in usual.items()}
    if line.scale == 1:
        drawn = {c: _between_pixels(kept) for c, kept in drawn.items()}
    templates = [Template(c, d) for c, kept in drawn.items() for d in kept]
    if not any(t.char.isdigit() for t in templates):
        return None
    return LearnedFont(Atlas(line, templates), tuple(base for base, _ in found), _space(pieces))


def _phases(pixels: Image, scale: int) -> Iterator[Image]:
    """A text that is shrunk looks different at each of `scale` places: what it looks like at all of them."""
    for shift in range(scale):
        yield np.concatenate([np.repeat(pixels[:, :1], shift, axis=1), pixels], axis=1)


def _find_line(inks: list[Image]) -> tuple[int, Line]:
    """The base line's row and the rows of a line: digits fill the rows between top and base line, commas hang below."""
    height = min(i.shape[0] for i in inks)
    rows = np.mean([i[:height].mean(axis=1) for i in inks], axis=0)
    filled = np.flatnonzero(rows > 0.35 * np.percentile(rows[rows > 2], 75))
    inked = np.flatnonzero(rows > 0.02 * rows.max())
    top, base = int(filled[0]), int(filled[-1]) + 1
    scale = 2 ** max(0, round(log2((base - top) / LINE_PX)))
    # What stands higher or hangs lower than letters and commas do is scenery.
    high, low = max(int(inked[0]) - 1, top - _ASCENDS * (base - top)), min(int(inked[-1]) + 2, base + _DESCENDS * (base - top))
    above = min(ceil((base - high) / scale), base // scale)
    below = min(ceil((low - base) / scale), (height - base) // scale)
    return base, Line(scale, above, below)


def _cut(line: Image, text: str, widths: dict[str, float]) -> list[_Piece]:
    """`line` cut into the characters of `text`; empty where that cannot be."""
    inked = np.flatnonzero(line.max(axis=0) > INKED)
    chars = [c for c in text if not c.isspace()]
    if not inked.size or inked[-1] + 1 - inked[0] < len(chars):
        return []
    left, right = int(inked[0]), int(inked[-1]) + 1
    ink = line[:, left:right]
    blanks = [i > 0 and text[i - 1].isspace() for i, c in enumerate(text) if not c.isspace()]
    expected = _expected_widths(chars, blanks, widths, right - left)
    edges = _boundaries((ink.astype(np.float32) ** 2).sum(axis=0), expected, bool(widths))
    out = []
    for (start, end), char, blank in zip(pairwise(edges), chars, blanks, strict=True):
        columns = np.flatnonzero(ink[:, start:end].max(axis=0) > INKED)
        if not columns.size:
            return []
        a, b = start + int(columns[0]), start + int(columns[-1]) + 1
        out.append(_Piece(char, ink[:, a:b].copy(), left + a, blank))
    return out


def _expected_widths(chars: list[str], blanks: list[bool], widths: dict[str, float], total: int) -> list[float]:
    nominal = [0.45 if c in _NARROW - {"1"} else 0.8 if c == "1" else 1.0 for c in chars]
    fill = total / (sum(nominal) + 0.4 * sum(blanks))
    given = [widths.get(c, n * fill) for c, n in zip(chars, nominal, strict=True)]
    rest = max(0.0, total - sum(given)) / max(1, sum(blanks)) if any(blanks) else 0.0
    return [w + (rest if blank else 0.0) for w, blank in zip(given, blanks, strict=True)]


def _boundaries(energy: Floats, expected: list[float], learned: bool) -> list[int]:
    """Columns where to cut: dynamic programming over (ink crossed) + (width off the expected)."""
    n = energy.shape[0]
    crossed = np.concatenate([[0.0], np.minimum(energy[1:], energy[:-1]), [0.0]]) / max(1.0, float(np.median(energy)))
    columns = np.arange(n + 1)
    costs = np.full(n + 1, np.inf)
    costs[0] = 0.0
    came: list[npt.NDArray[np.intp]] = []
    for width in expected:
        spread = (0.12 if learned else 0.3) * width + 0.6
        off = ((columns[:, None] - columns[None, :] - width) / spread) ** 2
        off[columns[:, None] <= columns[None, :]] = np.inf
        total = costs[None, :] + off
        came.append(total.argmin(axis=1))
        costs = total.min(axis=1) + 3.0 * crossed
    edges = [n]
    for previous in reversed(came):
        edges.append(int(previous[edges[-1]]))
    return edges[::-1]


def _usual_widths(pieces: list[list[_Piece]]) -> dict[str, float]:
    """From one piece's left edge to the next one's, per character: what a character takes up in a line."""
    seen: dict[str, list[float]] = {}
    for row in pieces:
        for piece, following in pairwise(row):
            if not following.blank_before:
                seen.setdefault(piece.char, []).append(following.x - piece.x)
        seen.setdefault(row[-1].char, []).append(row[-1].ink.shape[1])
    return {char: median(widths) for char, widths in seen.items()}


def _of_usual_width(drawings: list[Image]) -> list[Image]:
    """Without halves of a character and those with a piece of their neighbour: a half of a 3 is found in every 3."""
    usual = median(d.shape[1] for d in drawings)
    return [d for d in drawings if abs(d.shape[1] - usual) <= max(1.0, 0.15 * usual)]


def _usual_drawings(drawings: list[Image]) -> list[tuple[Image, int]]:
    """The usual drawings of a character that differ from one another, each what those like it have in common, and how often seen.

    Over plain ground the same few drawings come again and again. Over scenery hardly two are the same.
    """
    needed = max(min(3, len(drawings) / 8), _RARE * len(drawings))
    groups: list[_Group] = []
    counts = Counter((d.shape, d.tobytes()) for d in drawings)
    for (shape, data), count in counts.most_common():
        drawing = np.frombuffer(data, np.uint8).reshape(shape)
        _gather(_Group(drawing, [(drawing, count)], count), groups, ALIKE)
    merged: list[_Group] = []
    for group in sorted(groups, key=lambda g: g.count, reverse=True):
        if group.count >= needed:
            merged.append(group)
        else:
            _gather(group, merged, _KIN)
    usual = [g for g in merged if g.count >= needed] or merged[:1]
    usual.sort(key=lambda g: g.count, reverse=True)
    return [(g.common(), g.count) for g in usual[:_VARIANTS]]


@dataclass(slots=True)
class _Group:
    """Drawings that are alike: the one they are compared with, all of them with their numbers, and how many there are."""

    leader: Image
    members: list[tuple[Image, int]]
    count: int

    def common(self) -> Image:
        """What the drawings have in common, pixel by pixel the median: a curve that crosses some of them is not of the glyph."""
        stack = np.concatenate([np.repeat(d[None], min(count, _ENOUGH), axis=0) for d, count in self.members[:_ENOUGH]])
        common: Image = np.median(stack, axis=0).astype(np.uint8)
        return common


def _gather(group: _Group, groups: list[_Group], alike: float) -> None:
    """Add a group to the one most like it, or to the list if none is `alike` enough."""
    nearest = max(groups, key=lambda g: likeness(g.leader, group.leader), default=None)
    if nearest is None or likeness(nearest.leader, group.leader) < alike:
        groups.append(group)
        return
    nearest.members += group.members
    nearest.count += group.count


def _between_pixels(drawings: list[Image]) -> list[Image]:
    """The drawings, and what they look like a third of a pixel further left and right, where that was not seen."""
    out = list(drawings)
    for drawing in drawings:
        wide = np.pad(drawing.astype(np.float32), ((0, 0), (1, 1)))
        for step in (-1, 1):
            moved = (2 * wide + np.roll(wide, step, axis=1)) / 3
            inked = np.flatnonzero(moved.max(axis=0) > INKED)
            if not inked.size:
                continue  # a drawing so faint that nothing of it is left
            one = np.round(moved[:, inked[0] : inked[-1] + 1]).astype(np.uint8)
            if all(likeness(one, other) < ALIKE for other in out):
                out.append(one)
    return out


def _without_impostors(usual: dict[str, list[tuple[Image, int]]]) -> dict[str, list[tuple[Image, int]]]:
    """Drop a drawing that another character has far more often: it came of a cut at the wrong place."""

    def genuine(char: str, drawing: Image, count: int) -> bool:
        others = (d for c, kept in usual.items() if c != char for d, n in kept if n >= 4 * count)
        return all(likeness(drawing, other) < IMPOSTOR for other in others)

    return {c: [(d, n) for d, n in kept if genuine(c, d, n)] or kept[:1] for c, kept in usual.items()}


def likeness(a: Image, b: Image) -> float:
    if a.shape != b.shape:
        return 0.0
    x, y = a.astype(np.float32), b.astype(np.float32)
    return float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()))


def _space(pieces: list[list[_Piece]]) -> float:
    """Between the widest usual gap and the narrowest usual blank; a bad cut now and then must not count."""
    gaps: list[float] = [1]
    blanks: list[float] = []
    for row in pieces:
        for left, right in pairwise(row):
            (blanks if right.blank_before else gaps).append(right.x - left.x - left.ink.shape[1])
    widest = float(np.percentile(gaps, 97))
    return (widest + max(widest, float(np.percentile(blanks, 10)))) / 2 if blanks else 2 * widest + 3

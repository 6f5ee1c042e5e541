"""Tells what stands on pictures of fields: the teacher names them, the number's format and the game's law weed out its slips.

In: snaps of one field's area. Out: labels: where in the area a text stands, what it says, in which ink.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

import numpy as np

from aviator.calibrate.album import Snap
from aviator.calibrate.areas import Area
from aviator.calibrate.colours import ground_ink, strip_ink
from aviator.calibrate.formats import canonical, infer_format
from aviator.calibrate.teacher import Teacher
from aviator.see.glyphs import INKED
from aviator.see.ink import Image
from aviator.see.numbers import NumberFormat
from aviator.see.regions import InkSpec

SURE = 0.85
"""The teacher is believed from this confidence on."""
_MOST_NAMED = 80
"""So many pictures of a field are shown to the teacher at most."""
MOST_TYPED = 120
"""Or so many of a field that is typed into: each value typed in a rehearsal is one."""
_MARGIN = 3
_MOST_MISSED = 8
"""So many rounds may pass between two pictures of a strip that are compared."""
_RARE_GAP = 0.02
"""Gaps rarer than this are of texts that lie over a strip now and then."""

_TOGETHER = 1.5
"""Blanks inside a number, or between it and its currency, are narrower than so many times its height."""
_ENOUGH_ALIKE = 4
"""So many values must agree before a strip is believed to have moved on."""

_T = TypeVar("_T")

Columns = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Label:
    """`pixels` of an area (rows x columns x BGRA), the columns in which the text stands, the text, its ink."""

    pixels: Image
    columns: Columns
    text: str
    ink: InkSpec
    at: float
    value: Decimal

    def cut(self, margin: int) -> Image:
        """The pixels of the text with a little room to both sides, all rows."""
        return self.pixels[:, max(0, self.columns[0] - margin) : self.columns[1] + margin]


@dataclass(frozen=True, slots=True)
class Labels:
    """What was learned to read of one field. Of a strip: between two values there are at least `apart` columns, and new values
    come in at the end `newest` (left, right, or empty when it never moved)."""

    labels: tuple[Label, ...]
    format: NumberFormat
    apart: float = 0.0
    newest: str = ""
    places: tuple[Label | None, ...] = ()
    """For each picture that was shown to the teacher its label, None where there is none."""


def label_plain(snaps: Sequence[Snap], area: Area, teacher: Teacher, most: int = _MOST_NAMED) -> Labels | None:
    """Labels of a field over plain ground, from at most so many pictures; None where nothing could be read."""
    chosen = evenly(snaps, most)
    ink = ground_ink([s.pixels for s in chosen])
    placed = [(s, columns) for s in chosen if (columns := _inked(s.pixels, ink, area))]
    return _named([(s.pixels, columns, s.at) for s, columns in placed], ink, teacher)


def label_strip(snaps: Sequence[Snap], area: Area, teacher: Teacher, newest: str) -> Labels | None:
    """Labels of every whole value on a strip; None where there are none. `newest`: at which end (left or right) new ones come in,
    as far as is known yet; where they are seen to come in at the other one, that counts."""
    found = _label_strip(snaps, area, teacher, newest)
    if found and found.newest not in {"", newest}:
        found = _label_strip(snaps, area, teacher, found.newest)
    return found


def _label_strip(snaps: Sequence[Snap], area: Area, teacher: Teacher, newest: str) -> Labels | None:
    chosen = [(s, area.cut_rows(s.pixels)) for s in evenly(snaps, _MOST_NAMED)]
    ink = strip_ink([row for _, rows in chosen for row in rows])
    runs = [(s, [(row, _runs(row, ink, area)) for row in rows]) for s, rows in chosen]
    gaps = [b[0] - a[1] for _, rows in runs for _, found in rows for a, b in pairwise(found)]
    apart = _parting(gaps, area)
    items: dict[bytes, tuple[Image, Columns, float]] = {}
    shown: list[list[bytes]] = []
    for snap, rows in runs:
        shown.append([])
        groups = [(row, group) for row, found in rows for group in _grouped(found, apart)]
        for row, columns in groups if area.column else _whole(groups, newest):
            key = row[:, columns[0] : columns[1]].tobytes()
            items.setdefault(key, (row, columns, snap.at))
            shown[-1].append(key)
    few = dict(evenly(list(items.items()), 3 * _MOST_NAMED))
    named = _named(list(few.values()), ink, teacher)
    if named is None:
        return None
    known = {key: label.value for key, label in zip(few, named.places, strict=True) if label}
    return replace(named, apart=apart, newest=newest_end([[known.get(key) for key in row] for row in shown]))


def newest_end(rows: Sequence[Sequence[Decimal | None]]) -> str:
    """At which end of the strip new values come in, from the strip at different times; empty when it never moved."""
    votes: Counter[str] = Counter()
    pairs = ((before, after) for i, after in enumerate(rows) for before in rows[max(0, i - _MOST_MISSED) : i])
    for before, after in pairs:
        for k in range(1, _MOST_MISSED):
            votes["left"] += _same(before, after[k:]) >= _ENOUGH_ALIKE
            votes["right"] += _same(before[k:], after) >= _ENOUGH_ALIKE
    return votes.most_common(1)[0][0] if votes["left"] != votes["right"] else ""


def _same(a: Sequence[Decimal | None], b: Sequence[Decimal | None]) -> int:
    """How many values stand at the same places; none when one contradicts."""
    pairs = [(x, y) for x, y in zip(a, b, strict=False) if x is not None and y is not None]
    return len(pairs) if all(x == y for x, y in pairs) else 0


def evenly(things: Sequence[_T], most: int) -> list[_T]:
    """At most so many of them, taken at even distances."""
    return list(things) if len(things) <= most else [things[i] for i in np.linspace(0, len(things) - 1, most).astype(int)]


def settle(texts: Sequence[tuple[str, float]]) -> tuple[NumberFormat, list[tuple[str, Decimal] | None]] | None:
    """How these numbers are written, by majority, and each one written so; None for those that are not sure or do not fit."""
    sure = [text for text, confidence in texts if confidence >= SURE and re.search(r"\d", text)]
    if not sure:
        return None
    form = infer_format(sure)
    return form, [canonical(text, form) if confidence >= SURE else None for text, confidence in texts]


def _named(places: list[tuple[Image, Columns, float]], ink: InkSpec, teacher: Teacher) -> Labels | None:
    crops = [p[:, max(0, c[0] - _MARGIN) : c[1] + _MARGIN] for p, c, _ in places]
    settled = settle(teacher.name(crops))
    if settled is None:
        return None
    form, texts = settled
    labels = tuple(
        Label(pixels, columns, text[0], ink, at, text[1]) if text else None
        for (pixels, columns, at), text in zip(places, texts, strict=True)
    )
    return Labels(tuple(label for label in labels if label), form, places=labels)


def _rows(pixels: Image, area: Area) -> slice:
    """The rows of an area in which its digits stand."""
    top = area.core[1] - area.box[1]
    return slice(max(0, top), min(pixels.shape[0], top + area.core[3]))


def _runs(pixels: Image, ink: InkSpec, area: Area) -> list[Columns]:
    """Runs of columns with ink among the digits' rows."""
    inked = ink.ink().of(np.ascontiguousarray(pixels))[_rows(pixels, area)].max(axis=0) > INKED
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _inked(pixels: Image, ink: InkSpec, area: Area) -> Columns | None:
    """The columns of the text: of what stands together, that which lies most where the field's numbers were found."""
    groups = _grouped(_runs(pixels, ink, area), _TOGETHER * area.height)
    left = area.core[0] - area.box[0]
    return max(groups, key=lambda g: min(g[1], left + area.core[2]) - max(g[0], left), default=None)


def _parting(gaps: Sequence[int], area: Area) -> float:
    """A width between the gaps inside values and those between values: the widest step up to where values were seen apart."""
    counts = Counter(min(g, round(area.apart)) for g in gaps)
    usual = [0, *sorted(g for g, n in counts.items() if n >= _RARE_GAP * counts.total()), area.apart]
    return max(((b - a, (a + b) / 2) for a, b in pairwise(usual)), default=(0, area.height / 2))[1]


def _whole(groups: Sequence[tuple[Image, Columns]], newest: str) -> list[tuple[Image, Columns]]:
    """The values of a strip, in reading order, but the oldest, which the strip's end may cut, and those at the area's edges.

    The newest is cut only while it slides in, never twice alike. On some strips it shines as no other and is drawn like no other.
    """
    kept = groups[:-1] if newest == "left" else groups[1:]
    return [(row, (a, b)) for row, (a, b) in kept if a > 1 and b < row.shape[1] - 1]


def _grouped(runs: Sequence[Columns], apart: float) -> list[Columns]:
    """Runs with less than `apart` columns between them, taken together."""
    groups: list[Columns] = []
    for start, end in runs:
        if groups and start - groups[-1][1] < apart:
            groups[-1] = (groups[-1][0], end)
        else:
            groups.append((start, end))
    return groups

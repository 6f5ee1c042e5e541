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
from aviator.calibrate.colours import ground_ink
from aviator.calibrate.formats import canonical, infer_format
from aviator.calibrate.survey import Area
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
    chosen = evenly(snaps, _MOST_NAMED)
    ink = ground_ink([s.pixels for s in chosen])
    runs = [(s, _runs(s.pixels, ink, area)) for s in chosen]
    gaps = [b[0] - a[1] for _, found in runs for a, b in pairwise(found)]
    apart = _parting(gaps, area)
    items: dict[bytes, tuple[Image, Columns, float]] = {}
    shown: list[list[bytes]] = []
    for snap, found in runs:
        shown.append([])
        for columns in _whole(found, apart, snap.pixels.shape[1], newest):
            key = snap.pixels[:, columns[0] : columns[1]].tobytes()
            items.setdefault(key, (snap.pixels, columns, snap.at))
            shown[-1].append(key)
    few = dict(evenly(list(items.items()), 3 * _MOST_NAMED))
    named = _named(list(few.values()), ink, teacher)
    if named is None:
        return None
    values = {(label.at, label.columns): label.value for label in named.labels}
    rows = [[values.get((items[key][2], items[key][1])) for key in row] for row in shown]
    return replace(named, apart=apart, newest=newest_end(rows))


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
        Label(pixels, columns, text[0], ink, at, text[1])
        for (pixels, columns, at), text in zip(places, texts, strict=True)
        if text
    )
    return Labels(labels, form)


def _rows(pixels: Image, area: Area) -> slice:
    """The rows of an area in which its digits stand."""
    top = area.core[1] - area.box[1]
    return slice(max(0, top), min(pixels.shape[0], top + area.core[3]))


def _runs(pixels: Image, ink: InkSpec, area: Area) -> list[Columns]:
    """Runs of columns with ink among the digits' rows."""
    inked = ink.ink().of(np.ascontiguousarray(pixels[_rows(pixels, area)])).max(axis=0) > INKED
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


def _whole(runs: Sequence[Columns], apart: float, width: int, newest: str) -> list[Columns]:
    """The values between runs of ink, but the oldest, which the strip's end may cut, and those at the area's edges.

    The newest is cut only while it slides in, never twice alike. On some strips it shines as no other and is drawn like no other.
    """
    oldest = -1 if newest == "left" else 0
    groups = _grouped(runs, apart)
    return [g for g in groups if g != groups[oldest] and g[0] > 1 and g[1] < width - 1]


def _grouped(runs: Sequence[Columns], apart: float) -> list[Columns]:
    """Runs with less than `apart` columns between them, taken together."""
    groups: list[Columns] = []
    for start, end in runs:
        if groups and start - groups[-1][1] < apart:
            groups[-1] = (groups[-1][0], end)
        else:
            groups.append((start, end))
    return groups

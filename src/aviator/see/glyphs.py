"""Reads a line of text by explaining its ink with a font's glyphs.

In: ink (see `ink`) of one line. Out: glyphs in reading order, each with a measured match score. Small bold digits touch one
another, so nothing is cut apart first: every glyph is compared at every column in one matrix product, and of all ways to
set glyphs side by side the one that leaves the least ink unexplained is taken (dynamic programming). Doubt - a weak match,
a close rival, ink that no glyph explains - shows in the confidence and is for the caller to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from aviator.see.ink import Image
from aviator.see.joined import cheapest_path

Floats = npt.NDArray[np.float32]

UNKNOWN = "\ufffd"
"""Stands for ink that no glyph of the font explains."""
LINE_PX = 14
"""Digits are halved until they are about this high: enough to tell them apart, and cheap."""
INKED = 60
"""Columns with less ink than this everywhere are empty."""
_OBVIOUS = 0.90
_EXPLAINS_MORE = 0.03
_LEAST_LIKENESS = 0.70
DIMMED = 0.35
"""Text may be dimmed to this share of its usual ink, as fields are that cannot be edited now."""
_REMEMBERED = 5000
_LEAD = 0.012
_LEAD_PER_FLAW = 0.5
"""A match leaves no doubt about another character when its lead over that one is above this, and above half of what itself
falls short of a perfect match."""
_UNEXPLAINED = 0.5
"""Ink that nothing explains counts as an unknown glyph when it is this dense, compared with the font's lightest digit."""


@dataclass(frozen=True, slots=True)
class Template:
    """A glyph as learned: its character and its ink over the full height of the line."""

    char: str
    ink: Image


@dataclass(frozen=True, slots=True)
class Glyph:
    """A recognised glyph: where it is in the line (columns of the line's own scale) and how well it matched (0..1)."""

    char: str
    confidence: float
    x: int
    w: int

    @property
    def right(self) -> int:
        return self.x + self.w


@dataclass(frozen=True, slots=True)
class Line:
    """How a font's lines are cut out of a field: rows above and below the base line, after shrinking by `scale` (1, 2, 4…)."""

    scale: int
    above: int
    below: int

    def of(self, field: Image, base: int) -> Image:
        """The line whose base line is row `base` of `field`: (above + below) rows, `scale` times narrower, any channels.

        The field must have all rows of the line.
        """
        rows: npt.NDArray[Any] = field[base - self.above * self.scale : base + self.below * self.scale]
        shrunk = rows[:, : rows.shape[1] // self.scale * self.scale]
        for _ in range(self.scale.bit_length() - 1):
            # Halving is what OpenCV does fastest.
            shrunk = cv2.resize(shrunk, (shrunk.shape[1] // 2, shrunk.shape[0] // 2), interpolation=cv2.INTER_AREA)
        return shrunk


class _Columns:
    """A line as columns of ink, ready to be compared: windows of the widest glyph's width at any column."""

    def __init__(self, line: Image, widest: int) -> None:
        rows, n = line.shape
        ink = np.zeros((n + widest, rows), np.float32)
        np.multiply(line.T, np.float32(1 / 255), out=ink[:n])
        self.spent = np.zeros(n + widest + 1, np.float32)
        """Energy of all columns before each."""
        np.cumsum(np.einsum("ij,ij->i", ink, ink), out=self.spent[1:])
        self.strength = (float(line.max()) / 255) ** 2
        """How strong the line's ink is, as energy: less than 1 where text is dimmed."""
        self.windows = np.ndarray((n, widest * rows), np.float32, ink, strides=ink.strides)


@dataclass(frozen=True, slots=True)
class _Match:
    """Every template against windows of a line (windows x templates).

    `common`: how much of the window lies along the template. `energy`: of the window under the template. `likeness`: the
    cosine between the two, 1 for the same shape however dimmed.
    """

    common: Floats
    energy: Floats
    likeness: Floats


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Per window: the template that explains it best, how like it is, and how well the best other character would do."""

    best: list[int]
    likeness: list[float]
    rival: list[float]


class Atlas:
    """A font at one size: how its lines are cut, and its templates."""

    def __init__(self, line: Line, templates: list[Template]) -> None:
        self.line = line
        self.templates = templates
        rows = line.above + line.below
        self._widths = np.array([t.ink.shape[1] for t in templates], np.intp)
        self._widest = int(self._widths.max())
        # One column per template, of length 1; in it the glyph's pixels column by column, as a window has them.
        glyphs = np.zeros((self._widest, rows, len(templates)), np.float32)
        for k, t in enumerate(templates):
            glyphs[: t.ink.shape[1], :, k] = t.ink.T / np.float32(255)
        bank = glyphs.reshape(self._widest * rows, len(templates))
        self._lengths = np.sqrt((bank * bank).sum(axis=0))
        self._bank = np.ascontiguousarray(bank / self._lengths)
        chars = np.array([t.char for t in templates])
        # Currency letters are no rivals to digits (S to 5): where which may stand is the grammar's matter.
        letters = np.array([t.char.isalpha() for t in templates])
        self._no_rival = (chars[:, None] == chars[None, :]) | letters[None, :]
        densities = self._lengths**2 / self._widths
        self._lightest = float(
            min((d for d, t in zip(densities, templates, strict=True) if t.char.isdigit()), default=densities.min())
        )
        self._seen: dict[bytes, tuple[tuple[str, float, int, int], ...]] = {}
        self._glyph_cost = 0.3 * float(self._lengths.min()) ** 2

    def read(self, line: Image, least_gain: float = DIMMED) -> list[Glyph]:
        """The glyphs of a line of ink (cut out by `self.line`), left to right; empty where there is no ink.

        Text whose ink is weaker than `least_gain` times what was learned is not seen.
        """
        inked = cv2.reduce(line, 0, cv2.REDUCE_MAX)[0] > INKED
        edges = np.flatnonzero(inked[1:] != inked[:-1]) + 1
        bounds = [*([0] if inked[0] else []), *edges.tolist(), *([len(inked)] if inked[-1] else [])]
        if not bounds:
            return []
        gain = str(least_gain).encode()
        out: list[Glyph] = []
        fresh: list[tuple[bytes, int, int]] = []
        for start, end in zip(bounds[::2], bounds[1::2], strict=True):
            key = line[:, start:end].tobytes() + gain
            if (known := self._seen.get(key)) is None:
                fresh.append((key, start, end))
            else:
                out += [Glyph(char, confidence, start + x, w) for char, confidence, x, w in known]
        if fresh:
            out += self._read_runs(line, fresh, least_gain)
            out.sort(key=lambda g: g.x)
        return out

    def _read_runs(self, line: Image, fresh: list[tuple[bytes, int, int]], least_gain: float) -> list[Glyph]:
        """Glyphs of runs of ink not seen before, remembered: a browser draws the same digits the same way again and again."""
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        columns = _Columns(line, self._widest)
        starts = self._rank(self._compare(columns, np.array([start for _, start, _ in fresh]), least_gain))
        found: dict[int, list[Glyph]] = {}
        joined: list[tuple[int, int]] = []
        for i, (_, start, end) in enumerate(fresh):
            glyph = self._glyph(starts, i, start)
            if starts.likeness[i] >= _OBVIOUS and self._reaches(glyph.right, end, columns):
                found[start] = [glyph]
            elif self._dense(columns, start, end):
                joined.append((start, end))
            else:
                found[start] = []
        if joined:
            at = np.concatenate([np.arange(start, end) for start, end in joined])
            match = self._compare(columns, at, least_gain)
            ranking = self._rank(match)
            row = 0
            for start, end in joined:
                found[start] = self._read_joined(match, ranking, row - start, columns, (start, end))
                row += end - start
        for key, start, _ in fresh:
            self._seen[key] = tuple((g.char, g.confidence, g.x - start, g.w) for g in found[start])
        return [g for glyphs in found.values() for g in glyphs]

    def _read_joined(self, match: _Match, ranking: _Ranking, offset: int, columns: _Columns, run: tuple[int, int]) -> list[Glyph]:
        """Glyphs of a run that is more than one: from left to right where that is plain, else by the least unexplained ink.

        Column x of the line is window x + offset of `match` and `ranking`.
        """
        start, end = run
        found: list[Glyph] = []
        at, lowest = start, start
        while not (found and self._reaches(at, end, columns)):
            skipped = float(columns.spent[min(at + 1, end)] - columns.spent[at])
            # The next glyph may share a column with the last one, or begin one further if that skips no ink.
            places = range(lowest, min(at + (2 if found and skipped < self._glyph_cost else 1), end))
            x = max(places, key=lambda x: ranking.likeness[x + offset], default=end)
            if x == end or ranking.likeness[x + offset] < _OBVIOUS:
                return self._least_unexplained(match, offset, columns, run)
            glyph = self._glyph(ranking, x + offset, x)
            if not at < glyph.right <= end + 1:
                return self._least_unexplained(match, offset, columns, run)
            found.append(glyph)
            at, lowest = glyph.right, max(glyph.right - 1, x + 1)
        return found

    def _reaches(self, at: int, end: int, columns: _Columns) -> bool:
        """Is a run that ends at `end` explained up to its end when it is up to `at`?"""
        return at >= end - 1 and at <= end + 1 and float(columns.spent[end] - columns.spent[min(at, end)]) <= self._glyph_cost

    def _compare(self, columns: _Columns, at: npt.NDArray[np.intp], least_gain: float) -> _Match:
        """Every template at the columns `at`."""
        common = columns.windows[at] @ self._bank
        energy = columns.spent[at[:, None] + self._widths] - columns.spent[at][:, None]
        np.maximum(energy, np.float32(1e-4), out=energy)
        likeness = common / np.sqrt(energy)
        likeness[common < least_gain * self._lengths] = 0
        return _Match(common, energy, likeness)

    def _rank(self, match: _Match, chosen: npt.NDArray[np.intp] | None = None) -> _Ranking:
        """The best template of each window, or how good the `chosen` ones are."""
        rows = np.arange(len(match.likeness))
        if chosen is None:
            # Of two that fit about equally well, the one that explains more: a point is also a part of a blurred point.
            best = (
                match.likeness + _EXPLAINS_MORE * match.common / np.maximum(match.common.max(axis=1, keepdims=True), 1e-6)
            ).argmax(axis=1)
        else:
            best = chosen
        # A narrow rival explains but a part of the ink: it is held against all of it.
        whole = np.maximum(match.energy, match.energy[rows, best][:, None])
        rivals = np.where(self._no_rival[best], np.float32(0), match.common / np.sqrt(whole)).max(axis=1)
        return _Ranking(best.tolist(), match.likeness[rows, best].tolist(), rivals.tolist())

    def _glyph(self, ranking: _Ranking, i: int, x: int) -> Glyph:
        """The glyph of window `i` of a ranking, which stands at column `x`."""
        template, own = ranking.best[i], ranking.likeness[i]
        needed = _LEAD + _LEAD_PER_FLAW * max(0.0, 1 - own)
        doubt = min(1.0, max(0.0, 1 - (own - ranking.rival[i]) / needed))
        return Glyph(self.templates[template].char, own * (1 - 0.5 * doubt), x, int(self._widths[template]))

    def _least_unexplained(self, whole: _Match, offset: int, columns: _Columns, run: tuple[int, int]) -> list[Glyph]:
        """The glyphs that together leave the least of a run's ink unexplained, and what ink they leave."""
        start, end = run
        rows = slice(start + offset, end + offset)
        match = _Match(whole.common[rows], whole.energy[rows], whole.likeness[rows])
        xs, ts = np.nonzero(match.likeness > _LEAST_LIKENESS)
        inside = xs + self._widths[ts] <= end - start + 1
        xs, ts = xs[inside], ts[inside]
        costs = match.energy[xs, ts] - match.common[xs, ts] ** 2 + self._glyph_cost
        spent = columns.spent[start : end + 2] - columns.spent[start]
        path = cheapest_path(xs.tolist(), (xs + self._widths[ts]).tolist(), costs.tolist(), spent.tolist())
        xs, ts = xs[path], ts[path]
        ranking = self._rank(_Match(match.common[xs], match.energy[xs], match.likeness[xs]), ts)
        found = [self._glyph(ranking, i, start + x) for i, x in enumerate(xs.tolist())]
        edges = [start, *(edge for g in found for edge in (g.x, g.right)), end]
        gaps = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 2 and self._dense(columns, a, b)]
        return found + [Glyph(UNKNOWN, 0.0, a, b - a) for a, b in gaps]

    def _dense(self, columns: _Columns, start: int, end: int) -> bool:
        """Is there as much ink as a digit has?"""
        energy = float(columns.spent[end] - columns.spent[start])
        return energy >= _UNEXPLAINED * self._lightest * columns.strength * (end - start)


def text_of(glyphs: list[Glyph], space: float) -> str:
    """The glyphs as text, with a blank where the gap between two is `space` columns or more."""
    if not glyphs:
        return ""
    out = glyphs[0].char
    for left, right in pairwise(glyphs):
        out += (" " if right.x - left.right >= space else "") + right.char
    return out

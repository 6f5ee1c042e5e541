"""Reads a line of text by explaining its ink with a font's glyphs.

In: ink (see `ink`) of one field. Out: glyphs in reading order, each with a measured match score. Small bold digits touch one
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

Floats = npt.NDArray[np.float32]

UNKNOWN = "\ufffd"
"""Stands for ink that no glyph of the font explains."""
LINE_PX = 18
"""Digits higher than this are shrunk by a whole number to about this height: enough to tell them apart, and cheap."""
INKED = 60
"""Columns with less ink than this everywhere are empty."""
_OBVIOUS = 0.90
_LEAST_LIKENESS = 0.70
DIMMED = 0.35
"""Text may be dimmed to this share of its usual ink, as fields are that cannot be edited now."""
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
    """How a font's lines are cut out of a field: rows above and below the base line, after shrinking by `scale`."""

    scale: int
    above: int
    below: int

    def of(self, ink: Image, base: int) -> Image:
        """The line whose base line is row `base` of `ink`: (above + below) rows, `scale` times narrower."""
        top, low = base - self.above * self.scale, base + self.below * self.scale
        rows: npt.NDArray[Any] = ink[max(0, top) : low]
        if top < 0 or low > ink.shape[0]:
            rows = cv2.copyMakeBorder(rows, max(0, -top), max(0, low - ink.shape[0]), 0, 0, cv2.BORDER_CONSTANT, value=(0,))
        if self.scale > 1:
            size = (ink.shape[1] // self.scale, self.above + self.below)
            rows = cv2.resize(rows[:, : size[0] * self.scale], size, interpolation=cv2.INTER_AREA)
        return rows


@dataclass(frozen=True, slots=True)
class _Match:
    """Every template against every column of a line (columns x templates).

    `common`: how much of the window lies along the template. `energy`: of the window. `likeness`: the cosine between the two,
    1 for the same shape however dimmed. `spent`: energy of all columns before each.
    """

    common: Floats
    energy: Floats
    likeness: Floats
    spent: Floats


class Atlas:
    """A font at one size: how its lines are cut, and its templates."""

    def __init__(self, line: Line, templates: list[Template]) -> None:
        self.line = line
        self.templates = templates
        rows = line.above + line.below
        self._widths = np.array([t.ink.shape[1] for t in templates], np.intp)
        self._widest = int(self._widths.max())
        # One column per template, of length 1; in it the glyph's pixels column by column, as a window over a transposed line has them.
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
        self._lightest = float(min((d for d, t in zip(densities, templates, strict=True) if t.char.isdigit()), default=densities.min()))
        self._glyph_cost = 0.3 * float(self._lengths.min()) ** 2

    def read(self, ink: Image, base: int, least_gain: float = DIMMED) -> list[Glyph]:
        """The glyphs of the line with base line `base` in `ink`, left to right; empty where there is no ink.

        Text whose ink is weaker than `least_gain` times what was learned is not seen.
        """
        line = self.line.of(ink, base)
        inked = cv2.reduce(line, 0, cv2.REDUCE_MAX)[0] > INKED
        edges = np.flatnonzero(np.diff(inked, prepend=False, append=False))
        if not edges.size:
            return []
        runs = [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
        match = self._compare(line, least_gain)
        chosen: list[tuple[int, int]] = []
        for start, end in runs:
            chosen += self._obvious(match, start, end) or self._cheapest(match, start, end)
        return self._judged(chosen, match, runs)

    def _compare(self, line: Image, least_gain: float) -> _Match:
        """Every template at every column."""
        rows, n = line.shape
        columns = np.zeros((n + self._widest, rows), np.float32)
        np.multiply(line.T, np.float32(1 / 255), out=columns[:n])
        spent = np.zeros(n + self._widest + 1, np.float32)
        np.cumsum(np.einsum("ij,ij->i", columns, columns), out=spent[1:])
        windows = np.lib.stride_tricks.as_strided(
            columns, (n, self._widest * rows), (columns.strides[0], columns.strides[1]), writeable=False
        )
        common = windows @ self._bank
        energy = spent[np.arange(n)[:, None] + self._widths] - spent[:n, None]
        likeness = common / np.sqrt(np.maximum(energy, 1e-4))
        likeness[common < least_gain * self._lengths] = 0
        return _Match(common, energy, likeness, spent)

    def _obvious(self, match: _Match, start: int, end: int) -> list[tuple[int, int]]:
        """(column, template) of the glyphs of one run of ink, when each is plain to see where the one before ends; else none."""
        chosen: list[tuple[int, int]] = []
        at = start
        while at < end - 1:
            # The next glyph may share a column with this one.
            lowest = max(at - 1, chosen[-1][0] + 1) if chosen else at
            near = match.likeness[lowest : at + 2]
            row, t = divmod(int(near.argmax()), near.shape[1])
            if near[row, t] < _OBVIOUS:
                return []
            chosen.append((lowest + row, t))
            at = max(at + 1, lowest + row + int(self._widths[t]))
        return chosen if at <= end + 1 else []

    def _cheapest(self, match: _Match, start: int, end: int) -> list[tuple[int, int]]:
        """(column, template) of the glyphs that together leave the least of a run's ink unexplained."""
        likeness = match.likeness[start:end]
        xs, ts = np.nonzero(likeness > _LEAST_LIKENESS)
        inside = xs + self._widths[ts] <= end - start + 1
        xs, ts = xs[inside], ts[inside]
        if not xs.size:
            return []
        spent = (match.spent[start : end + self._widest + 1] - match.spent[start]).tolist()
        starts = xs.tolist()
        unexplained = match.energy[start:end][xs, ts] - match.common[start:end][xs, ts] ** 2
        costs = (unexplained + self._glyph_cost).tolist()
        ends = (xs + self._widths[ts]).tolist()
        # arrivals[c]: the cheapest path that ends at column c: (its cost, its last candidate).
        arrivals: list[tuple[float, int] | None] = [None] * (end - start + self._widest + 2)
        back: list[int] = []
        # The cheapest path that ends at or before column `reached`, as if all ink from column 0 to its end had been free.
        best, best_from, reached = 0.0, -1, 0
        for i, x in enumerate(starts):
            while reached <= x:
                if (arrival := arrivals[reached]) and arrival[0] - spent[reached] < best:
                    best, best_from = arrival[0] - spent[reached], arrival[1]
                reached += 1
            cost, before = best + spent[x], best_from
            # A neighbour that shares one column of anti-aliasing: what it leaves of it counts twice, and gains nothing.
            if (arrival := arrivals[x + 1]) and arrival[0] < cost and starts[arrival[1]] < x:
                cost, before = arrival
            back.append(before)
            cost += costs[i]
            if (arrival := arrivals[ends[i]]) is None or cost < arrival[0]:
                arrivals[ends[i]] = (cost, i)
        for column, arrival in enumerate(arrivals[reached : len(spent)], reached):
            if arrival and arrival[0] - spent[column] < best:
                best, best_from = arrival[0] - spent[column], arrival[1]
        path, i = [], best_from
        while i >= 0:
            path.append((start + starts[i], int(ts[i])))
            i = back[i]
        return path[::-1]

    def _judged(self, chosen: list[tuple[int, int]], match: _Match, runs: list[tuple[int, int]]) -> list[Glyph]:
        """The chosen glyphs with their confidence, and what ink they leave unexplained, by column."""
        out: list[Glyph] = []
        if chosen:
            xs, ts = np.array(chosen).T
            owns = match.likeness[xs, ts].tolist()
            rivals = self._rivals(xs, ts, match).tolist()
            for (x, t), own, rival in zip(chosen, owns, rivals, strict=True):
                needed = _LEAD + _LEAD_PER_FLAW * max(0.0, 1 - own)
                doubt = min(1.0, max(0.0, 1 - (own - rival) / needed))
                out.append(Glyph(self.templates[t].char, own * (1 - 0.5 * doubt), x, int(self._widths[t])))
        return sorted(out + self._unexplained(chosen, match, runs), key=lambda g: g.x)

    def _rivals(self, xs: npt.NDArray[np.intp], ts: npt.NDArray[np.intp], match: _Match) -> Floats:
        """How well the best other character would explain the ink of each chosen glyph, a column to the left or right included."""
        last = match.common.shape[0] - 1
        own = match.energy[xs, ts][:, None]
        best = np.zeros((len(xs), len(self.templates)), np.float32)
        for shifted in (xs, np.maximum(xs - 1, 0), np.minimum(xs + 1, last)):
            # A narrow rival explains but a part of the ink: it is held against all of it.
            np.maximum(best, match.common[shifted] / np.sqrt(np.maximum(np.maximum(match.energy[shifted], own), 1e-4)), out=best)
        best[self._no_rival[ts]] = 0
        strongest: Floats = best.max(axis=1)
        return strongest

    def _unexplained(self, chosen: list[tuple[int, int]], match: _Match, runs: list[tuple[int, int]]) -> list[Glyph]:
        """Ink as dense as a digit's that no chosen glyph covers."""
        out = []
        covered = [(x, x + int(self._widths[t])) for x, t in chosen]
        for start, end in runs:
            edges = [start, *(edge for c in covered if c[0] < end and c[1] > start for edge in c), end]
            for left, right in zip(edges[::2], edges[1::2], strict=True):
                if right - left < 2:
                    continue
                if float(match.spent[right] - match.spent[left]) >= _UNEXPLAINED * self._lightest * (right - left):
                    out.append(Glyph(UNKNOWN, 0.0, left, right - left))
        return out


def text_of(glyphs: list[Glyph], space: float) -> str:
    """The glyphs as text, with a blank where the gap between two is `space` columns or more."""
    if not glyphs:
        return ""
    out = glyphs[0].char
    for left, right in pairwise(glyphs):
        out += (" " if right.x - left.right >= space else "") + right.char
    return out

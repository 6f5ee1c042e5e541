"""Reads a line of text by explaining its ink with a font's glyphs.

In: ink (see `ink`) of one line. Out: glyphs in reading order, each with a measured match score. The line falls into runs, between
columns without ink. Small bold digits touch one another, so a run is not cut apart first: every glyph is compared at every
column in one matrix product, and of all ways to set glyphs side by side the one that leaves the least ink unexplained is taken
(dynamic programming). Doubt - a weak match, a close rival, ink that no glyph explains - shows in the confidence and is for the
caller to refuse. What was read is remembered (see `memory`), and means the same wherever it is met again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import MISSING, dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from aviator.core.options import option
from aviator.see.ink import Image, Ink
from aviator.see.joined import cheapest_path
from aviator.see.matching import Bank, Candidate, Columns, Match
from aviator.see.memory import Found, Memory, Plain

UNKNOWN = "\ufffd"
"""Stands for ink that no glyph of the font explains."""
LINE_PX = 14
"""Digits are halved until they are about this high: enough to tell them apart, and cheap."""
INKED = 60
"""Columns with less ink than this everywhere are empty."""
_RUN = re.compile(b"[%c-\xff]+" % (INKED + 1))
"""Columns with ink, by the strongest ink of each."""
_OBVIOUS = 0.90
_PLAIN = 0.97
"""A glyph this like one right where it is expected is taken without a look at the columns beside."""
_TIE = 1e-3
"""Of two places as good as one another the first is taken, not the one that rounding favours."""
_LEAST_LIKENESS = 0.70
DIMMED = 0.35
"""Text may be dimmed to this share of its usual ink, as fields are that cannot be edited now."""
_UNEXPLAINED = 0.5
"""Ink that nothing explains counts as an unknown glyph when it is this dense, compared with the font's lightest digit."""


class Glyph(NamedTuple):
    """A recognised glyph: where it is in the line (columns of the line's own scale) and how well it matched (0..1)."""

    char: str
    confidence: float
    x: int
    w: int

    @property
    def right(self) -> int:
        return self.x + self.w


@dataclass(frozen=True, slots=True)
class Template:
    """A glyph as learned: its character and its ink over the full height of the line."""

    char: str
    ink: Image


@dataclass(frozen=True, slots=True)
class Line:
    """How a font's lines are cut out of a field: rows above and below the base line, after shrinking by `scale` (1, 2, 4…)."""

    scale: int = option(MISSING, choices=(1, 2, 4, 8, 16, 32))
    above: int = option(MISSING, low=1, high=1000)
    below: int = option(MISSING, low=0, high=1000)

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


def ink_line(pixels: Image, ink: Ink, line: Line, base: int) -> Image:
    """The ink of the line whose base line is row `base` of a field's pixels (rows x columns x BGRA)."""
    # A ground of its own stands above the line, in the field's first row.
    return line.of(ink.of(pixels), base) if ink.by_columns else ink.of(line.of(pixels, base))


class Atlas:
    """A font at one size: how its lines are cut, and its templates."""

    def __init__(self, line: Line, templates: list[Template]) -> None:
        self.line = line
        self.templates = templates
        self.digits = frozenset(t.char for t in templates if t.char.isdigit())
        """The digits that were learned. One that was not may look like another."""
        self._bank = Bank([t.char for t in templates], [t.ink for t in templates])
        self._widths: list[int] = self._bank.widths.tolist()
        densities = self._bank.lengths**2 / self._bank.widths
        self._lightest = float(
            min((d for d, t in zip(densities, templates, strict=True) if t.char.isdigit()), default=densities.min())
        )
        self._glyph_cost = 0.3 * float(self._bank.lengths.min()) ** 2
        self._memories: dict[float, Memory] = {}

    def read(self, line: Image, least_gain: float = DIMMED) -> list[Glyph]:
        """The glyphs of a line of ink (cut out by `self.line`), left to right; empty where there is no ink.

        Text whose ink is weaker than `least_gain` times what was learned is not seen.
        """
        tops = np.maximum.reduce(line, 0)
        spans = [match.span() for match in _RUN.finditer(tops.tobytes())]
        if not spans:
            return []
        if (memory := self._memories.get(least_gain)) is None:
            memory = self._memories[least_gain] = Memory(self._bank, self._glyph_cost)
        ink, rows, strongest = cv2.transpose(line).tobytes(), self._bank.rows, int(np.maximum.reduce(tops))
        runs = [ink[start * rows : end * rows] for start, end in spans]
        read = [memory.recall(run, strongest) for run in runs]
        if fresh := [run for run, found in zip(runs, read, strict=True) if found is None]:
            anew = iter(self._read_runs(fresh, strongest, least_gain, memory))
            read = [next(anew) if found is None else found for found in read]
        return [
            Glyph(char, confidence, start + x, w)
            for (start, _), found in zip(spans, read, strict=True)
            for char, confidence, x, w in found or ()
        ]

    def _read_runs(self, runs: list[bytes], strongest: int, least_gain: float, memory: Memory) -> list[Sequence[Found]]:
        """The glyphs of runs that `memory` does not know, all compared at once; and let it know them."""
        columns = Columns(runs, self._bank)
        match = self._bank.compare(columns, least_gain)
        best = self._bank.best(match, _OBVIOUS)
        out: list[Sequence[Found]] = []
        plain: list[Plain] = []
        first = 0
        for run, spent in zip(runs, columns.spent, strict=True):
            end = len(run) // self._bank.rows
            here = {x: best[first + x] for x in range(end) if first + x in best}
            if places := self._plain(here, end, spent, memory):
                found = [self._found(here[x], x) for x in places]
                if len(found) > 1:
                    plain += [Plain(len(out), first + x, here[x].template, f) for x, f in zip(places, found, strict=True)]
            elif places := self._obvious(here, end, spent, memory):
                found = [self._found(here[x], x) for x in places]
            else:
                found = self._least_unexplained(match.of(slice(first, first + end)), spent, (strongest / 255) ** 2)
            out.append(memory.keep(run, strongest, found))
            first += end
        memory.learn(columns, match, runs, plain)
        return out

    def _plain(self, best: dict[int, Candidate], end: int, spent: list[float], memory: Memory) -> list[int]:
        """Where the glyphs of a run of `end` columns begin if each is plain to see right behind the last one; else nothing."""
        at = 0
        found: list[int] = []
        while not (found and memory.explained(at, end, spent[end] - spent[min(at, end)])):
            if (glyph := best.get(at)) is None or glyph.confidence < _PLAIN:
                return []
            found.append(at)
            at += self._widths[glyph.template]
        return found

    def _obvious(self, best: dict[int, Candidate], end: int, spent: list[float], memory: Memory) -> list[int]:
        """The same if each is obvious; it may share a column with the last one, or begin one further if that skips no ink."""
        at = lowest = 0
        found: list[int] = []
        while not (found and memory.explained(at, end, spent[end] - spent[min(at, end)])):
            skippable = found and spent[min(at + 1, end)] - spent[at] < self._glyph_cost
            places = [x for x in range(lowest, at + (2 if skippable else 1)) if x in best and best[x].likeness >= _OBVIOUS]
            if not places:
                return []
            highest = max(best[x].likeness for x in places)
            x = next(x for x in places if best[x].likeness >= highest - _TIE)
            right = x + self._widths[best[x].template]
            if not at < right <= end + 1:
                return []
            found.append(x)
            at, lowest = right, max(right - 1, x + 1)
        return found

    def _found(self, glyph: Candidate, x: int) -> Found:
        """A glyph that begins at column `x` of its run."""
        return self.templates[glyph.template].char, glyph.confidence, x, self._widths[glyph.template]

    def _least_unexplained(self, match: Match, spent: list[float], strength: float) -> list[Found]:
        """The glyphs that together leave the least of a run's ink unexplained, and what ink they leave.

        `strength`: of the line's ink, as energy: less than 1 where text is dimmed. Traces fainter than text are nothing.
        """
        widths, end = self._bank.widths, len(match.likeness)
        if not self._dense(spent[end], end, strength):
            return []
        xs, ts = np.nonzero(match.likeness > _LEAST_LIKENESS)
        ends = xs + widths[ts]
        costs = match.energy[xs, ts] - match.common[xs, ts] ** 2 + self._glyph_cost
        # Of those that stand in the same columns, only the one that leaves the least can be among the best.
        order = np.lexsort((costs, ends, xs))
        order = order[ends[order] <= end + 1]
        places = xs[order] * (len(spent) + self._bank.widest) + ends[order]
        chosen = order[np.flatnonzero(np.diff(places, prepend=-1))]
        path = cheapest_path(xs[chosen].tolist(), ends[chosen].tolist(), costs[chosen].tolist(), spent)
        xs, ts = xs[chosen[path]], ts[chosen[path]]
        found = [self._found(glyph, x) for glyph, x in zip(self._bank.candidates(match, xs, ts), xs.tolist(), strict=True)]
        edges = [0, *(edge for _, _, x, w in found for edge in (x, x + w)), end]
        gaps = [
            (a, b)
            for a, b in zip(edges[::2], edges[1::2], strict=True)
            if b - a >= 2 and self._dense(spent[b] - spent[a], b - a, strength)
        ]
        return found + [(UNKNOWN, 0.0, a, b - a) for a, b in gaps]

    def _dense(self, energy: float, columns: int, strength: float) -> bool:
        """Is there as much ink as a digit has?"""
        return energy >= _UNEXPLAINED * self._lightest * strength * columns


def text_of(glyphs: list[Glyph], space: float) -> str:
    """The glyphs as text, with a blank where the gap between two is `space` columns or more."""
    out, right = "", math.inf
    for char, _, x, w in glyphs:
        out += f" {char}" if x - right >= space else char
        right = x + w
    return out

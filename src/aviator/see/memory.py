"""What was read before in a font: a browser draws the same digits the same way again and again.

In: runs of ink as bytes, column by column, and how they were read. Out: the glyphs of a run, the very ones that reading it anew
would find, or None. A run that was read before is known as a whole. Any other run is pieced together, from left to right, of
drawings: a glyph's ink, with as many columns as settle what it is whatever follows them (see `Bank.settled_within`). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from aviator.see.matching import Bank, Columns, Floats, Match

Found = tuple[str, float, int, int]
"""A glyph in a run: its character, its confidence, its first column and its width."""
_MARKS = ".,"
_RUNS = 150
"""Whole runs come again within minutes (the strip moves on by one) or never. What did not come again while so many others did is
forgotten."""
_REMEMBERED = 600
"""Drawings met; then all are forgotten and learned anew, within minutes. More would be met for hours, and fill memory."""
_LESSONS = 8
"""Drawings are learned so many at once, which takes little longer than one."""


class Plain(NamedTuple):
    """A glyph that was plain to see right where one had to begin: the number of its run, of its window and of its template."""

    run: int
    window: int
    template: int
    found: Found


class _Lesson(NamedTuple):
    """A plain glyph, the run's ink from its first column on, and its window's match and energies."""

    glyph: Plain
    ink: bytes
    match: Match
    energies: Floats


class Memory:
    """Runs and drawings of one font, read with the same least gain.

    `glyph_cost`: a column behind the last glyph with no more energy than this needs no explanation.
    """

    def __init__(self, bank: Bank, glyph_cost: float) -> None:
        self._bank = bank
        self._glyph_cost = glyph_cost
        self._empty = bytes(bank.widest * bank.rows)
        self._runs: dict[tuple[int, int], Sequence[Found]] = {}
        """By the line's strongest ink and the run's hash: kept themselves, runs that come and go would shred memory."""
        self._older_runs: dict[tuple[int, int], Sequence[Found]] = {}
        self._drawings: dict[bytes, Found] = {}
        self._sizes: dict[bytes, tuple[int, ...]] = {}
        """A column -> how many bytes the drawings have that begin with it."""
        self._met: set[int] = set()
        """Hashes of drawings: over scenery there are many that never come again."""
        self._lessons: list[_Lesson] = []

    def recall(self, run: bytes, strongest: int) -> Sequence[Found] | None:
        """The glyphs of a run in a line whose strongest ink is `strongest`."""
        key = strongest, hash(run)
        if (known := self._runs.get(key)) is not None:
            return known
        if (known := self._older_runs.get(key)) is not None:
            return self._keep(key, known)
        if (known := self._pieced_together(run)) is not None:
            return self.keep(run, strongest, known)
        return None

    def keep(self, run: bytes, strongest: int, found: Sequence[Found]) -> Sequence[Found]:
        """What a run was read as, marks that were seen as two made one."""
        return self._keep((strongest, hash(run)), _without_halves(found))

    def _keep(self, key: tuple[int, int], whole: Sequence[Found]) -> Sequence[Found]:
        if len(self._runs) >= _RUNS:
            self._older_runs, self._runs = self._runs, {}
        self._runs[key] = whole
        return whole

    def explained(self, at: int, end: int, behind: float) -> bool:
        """Do glyphs that reach up to column `at` explain a run of `end` columns, with the energy `behind` left over?"""
        return end - 1 <= at <= end + 1 and behind <= self._glyph_cost

    def _pieced_together(self, run: bytes) -> list[Found] | None:
        rows = self._bank.rows
        end, ink = len(run) // rows, run + self._empty
        at = 0
        out: list[Found] = []
        while not (out and at >= end - 1 and self.explained(at, end, sum(b * b for b in run[at * rows :]))):
            if at > end or (drawing := self._drawing(ink, at * rows)) is None:
                return None
            char, confidence, _, width = drawing
            out.append((char, confidence, at, width))
            at += width
        return out

    def _drawing(self, ink: bytes, start: int) -> Found | None:
        """The drawing that begins at byte `start`."""
        for size in self._sizes.get(ink[start : start + self._bank.rows], ()):
            if (drawing := self._drawings.get(ink[start : start + size])) is not None:
                return drawing
        return None

    def learn(self, columns: Columns, match: Match, runs: Sequence[bytes], glyphs: Sequence[Plain]) -> None:
        """Glyphs of `runs`. A drawing is learned when it is met again: over scenery many never are."""
        for glyph in glyphs:
            _, _, x, width = glyph.found
            ink = runs[glyph.run][x * self._bank.rows :] + self._empty
            if (drawing := hash(ink[: width * self._bank.rows])) not in self._met:
                self._met.add(drawing)
            elif self._drawing(ink, 0) is None:
                window = slice(glyph.window, glyph.window + 1)
                self._lessons.append(_Lesson(glyph, ink, match.of(window), columns.energies[window]))
        if len(self._lessons) >= _LESSONS:
            self._study()

    def _study(self) -> None:
        if len(self._met) > _REMEMBERED:
            for known in (self._drawings, self._sizes, self._met):
                known.clear()
        glyphs, inks, matches, energies = zip(*self._lessons, strict=True)
        self._lessons.clear()
        counts = self._bank.settled_within(Match.together(matches), np.concatenate(energies), [g.template for g in glyphs])
        for glyph, ink, count in zip(glyphs, inks, counts, strict=True):
            if count:
                drawing, first = ink[: count * self._bank.rows], ink[: self._bank.rows]
                self._drawings[drawing] = glyph.found
                self._sizes[first] = tuple(sorted({*self._sizes.get(first, ()), len(drawing)}))


def _without_halves(found: Sequence[Found]) -> list[Found]:
    """A point may be drawn wider than any that was learned and be seen as two: no text has two that touch."""
    whole: list[Found] = []
    for glyph in found:
        char, confidence, x, w = glyph
        if whole and char in _MARKS and whole[-1][0] == char and x <= whole[-1][2] + whole[-1][3]:
            _, first, start, _ = whole[-1]
            whole[-1] = (char, min(first, confidence), start, x + w - start)
        else:
            whole.append(glyph)
    return whole

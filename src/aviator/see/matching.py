"""Compares columns of ink with a font's glyphs: all glyphs at all columns in one matrix product.

In: runs of ink, column by column. Out: how like each glyph the ink is from each column on, the best glyph there, and how many
columns settle that, whatever the others hold. Pure. Ink counts from 0 to 255; energy is the sum of its squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aviator.see.ink import Image

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

_EXPLAINS_MORE = np.float32(0.03)
_LEAD = 0.012
_LEAD_PER_FLAW = 1.0
"""A match leaves no doubt about another character when it leads that one by this, and by as much besides as itself falls short of
a perfect match: a drawing of a 6 that was never learned was as like an 8 as 0.953, and no other digit more than 0.917."""
_CONTEXT = 4
"""Nearly every drawing is settled by its own columns and so many more at most."""
_TOUCHED = 2
"""Columns of a drawing that may be of its neighbours, at most."""
_ROUNDING = 1e-5


class Columns:
    """Runs of ink, each followed by as many empty columns as the widest glyph has: what stands beside a run does not count.

    `windows`: for each column of each run, the ink from there on, as wide as the widest glyph, column by column. `energies`: of
    the columns of each window. `spent`: per run, the energy before each of its columns, and before the two behind it.
    """

    def __init__(self, runs: Sequence[bytes], bank: Bank) -> None:
        rows, widest = bank.rows, bank.widest
        ink = np.frombuffer(bytes(widest * rows).join((*runs, b"")), np.uint8).astype(np.float32)
        by_column = ink.reshape(-1, rows)
        energy = np.vecdot(by_column, by_column)
        each = energy.tolist()
        self.spent: list[list[float]] = []
        places = []
        start = 0
        for run in runs:
            end = start + len(run) // rows
            places.append(slice(start, end))
            self.spent.append([0.0, *accumulate(each[start : end + 1])])
            start = end + widest
        # Windows overlap: views of the same columns, until they are copied.
        windows = np.ndarray((start - widest, widest * rows), np.float32, ink, strides=(4 * rows, 4))
        energies = np.ndarray((start - widest, widest), np.float32, energy, strides=(4, 4))
        self.windows = np.concatenate([windows[place] for place in places])
        self.energies = np.concatenate([energies[place] for place in places])


@dataclass(frozen=True, slots=True)
class Match:
    """Every template against windows of columns (windows x templates).

    `common`: how much of the window lies along the template. `energy`: of the window under the template. `likeness`: the
    cosine between the two, 1 for the same shape however dimmed.
    """

    common: Floats
    energy: Floats
    likeness: Floats

    def of(self, windows: slice) -> Match:
        """Some of the windows."""
        return Match(self.common[windows], self.energy[windows], self.likeness[windows])

    def at(self, windows: Places) -> Match:
        """Some of the windows."""
        return Match(self.common.take(windows, 0), self.energy.take(windows, 0), self.likeness.take(windows, 0))

    @staticmethod
    def together(matches: Sequence[Match]) -> Match:
        """The windows of all of them."""
        return Match(
            np.concatenate([m.common for m in matches]),
            np.concatenate([m.energy for m in matches]),
            np.concatenate([m.likeness for m in matches]),
        )


class Candidate(NamedTuple):
    """A template for a window: its number, how like it is, and how well the best other character would do."""

    template: int
    likeness: float
    rival: float

    @property
    def confidence(self) -> float:
        """The likeness, halved where a rival leaves no lead at all."""
        lead = (self.likeness - self.rival) / (_LEAD + _LEAD_PER_FLAW * max(0.0, 1 - self.likeness))
        return self.likeness * (0.5 + 0.5 * min(1.0, max(0.0, lead)))


class Bank:
    """A font's templates, ready for comparison."""

    def __init__(self, chars: Sequence[str], inks: Sequence[Image]) -> None:
        self.rows = rows = inks[0].shape[0]
        self.widths = np.array([ink.shape[1] for ink in inks], np.intp)
        self.widest = int(self.widths.max())
        # One column per template, of length 1; in it the glyph's pixels column by column, as a window has them.
        glyphs = np.zeros((self.widest, rows, len(inks)), np.float32)
        for k, ink in enumerate(inks):
            glyphs[: ink.shape[1], :, k] = ink.T
        self.lengths = np.sqrt((glyphs * glyphs).sum(axis=(0, 1)))
        unit = glyphs / self.lengths
        self._matrix = unit.reshape(self.widest * rows, len(inks))
        self._under = (np.arange(self.widest)[:, None] < self.widths).astype(np.float32)
        # Of each template behind its first column, its first two…: the energy, and the most that ink can have in common with it.
        self._energy_behind = _behind((unit * unit).sum(axis=1))
        self._common_behind = 255 * _behind(unit.sum(axis=1))
        names = np.array(chars)
        # Currency letters are no rivals to digits (S to 5): where which may stand is the grammar's matter.
        letters = np.array([char.isalpha() for char in chars])
        rival = (names[:, None] != names) & ~letters
        self._rival = rival.astype(np.float32)
        # Some drawings were learned with a bit of the neighbour that they touch: what another character without it explains as
        # well, in fewer columns, from the first on or from the second, is no less likely.
        fewer = self.widths[:, None] - self.widths
        self._within = [(rival & (fewer >= shift) & (fewer <= _TOUCHED)).astype(np.float32) for shift in (0, 1)]

    def compare(self, columns: Columns, least_gain: float) -> Match:
        """Every template at every column; ink weaker than `least_gain` times a template's is not like it at all."""
        common = columns.windows @ self._matrix
        energy = np.maximum(columns.energies @ self._under, np.float32(1))
        likeness = common / np.sqrt(energy)
        likeness *= common >= self.lengths * np.float32(least_gain)
        return Match(common, energy, likeness)

    def best(self, match: Match, least: float) -> dict[int, Candidate]:
        """The template that explains a window best, for every window that one is so like at `least`."""
        windows = (np.maximum.reduce(match.likeness, 1) >= least).nonzero()[0]
        alike = match.at(windows)
        # Of two that fit about equally well, the one that explains more: a point is also a part of a blurred point.
        share = _EXPLAINS_MORE / np.maximum.reduce(alike.common, 1, keepdims=True, initial=np.float32(1e-3))
        templates = (alike.likeness + alike.common * share).argmax(1)
        return dict(zip(windows.tolist(), self._candidates(alike, match, windows, templates), strict=True))

    def candidates(self, match: Match, windows: Places, templates: Places) -> list[Candidate]:
        """One template for each of some windows."""
        return self._candidates(match.at(windows), match, windows, templates)

    def _candidates(self, here: Match, match: Match, windows: Places, templates: Places) -> list[Candidate]:
        """The same, with `here` the windows' own part of the match."""
        rows = np.arange(len(templates))
        # A narrow rival explains but a part of the ink: it is held against all of it.
        rivals = here.common / np.sqrt(np.maximum(here.energy, here.energy[rows, templates][:, None]))
        rivals *= self._rival.take(templates, 0)
        one_on = match.likeness.take(windows + 1, 0, mode="wrap")
        for likeness, within in zip((here.likeness, one_on), self._within, strict=True):
            np.maximum(rivals, likeness * within.take(templates, 0), out=rivals)
        strongest = np.maximum.reduce(rivals, 1)
        return list(map(Candidate, templates.tolist(), here.likeness[rows, templates].tolist(), strongest.tolist()))

    def settled_within(self, match: Match, energies: Floats, chosen: Sequence[int]) -> list[int]:
        """How many columns of each window settle that the `chosen` template is its best, and how sure it is, whatever the columns
        behind them hold; 0 where they would be more than the template's and a few. `energies`: of the windows' columns.

        A template may reach beyond the first c columns. With a what it has in common with them, E their energy and b its own
        energy behind them, its likeness is at most sqrt(a * a / E + b) (Cauchy and Schwarz).
        """
        rows, best = np.arange(len(chosen)), np.array(chosen)
        counts = np.minimum(self.widths[best][:, None] + np.arange(_CONTEXT + 1), self.widest)
        # From here on: windows x counts x templates. What a template has in common with all columns is no less than with some.
        beyond = self.widths > counts[:, :, None]
        spent = np.maximum(energies.cumsum(axis=1)[rows[:, None], counts - 1], np.float32(1))[:, :, None]
        common, energy = match.common[:, None], match.energy[:, None]
        at_most = np.sqrt(common * common / spent + self._energy_behind[counts - 1])
        own_common, own_energy = match.common[rows, best][:, None, None], match.energy[rows, best][:, None, None]
        own = own_common / np.sqrt(own_energy)
        # How much more each can explain than the chosen one, as a share of the most that any does: of the known at least.
        most = common + self._common_behind[counts - 1]
        surplus = most - own_common
        known = np.where(beyond, 0, common).max(axis=2, keepdims=True)
        more = surplus / np.where(surplus > 0, np.maximum(most, known), most.max(axis=2, keepdims=True))
        score = np.where(beyond, at_most, common / np.sqrt(energy)) + _EXPLAINS_MORE * more
        score[rows, :, best] = 0
        rival = np.where(beyond, at_most, common / np.sqrt(np.maximum(energy, own_energy))) * self._rival[best][:, None]
        # A rival counts above this only; or else the one that counts most must be known.
        least = (own - _LEAD - _LEAD_PER_FLAW * np.maximum(0, 1 - own) - _ROUNDING)[:, :, 0]
        sure = rival.max(axis=2) <= np.maximum(least, (rival * ~beyond).max(axis=2))
        settled = sure & (score.max(axis=2) < own[:, :, 0] - _ROUNDING)
        within: list[int] = np.where(settled.any(axis=1), counts[rows, settled.argmax(axis=1)], 0).tolist()
        return within


def _behind(columns: Floats) -> Floats:
    """Columns x templates -> the sum over all columns behind each."""
    sums: Floats = columns[::-1].cumsum(axis=0)[::-1] - columns
    return np.maximum(sums, 0)

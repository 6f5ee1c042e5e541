"""Dates rounds of which only the multipliers are known, by what was seen of some of them and by the clock law. Pure.

The clock law: from one round's end to the next one's pass a + growth_s * ln(M) seconds, with a = 10.6 to 12.6 s by site.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from aviator.see.round import Round

PastRound = tuple[Decimal, float]
"""Multiplier and end of a round, Unix seconds."""

INTERVAL_S = 11.6
"""Seconds between two ends besides the flight (dark moment, betting, end), at a game's normal pace, where none were seen yet."""
SHORTEST_INTERVAL_S = 9.5
ROOM = 0.65
"""With so much of an interval to spare another round has been."""
MEAN_LN = 0.97
"""E[ln X] for P(X >= m) = 0.97/m."""


@dataclass(frozen=True, slots=True)
class ClockLaw:
    """A game's clock: `pace` 1 for e^(t/12), `growth_s` its e-folding time in seconds, `interval_s` as above, of this site."""

    pace: float
    growth_s: float
    interval_s: float = INTERVAL_S

    def length_s(self, multiplier: Decimal, interval_s: float | None = None) -> float:
        """From the end before to the end of a round with this multiplier."""
        return (interval_s or self.interval_s) * self.pace + self.growth_s * math.log(multiplier)

    def rounds_in(self, seconds: float) -> int:
        """How many rounds pass in this time, on average."""
        return round(seconds / (self.interval_s * self.pace + self.growth_s * MEAN_LN))

    def spare_s(self, before: float, multiplier: Decimal, ended_at: float) -> float:
        """What passed between two ends besides the flight to this multiplier."""
        return ended_at - before - self.growth_s * math.log(multiplier)

    def lacking(self, before: float, multiplier: Decimal, ended_at: float) -> int:
        """About how many rounds ended between an end `before` and the round with this multiplier, if not none."""
        spare = self.spare_s(before, multiplier, ended_at) - self.interval_s * self.pace
        return max(1, self.rounds_in(spare)) if spare > self.room_s else 0

    def too_soon(self, before: float, multiplier: Decimal, ended_at: float) -> bool:
        """Is there no time for a round with this multiplier between an end `before` and this one? Then it is no other round."""
        return self.spare_s(before, multiplier, ended_at) < self.interval_s * self.pace - self.room_s

    def follows(self, before: float, multiplier: Decimal, ended_at: float) -> bool:
        """Can a round with this multiplier that ended so be the very next one after an end `before`?"""
        return not self.lacking(before, multiplier, ended_at) and not self.too_soon(before, multiplier, ended_at)

    @property
    def room_s(self) -> float:
        """So many seconds too many between two ends, and another round has been."""
        return ROOM * self.interval_s * self.pace


def unbroken(recent: Sequence[PastRound], law: ClockLaw) -> list[PastRound]:
    """The newest of `recent` rounds (newest first) between which, by the clock law, none lack."""
    for i, ((multiplier, ended_at), (_, before)) in enumerate(pairwise(recent), 1):
        if law.lacking(before, multiplier, ended_at):
            return list(recent[:i])
    return list(recent)


def date(
    missed: Sequence[Decimal], span: tuple[float, float], held: Sequence[Round], law: ClockLaw
) -> list[tuple[Decimal, Round]]:
    """Rounds in order with what was seen of each, or with an estimated end; `span`: the ends before the first and of the last."""
    seen = _placed(missed, _spread([law.length_s(m) for m in missed], *span), held, law)
    return [
        (m, seen.get(i) or Round(None, ended_at=at))
        for i, (m, at) in enumerate(zip(missed, _ends(missed, span, seen, law), strict=True))
    ]


def others_may_lack(known: Sequence[PastRound], current: Round, multiplier: Decimal, law: ClockLaw, *, doubt: bool) -> bool:
    """May rounds be missing before this one, which only the strip can tell? In `doubt`: after a blind spell, or where rounds wait
    for the strip already. Else after too long an interval: a page may have stood still in one betting and moved on in another.
    After too short a one it may be the last round (the first of `known`) again."""
    if not known or current.ended_at is None:
        return False
    two = (known[0][1], multiplier, current.ended_at)
    return doubt or law.lacking(*two) > 0 or (law.too_soon(*two) and not current.flew)


def _placed(missed: Sequence[Decimal], guess: Sequence[float], held: Sequence[Round], law: ClockLaw) -> dict[int, Round]:
    """Which of the `missed` rounds those `held` are, both oldest first: as many as can be, where the clock law expects them.

    Dynamic programming: best[j] is the best way to place the rounds held so far before place j, and its worth.
    """
    best: list[tuple[float, dict[int, Round]]] = [(0.0, {})] * (len(missed) + 1)
    for one in held:
        after = [best[0]]
        for i, multiplier in enumerate(missed):
            worth, places = best[i]
            gain = _worth(one, multiplier, guess[i], law)
            here = (worth + gain, {**places, i: one}) if gain > 0 else (0.0, {})
            after.append(max(after[i], best[i + 1], here, key=lambda way: way[0]))
        best = after
    return best[-1][1]


def _worth(one: Round, multiplier: Decimal, guess: float, law: ClockLaw) -> float:
    """How well what was seen of a round fits this multiplier and an end about the time of `guess`; not at all below 0."""
    if one.ended_at is None or not one.may_be(multiplier):
        return 0.0
    sure = 2.0 if one.agreed(2) is not None else 1.0
    return sure - abs(one.ended_at - guess) / (law.interval_s * law.pace)


def _ends(missed: Sequence[Decimal], span: tuple[float, float], seen: dict[int, Round], law: ClockLaw) -> list[float]:
    """Ends of all rounds: known ones as they are, the others spread between them."""
    ends: list[float] = []
    begin, first = span[0], 0
    for last in [*sorted(seen), len(missed) - 1]:
        known = seen[last].ended_at if last in seen else None
        stretch = [law.length_s(m) for m in missed[first : last + 1]]
        ends += _spread(stretch, begin, span[1] if known is None else known)
        if stretch:
            begin, first = ends[-1], last + 1
    return ends


def _spread(lengths: Sequence[float], begin: float, end: float) -> list[float]:
    """Ends between `begin` and `end` (that of the last one), in proportion to the lengths."""
    whole = max(0.0, end - begin) / max(sum(lengths), 1e-9)
    ends, at = [], begin
    for length in lengths:
        at += length * whole
        ends.append(at)
    return ends

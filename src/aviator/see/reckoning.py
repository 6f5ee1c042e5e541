"""How long things last at one site, learned while watching: flights, intervals, the time from an end to the next betting. Pure.

In: what was seen, with its times in Unix seconds. Out: the site's clock law, and what it says of the rounds a strip shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, islice, pairwise
from statistics import fmean

from aviator.see.chronicle import ClockLaw, PastRound
from aviator.see.flight import Flight, Growth

LAST_LEG_S = 5.5
"""Seconds between a round's end and the next betting, at a game's normal pace, where none was seen yet."""
_LATELY, _PAIRS = 10, 3
"""So many of the last intervals tell how long a site's are; of those on record, which may be estimates, no fewer than these."""
_LEEWAY_S, _LEEWAY_PER_ROUND_S = 4.0, 0.5


class Reckoning:
    """One site's times. `pace` as in `PhaseMachine`; `recent`: rounds on record, newest first.

    Means, for what is noise in one interval is made up for by the next one.
    """

    def __init__(self, pace: float, growth_s: float, recent: Sequence[PastRound] = ()) -> None:
        self._growth = Growth(growth_s)
        self.law = ClockLaw(pace, growth_s)
        self._intervals: deque[float] = deque(maxlen=_LATELY)
        self._legs: deque[float] = deque(maxlen=_LATELY)
        self._before: float | None = None
        ends = [(before, m, at) for (m, at), (_, before) in pairwise(islice(recent, _LATELY))]
        on_record = [self.law.spare_s(*two) / pace for two in ends if self.law.follows(*two)]
        self.knows_interval = len(on_record) >= _PAIRS
        if self.knows_interval:
            self.law = ClockLaw(pace, growth_s, fmean(on_record))

    @property
    def growth_s(self) -> float:
        return self._growth.growth_s

    def flew(self, flight: Flight) -> None:
        """A whole flight was seen."""
        self._growth.learn(flight)

    def ended(self, ended_at: float, multiplier: Decimal | None) -> None:
        """A round's end was seen; `multiplier` None where that was not."""
        if multiplier is not None and self._before is not None:
            two = self._before, multiplier, ended_at
            if self.law.follows(*two):
                self._intervals.append(self.law.spare_s(*two) / self.law.pace)
                self.knows_interval = True
        self._before = ended_at
        interval_s = fmean(self._intervals) if self._intervals else self.law.interval_s
        self.law = ClockLaw(self.law.pace, self.growth_s, interval_s)

    def betting(self, ended_at: float, at: float) -> None:
        """Betting began after a round of which the end was seen."""
        self._legs.append((at - ended_at) / self.law.pace)

    def lost(self) -> None:
        """Other rounds may end before the next one that is seen."""
        self._before = None

    def last_end(self, betting_at: float) -> float:
        """When the round before this betting ended."""
        return betting_at - self.law.pace * (fmean(self._legs) if self._legs else LAST_LEG_S)

    def timely(self, before: float, values: Sequence[Decimal], last_end: float) -> list[int]:
        """How many of the newest values can be what happened between two ends, the best guess first."""
        off_s = [abs(off) for off in accumulate(map(self.law.length_s, values), initial=before - last_end)]
        can_be = [n for n, off in enumerate(off_s) if off <= (_LEEWAY_S + _LEEWAY_PER_ROUND_S * n) * self.law.pace]
        return sorted(can_be, key=off_s.__getitem__)

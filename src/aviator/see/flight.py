"""The physics of a flight: M(t) = e^(t/growth_s), only rising. Says which readings the clock bears out. Pure.

In: readings in flight with their times. Out: accepted or not, when the flight began, and the growth constant it shows.
"""

import math
from collections import deque
from decimal import Decimal
from itertools import pairwise
from statistics import median

TOLERANCE_S = 0.4
"""How far a reading may stray from the clock, in seconds of a game at its normal pace: page and network lag."""
_START = Decimal("1.1")
"""A flight that was first seen below this was seen from its start."""
_AGREEING = 3
"""This many readings in a row that contradict the clock but not one another move the clock: the page, not the eye, jumped."""


class Flight:
    """One flight, from the first sight of it. `at` is Unix seconds; `growth_s` the e-folding time in seconds.

    Where its beginning was not `seen`, its first reading tells when that was.
    """

    def __init__(self, began: float, growth_s: float, seen: bool = True) -> None:
        self.growth_s = growth_s
        self._tolerance = TOLERANCE_S * growth_s / 12
        self._began = began
        self._starts: deque[float] = deque([began] if seen else [], maxlen=9)
        self._doubted: list[tuple[float, Decimal]] = []
        self.last: Decimal | None = None
        self._lowest: Decimal | None = None
        self._first: tuple[float, Decimal] | None = None
        self._latest: tuple[float, Decimal] | None = None

    @property
    def started_at(self) -> float:
        """When the multiplier stood at 1.00, by all accepted readings."""
        return median(self._starts) if self._starts else self._began

    @property
    def timed(self) -> bool:
        """Is it known when it began?"""
        return bool(self._starts)

    @property
    def whole(self) -> bool:
        """Was it seen to rise from its start?"""
        return self.last is not None and self._lowest is not None and self._lowest < min(self.last, _START)

    def accept(self, multiplier: Decimal, at: float) -> bool:
        """Is this reading borne out by the clock? Contradicted ones count for nothing until they agree with one another."""
        if (not self.timed or self._fits(multiplier, at, self.started_at)) and (self.last is None or multiplier >= self.last):
            self._take(multiplier, at)
            return True
        self._doubted.append((at, multiplier))
        if len(self._doubted) >= _AGREEING and self._consistent(self._doubted[-_AGREEING:]):
            self._starts.clear()
            self.last = None
            for then, value in self._doubted[-_AGREEING:]:
                self._take(value, then)
            return True
        return False

    def off_s(self, multiplier: Decimal, at: float) -> float:
        """Seconds by which the clock of this flight is off when it shows `multiplier` at `at`."""
        return at - self.started_at - self.growth_s * math.log(multiplier)

    def explains(self, multiplier: Decimal, ended_at: float) -> bool:
        """Can the flight have ended at `ended_at` with this multiplier?"""
        return (self.last is None or multiplier >= self.last) and self._fits(multiplier, ended_at, self.started_at, 2.0)

    def growth_seen(self) -> float | None:
        """The growth constant this flight shows, in seconds; None when it was too short to tell."""
        if self._first is None or self._latest is None or self._latest[1] < 2 * self._first[1]:
            return None
        return (self._latest[0] - self._first[0]) / math.log(self._latest[1] / self._first[1])

    def _fits(self, multiplier: Decimal, at: float, start: float, leeway: float = 1.0) -> bool:
        rounding = self.growth_s * 0.01 / float(multiplier)
        return abs(at - start - self.growth_s * math.log(multiplier)) <= self._tolerance * leeway + rounding

    def _take(self, multiplier: Decimal, at: float) -> None:
        self._starts.append(at - self.growth_s * math.log(multiplier))
        self._doubted.clear()
        self.last = multiplier
        self._lowest = multiplier if self._lowest is None else min(self._lowest, multiplier)
        self._latest = (at, multiplier)
        # The first readings are coarse: one cent is a tenth of a second at 1.00.
        if self._first is None and multiplier >= Decimal("1.2"):
            self._first = self._latest

    def _consistent(self, readings: list[tuple[float, Decimal]]) -> bool:
        start = readings[0][0] - self.growth_s * math.log(readings[0][1])
        rising = all(b >= a for (_, a), (_, b) in pairwise(readings))
        return rising and readings[-1][1] > readings[0][1] and all(self._fits(m, at, start) for at, m in readings)


class Growth:
    """Learns a site's growth constant from whole flights; the median of the last ones, once there are three."""

    def __init__(self, growth_s: float) -> None:
        self._start = growth_s
        self._seen: deque[float] = deque(maxlen=15)

    @property
    def growth_s(self) -> float:
        return median(self._seen) if len(self._seen) >= 3 else self._start

    def learn(self, flight: Flight) -> None:
        if (seen := flight.growth_seen()) is not None:
            self._seen.append(seen)

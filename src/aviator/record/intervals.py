"""The clock between rounds: from one end to the next pass a + growth * ln(M) seconds. Fits both, counts what does not fit.

In: multipliers and the seconds before their ends. Out: a `ClockFit`. Pure mathematics. An interval as long as two rounds
hides a round that was not recorded, whatever the multipliers say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAST = 30
"""Fewer intervals than this tell nothing."""
MEAN_LN = 0.967
"""E[ln X] under the law of the game."""
TOLERANCE = 0.25
"""An interval fits when it is off by no more than this share of a: 2.9 s of a game at its normal pace. A lost round adds a
whole a at least; clocks of whole seconds, late looks and pages that stall add less."""
PAUSE_ROUNDS = 20
"""An interval that has room for more rounds than this is a time when nobody looked."""
_FLAT = 0.2
"""In crash games growth is about as long as a; where it is less than this share of it, the times are not those of the ends."""


@dataclass(frozen=True, slots=True)
class ClockFit:
    """`a_s` is everything between two rounds but the flight, `growth_s` the e-folding time of the multiplier, both in seconds.

    Of `intervals`, `fitting` ones are as long as the clock says, `long` ones have room for at least one more round, for
    `rounds_missing` in all; the rest is neither. `pauses` are not among them.
    """

    a_s: float
    growth_s: float
    intervals: int
    fitting: int
    long: int
    rounds_missing: int
    pauses: int


def fit(intervals: Sequence[tuple[int, float]]) -> ClockFit | None:
    """The clock of intervals: (multiplier of the round that ends it in cents, seconds). None where there is none in them.

    First a line that a quarter of strays does not bend (Theil 1950, the incomplete method: the median slope of pairs, one
    of the lower and one of the upper half), then least squares through what fits it.
    """
    points = [(math.log(cents / 100), seconds) for cents, seconds in intervals]
    line = _through_medians(points) if len(points) >= LEAST else None
    for _ in range(3):
        if line is not None:
            a, growth = line
            line = _least_squares([(x, y) for x, y in points if abs(y - a - growth * x) <= a * TOLERANCE])
    if line is None:
        return None
    a, growth = line
    typical = a + growth * MEAN_LN
    off = [y - a - growth * x for x, y in points]
    awake = [o for o in off if o <= PAUSE_ROUNDS * typical]
    long = [o for o in awake if o >= a * (1 - TOLERANCE)]
    fitting = sum(abs(o) <= a * TOLERANCE for o in awake)
    missing = sum(max(1, round(o / typical)) for o in long)
    return ClockFit(a, growth, len(awake), fitting, len(long), missing, len(off) - len(awake))


def _through_medians(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Intercept and slope."""
    ordered = sorted(points)
    half = len(ordered) // 2
    pairs = zip(ordered[:half], ordered[-half:], strict=True)
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairs if x2 > x1]
    slope = median(slopes) if slopes else 0.0
    return _clock(median(y - slope * x for x, y in ordered), slope)


def _least_squares(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    if (n := len(points)) < LEAST:
        return None
    mean_x, mean_y = math.fsum(x for x, _ in points) / n, math.fsum(y for _, y in points) / n
    spread = math.fsum((x - mean_x) ** 2 for x, _ in points)
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return _clock(mean_y - slope * mean_x, slope)


def _clock(a: float, growth: float) -> tuple[float, float] | None:
    """The line, where it can be a game's clock."""
    return (a, growth) if a > 0 and growth > _FLAT * a else None

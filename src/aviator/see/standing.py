"""The end of a flight whose page does not tell it by colour or place: its multiplier stands, then goes. Pure.

In: multipliers in flight with their times. Out: at which one the flight ended, since when it stood, and in how many frames.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal

LEAST_S = 0.4
"""Seconds (of a game at its normal pace) for which the last multiplier must stand: a page may stall for a moment."""
LONGER = 1.5
"""And this many times longer than the multipliers before it did."""
FRAMES = 3
GAPS = 10
"""The last gaps between two multipliers that tell how long one usually stands."""
FALLS = 2
"""Frames in a row whose multiplier is lower show another flight."""


@dataclass(frozen=True, slots=True)
class End:
    """The multiplier at which a flight ended, since when it stood (Unix seconds), and in how many frames."""

    multiplier: Decimal
    at: float
    frames: int


class Standing:
    """Follows one flight. `pace`: the game's slowness, 1 for the usual one."""

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._value: Decimal | None = None
        self._since = self._until = 0.0
        self._frames = self._lower = 0
        self._gaps: deque[float] = deque(maxlen=GAPS)

    def look(self, multiplier: Decimal, at: float) -> None:
        """One frame. A lower multiplier than before is not this flight's."""
        if self._value is not None and multiplier < self._value:
            self._lower += 1
            return
        self._lower = 0
        if multiplier != self._value:
            if self._value is not None:
                self._gaps.append(at - self._since)
            self._value, self._since, self._frames = multiplier, at, 0
        self._frames += 1
        self._until = at

    @property
    def fell(self) -> bool:
        """Do the last frames show another flight?"""
        return self._lower >= FALLS

    def end(self) -> End | None:
        """The end, once the multiplier is gone; None where it did not stand for long enough to be the last one."""
        stood = self._until - self._since
        least = max(LEAST_S * self._pace, LONGER * max(self._gaps, default=0.0))
        if self._value is None or self._frames < FRAMES or stood < least:
            return None
        return End(self._value, self._since, self._frames)

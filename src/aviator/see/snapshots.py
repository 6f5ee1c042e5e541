"""When the game in flight is recorded: at each threshold and at a fixed rate in between. Pure.

In: the score and the time of each look. Out: whether this look becomes a snapshot.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal

from aviator.core.game import THRESHOLDS

_STRICT_S = 1.0
"""Snapshots this far apart are never closer. Faster ones keep their rate on average, for looks are not evenly spaced."""


class SnapshotTimer:
    """The snapshots of one round at a time.

    `thresholds`: ascending multipliers. `hz`: snapshots per second besides; 0: at thresholds only.
    """

    def __init__(self, thresholds: tuple[Decimal, ...] = THRESHOLDS, hz: float = 1.0) -> None:
        self._thresholds = thresholds
        self._every_s = 1 / hz if hz else None
        self.begin()

    def begin(self) -> None:
        """A new round takes off."""
        self._passed = 0
        self._due = float("-inf")

    def take(self, score: Decimal, at: float) -> bool:
        """Is this look, at `at` seconds with `score`, a snapshot?"""
        every, passed = self._every_s, bisect_right(self._thresholds, score)
        on_time = every is not None and at >= self._due
        if passed == self._passed and not on_time:
            return False
        self._passed = passed
        if every is not None:
            steady = on_time and every < _STRICT_S
            self._due = max(self._due + every, at + every / 2) if steady else at + every
        return True

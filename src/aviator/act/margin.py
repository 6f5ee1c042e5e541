"""How late is too late at one bookmaker: learned from how long its button takes to turn. Pure; engine process, thread `hands`."""

from __future__ import annotations

from collections import deque

START_S = 0.5
"""Seconds before the end of betting (at pace 1) after which nothing is clicked, to begin with."""
DEAF_S = 0.3
"""At pace 1: the end of the betting time in which sites take no more clicks."""
LONGEST_S = 3.0
GROWTH = 1.5
REMEMBERED = 20


class Margin:
    """Seconds to leave between a click and the end of betting; `pace` is the game's slowness, 1 for the usual one."""

    def __init__(self) -> None:
        self._lags: deque[float] = deque(maxlen=REMEMBERED)
        self._hands: deque[float] = deque(maxlen=REMEMBERED)
        self._growth = 1.0

    @property
    def lag_s(self) -> float:
        """p95 of the time from a click to the button's turn; 0 before the first."""
        return _p95(self._lags)

    def click_s(self, pace: float) -> float:
        """A click needs at least this long before the deadline."""
        return min(max(START_S * pace * self._growth, self.lag_s + DEAF_S * pace), LONGEST_S * max(pace, 1.0))

    def begin_s(self, pace: float) -> float:
        """Beginning needs at least this long: the typing comes before the click."""
        return self.click_s(pace) + _p95(self._hands)

    def typed(self, seconds: float) -> None:
        """So long it took from the first look to the click."""
        self._hands.append(seconds)

    def turned(self, seconds: float) -> None:
        """So long it took from the click to the button's turn."""
        self._lags.append(seconds)

    def late(self) -> None:
        """A click came too late for the site."""
        self._growth *= GROWTH

    def missed(self) -> None:
        """An order was given up for this margin's sake: it may be too wide, so that nothing would ever be learned again."""
        self._growth = max(1.0, self._growth / GROWTH**0.25)
        for remembered in (self._lags, self._hands):
            if remembered:
                remembered.remove(max(remembered))


def _p95(values: deque[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1) + 0.5)] if values else 0.0

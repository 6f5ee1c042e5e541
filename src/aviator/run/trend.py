"""How fast a figure grows: the slope of a straight line through its last hour, by least squares. Pure."""

from collections import deque

WINDOW_S = 3600.0
_APART_S = 30.0
"""Samples that follow closer tell no more, and who watches memory should not fill it."""
LEAST_S = 600.0
"""A process needs some minutes until everything that it uses is loaded; a slope over a shorter time shows only that."""


class Trend:
    """Samples of one figure, the last hour of them. Times are seconds of any clock that only moves forward."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._samples: deque[tuple[float, float]] = deque()

    def add(self, at: float, value: float) -> None:
        if self._samples and at - self._samples[-1][0] < _APART_S:
            return
        self._samples.append((at, value))
        while at - self._samples[0][0] > self._window_s:
            self._samples.popleft()

    @property
    def per_hour(self) -> float | None:
        """By how much the figure grows in an hour; None before there is enough to tell."""
        samples = self._samples
        if len(samples) < 3 or samples[-1][0] - samples[0][0] < LEAST_S:
            return None
        middle = sum(at for at, _ in samples) / len(samples)
        mean = sum(value for _, value in samples) / len(samples)
        spread = sum((at - middle) ** 2 for at, _ in samples)
        return 3600 * sum((at - middle) * (value - mean) for at, value in samples) / spread

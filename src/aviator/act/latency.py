"""How long bets take, stage by stage, as small histograms for metrics and benches. Written by thread `hands`, read by any."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, deque
from enum import StrEnum

BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
KEPT = 1000


class Stage(StrEnum):
    """The parts of a bet's way."""

    QUEUED = "queued"
    """From the decision to the first look."""
    TYPED = "typed"
    """From the first look to the click, everything read back."""
    TURNED = "turned"
    """From the click to the first look that shows the button turned."""
    WHOLE = "whole"
    """From the decision to the button turned."""


class Latencies:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Stage, Counter[int]] = {stage: Counter() for stage in Stage}
        self._recent: dict[Stage, deque[float]] = {stage: deque(maxlen=KEPT) for stage in Stage}

    def add(self, stage: Stage, seconds: float) -> None:
        with self._lock:
            self._counts[stage][bisect_left(BUCKETS_S, seconds)] += 1
            self._recent[stage].append(seconds)

    def counts(self, stage: Stage) -> tuple[int, ...]:
        """As many as took at most BUCKETS_S[i] (and more than the one before), the last one those that took longer."""
        with self._lock:
            return tuple(self._counts[stage][i] for i in range(len(BUCKETS_S) + 1))

    def quantile(self, stage: Stage, q: float) -> float | None:
        """Of the last KEPT; None before the first."""
        with self._lock:
            values = sorted(self._recent[stage])
        return values[round(q * (len(values) - 1))] if values else None

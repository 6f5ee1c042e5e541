"""How a multiplier grows in flight: one curve per page, one flight per round.

In: seconds of flight at speed 1. Out: the multiplier shown, floored to two decimals. Pure; runs in the `sim` process.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

GROWTH_S = 12.0
"""M(t) = e^(t/12), see DOMAIN "The round"."""
_STEP_S = 0.1
_LONGEST_S = 3600.0


def floored(multiplier: float) -> Decimal:
    """Two decimals, rounded down; a tiny error of the floating point number is forgiven."""
    return Decimal(int(multiplier * 100 + 1e-9)).scaleb(-2)


class Flight(ABC):
    """One round's flight."""

    @abstractmethod
    def shown(self, at_s: float) -> Decimal:
        """The multiplier on the page after `at_s` seconds of flight."""

    @abstractmethod
    def seconds(self, multiplier: Decimal) -> float:
        """Seconds of flight until the multiplier is reached."""


class Growth(ABC):
    """A page's curve."""

    @abstractmethod
    def flight(self, rng: Random) -> Flight:
        """A new round's flight; only curves with chance in them draw from `rng`."""


@dataclass(frozen=True)
class Exponential(Growth, Flight):
    """M(t) = e^(t/growth_s). The page shows a new value every `display_s` seconds; 0: always the current one."""

    growth_s: float = GROWTH_S
    display_s: float = 0.0

    def flight(self, rng: Random) -> Flight:  # noqa: ARG002 - no chance in it
        return self

    def shown(self, at_s: float) -> Decimal:
        at_s = max(at_s, 0.0)
        if self.display_s:
            at_s = at_s // self.display_s * self.display_s
        return floored(math.exp(at_s / self.growth_s))

    def seconds(self, multiplier: Decimal) -> float:
        return self.growth_s * math.log(multiplier)


@dataclass(frozen=True)
class Curve(Growth, Flight):
    """Any rising function of time with value 1 at 0."""

    value: Callable[[float], float]

    def flight(self, rng: Random) -> Flight:  # noqa: ARG002 - no chance in it
        return self

    def shown(self, at_s: float) -> Decimal:
        return floored(self.value(max(at_s, 0.0)))

    def seconds(self, multiplier: Decimal) -> float:
        low, high, wanted = 0.0, 1.0, float(multiplier)
        while self.value(high) < wanted and high < _LONGEST_S:
            high *= 2
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.value(middle) < wanted else (low, middle)
        return high


@dataclass(frozen=True)
class RandomSteps(Growth):
    """Every tenth of a second the multiplier grows by a random share, on average as fast as e^(t/growth_s)."""

    growth_s: float = GROWTH_S

    def flight(self, rng: Random) -> Flight:
        return _Steps(Random(rng.random()), self.growth_s)


class _Steps(Flight):
    def __init__(self, rng: Random, growth_s: float) -> None:
        self._rng, self._mean = rng, _STEP_S / growth_s
        self._values = [1.0]

    def shown(self, at_s: float) -> Decimal:
        return floored(self._value(int(max(at_s, 0.0) / _STEP_S)))

    def seconds(self, multiplier: Decimal) -> float:
        step, wanted = 0, float(multiplier)
        while self._value(step) < wanted and step * _STEP_S < _LONGEST_S:
            step += 1
        return step * _STEP_S

    def _value(self, step: int) -> float:
        while len(self._values) <= step:
            self._values.append(self._values[-1] * math.exp(self._rng.uniform(0, 2 * self._mean)))
        return self._values[step]


def three_phases(at_s: float) -> float:
    """Slow, then faster, then fast: rates of 0.05, 0.09 and 0.16 per second."""
    slow, middle, fast = min(at_s, 6.0), min(max(at_s - 6.0, 0.0), 8.0), max(at_s - 14.0, 0.0)
    return math.exp(0.05 * slow + 0.09 * middle + 0.16 * fast)


def slow_start(at_s: float) -> float:
    """Hardly moves at first, then explodes."""
    return 1.0 + math.pow(at_s / 9.0, 2.6)

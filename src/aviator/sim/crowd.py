"""The other players of a round: who joins when, who cashes out where.

In: a random generator. Out: counts, sums and rows for a moment of the round. Pure; runs in the `sim` process.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import accumulate
from random import Random

_LETTERS = "abcdefghijklmnoprstuvz"
_STAKES = tuple(Decimal(v).quantize(Decimal("0.01")) for v in (10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000))


@dataclass(frozen=True)
class Punter:
    """Another player: joins at a share of the betting time, cashes out at `target` if the flight gets there."""

    name: str
    stake: Decimal
    joins: float
    target: Decimal

    @property
    def win(self) -> Decimal:
        return (self.stake * self.target).quantize(Decimal("0.01"), ROUND_FLOOR)


def _punter(rng: Random) -> Punter:
    name = f"{rng.choice(_LETTERS)}***{rng.choice('0123456789' + _LETTERS)}"
    target = max(Decimal("1.01"), Decimal(str(round(1.05 + rng.expovariate(0.7), 2))))
    return Punter(name, rng.choice(_STAKES) * rng.choice((1, 1, 1, 2)), rng.betavariate(1.2, 2.0), target)


class Crowd:
    """The other players of one round; sorted once so that every question is a bisection."""

    def __init__(self, rng: Random, size: int) -> None:
        punters = [_punter(rng) for _ in range(size)]
        by_target = sorted(punters, key=lambda p: p.target)
        self._joins = sorted(p.joins for p in punters)
        self._targets = [p.target for p in by_target]
        self._wins = [Decimal("0.00"), *accumulate(p.win for p in by_target)]
        self.shown = sorted(punters, key=lambda p: -p.stake)[:12]

    @property
    def size(self) -> int:
        return len(self._joins)

    def joined(self, share: float) -> int:
        """How many have bet when `share` (0…1) of the betting time is over."""
        return bisect_right(self._joins, share)

    def total_win(self, reached: Decimal) -> Decimal:
        """What has been cashed out when the flight has reached a multiplier."""
        return self._wins[bisect_right(self._targets, reached)]

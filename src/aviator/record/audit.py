"""Whether recorded rounds are such as the game's law brings forth, or betray what their collector misses. Pure.

In: one sequence of rounds. Out: an `Audit`: figures beside the law with the range of chance, and a verdict in words. A figure
is spoken of only when chance would take it so far from the law in less than one of a thousand records.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from aviator.record import law
from aviator.record.intervals import LEAST, ClockFit, fit

LEAST_ROUNDS = 100
"""Below this nothing is claimed, neither good nor bad."""
ALARM = 0.001
"""A figure that chance makes so rare is not chance. Five figures are looked at, so one in twenty would alarm all the time."""
MUCH_LOST = 0.01
"""This share of intervals may hide a round before it is said."""
MANY_ODD = 0.1
"""At most this share of intervals is neither as long as a round nor as two, where times are the rounds' ends."""

SeenRound = tuple[int, float | None]
"""Multiplier in cents and its end (Unix seconds), None where that is not known exactly."""


@dataclass(frozen=True, slots=True)
class Share:
    """How often something happened among `of` chances. `low` to `high`: where 95 % of all records lie; all shares 0..1.

    `chance`: how rare, under the law, a record is that is at least so far off.
    """

    label: str
    count: int
    of: int
    law: float
    low: float
    high: float
    chance: float

    @property
    def observed(self) -> float:
        return self.count / self.of if self.of else 0.0

    @property
    def off(self) -> int:
        """1: more than chance explains, -1: less, 0: neither."""
        return 0 if self.chance >= ALARM else 1 if self.observed > self.law else -1


@dataclass(frozen=True, slots=True)
class ChiSquared:
    """Pearson's test over bins that the law fills alike."""

    statistic: float
    freedom: int
    p: float


@dataclass(frozen=True, slots=True)
class Audit:
    """One sequence of rounds beside the law."""

    rounds: int
    at_least_2: Share
    at_least_10: Share
    exactly_1: Share
    equal_neighbours: Share
    chi_squared: ChiSquared | None
    timed: int
    """Intervals of which both ends are known."""
    clock: ClockFit | None

    @property
    def shares(self) -> tuple[Share, ...]:
        return self.at_least_2, self.at_least_10, self.exactly_1, self.equal_neighbours

    @property
    def alarming(self) -> bool:
        return bool(self._findings())

    @property
    def judged(self) -> bool:
        return self.rounds >= LEAST_ROUNDS

    def verdict(self) -> tuple[str, ...]:
        """Sentences without a full stop, the weightiest first."""
        if not self.judged:
            return (f"too few rounds to judge: {LEAST_ROUNDS} are the least",)
        return (*(self._findings() or (f"as the law says, as far as {self.rounds:,} rounds can tell",)), *self._remarks())

    def _findings(self) -> tuple[str, ...]:
        return (*self._lost(), *self._spread()) if self.judged else ()

    def _lost(self) -> Iterator[str]:
        clock = self.clock
        if clock and clock.long > max(2, MUCH_LOST * clock.intervals):
            yield f"about {clock.rounds_missing:,} rounds are missing: {clock.long:,} intervals have room for one more or several"
        if self.exactly_1.off < 0:
            yield "too few 1.00x rounds: the collector may miss them"
        if self.equal_neighbours.off < 0:
            yield "too few equal neighbours: a round like the one before may be taken for the same"
        if self.at_least_2.off > 0:
            yield "too many rounds reach 2x: short ones may be missing; that looks like an edge for the player and is none"
        if self.equal_neighbours.off > 0:
            yield "too many equal neighbours: rounds are recorded twice, or read off a picture that stands still"
        if clock and (odd := clock.intervals - clock.fitting - clock.long) > MANY_ODD * clock.intervals:
            yield f"{odd / clock.intervals:.0%} of the intervals are no length of a round or two: rounds or times are wrong"

    def _remarks(self) -> Iterator[str]:
        if self.timed >= LEAST and not self.clock:
            yield "its times do not depend on the multipliers, so they are not the rounds' ends: lost rounds cannot show in them"

    def _spread(self) -> Iterator[str]:
        if self.exactly_1.off > 0:
            yield "too many 1.00x rounds: they may stand for what could not be read"
        if self.at_least_2.off < 0:
            yield "too few rounds reach 2x: long ones may be missing, or the game has another law"
        if self.at_least_10.off and not self.at_least_2.off:
            yield f"too {'many' if self.at_least_10.off > 0 else 'few'} rounds reach 10x: misread numbers, or another law"
        named = any(share.off for share in self.shares)
        if self.chi_squared and self.chi_squared.p < ALARM and not named:
            yield "the multipliers are not spread as the law says: misread numbers, or another law"


def audit(rounds: Sequence[SeenRound], gaps: Sequence[tuple[float, float]] = ()) -> Audit:
    """Judge rounds, oldest first. `gaps`: times (Unix seconds) of which the record itself says that it lacks rounds."""
    cents = [multiplier for multiplier, _ in rounds]
    n = len(cents)
    equal = sum(a == b for a, b in pairwise(cents))
    tested = law.chi_squared(cents)
    timed = _intervals(rounds, sorted((begin + end) / 2 for begin, end in gaps))
    return Audit(
        n,
        _share("≥ 2.00", sum(c >= 200 for c in cents), n, law.at_least(200)),
        _share("≥ 10.00", sum(c >= 1000 for c in cents), n, law.at_least(1000)),
        _share("= 1.00", sum(c == 100 for c in cents), n, law.exactly(100)),
        # Pairs share rounds, but that changes their spread by 2 % only.
        _share("equal to the one before", equal, max(0, n - 1), law.equal_neighbours()),
        ChiSquared(*tested, law.chi_squared_tail(*tested)) if tested else None,
        len(timed),
        fit(timed),
    )


def _share(label: str, count: int, n: int, p: float) -> Share:
    low, high = law.chance_range(n, p)
    whole = max(1, n)
    return Share(label, count, n, p, low / whole, high / whole, law.chance_of(count, n, p))


def _intervals(rounds: Sequence[SeenRound], gaps: Sequence[float]) -> list[tuple[int, float]]:
    """Each round with the seconds since the end before it, where both are known and no gap (its middle) lies between."""
    out = []
    for (_, before), (cents, end) in pairwise(rounds):
        if before is not None and end is not None and end > before and bisect_left(gaps, before) == bisect_left(gaps, end):
            out.append((cents, end - before))
    return out

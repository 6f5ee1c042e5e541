"""Judges a record: is it complete, and do its multipliers follow the law of the game? Pure.

In: one sequence of rounds, its ids and the game's return where they are known. Out: an `Audit`: figures beside the law with
the range of chance, and a verdict in words. A figure is mentioned only when chance moves it so far in less than one of a
thousand records. Completeness is judged by ids and intervals first; only they, or a return that the user names, can say that
the collector misses rounds (docs/decisions/0020).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from aviator.record import law
from aviator.record.intervals import LEAST, PAUSE_ROUNDS, ClockFit, fit

LEAST_ROUNDS = 100
"""Below this nothing is claimed, neither good nor bad."""
ALARM = 0.001
"""A figure that chance makes so rare is not chance. Five figures are looked at, so one in twenty would alarm all the time."""
MUCH_LOST = 0.01
"""This share of intervals may hide a round before it is said."""
MANY_ODD = 0.1
"""At most this share of intervals is neither as long as a round nor as two, where times are the rounds' ends."""

NEAR_WHOLE = 0.9
"""At least this share of intervals must be as long as the clock says before they show that nothing is missing."""

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


class Completeness(StrEnum):
    """What ids and intervals say about rounds that are not in the record."""

    WHOLE = "whole"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class IdCheck:
    """The rounds' own numbers, which usually grow by `step`. `missing`: numbers that do not appear."""

    step: int
    missing: int


@dataclass(frozen=True, slots=True)
class Audit:
    """One sequence of rounds beside the law.

    `compared_with`: the return that the figures are compared with; `given`: the user named it. `returned`: as the rounds show it.
    """

    rounds: int
    at_least_2: Share
    at_least_10: Share
    exactly_1: Share
    equal_neighbours: Share
    chi_squared: ChiSquared | None
    timed: int
    """Intervals of which both ends are known."""
    clock: ClockFit | None
    compared_with: float = law.RETURN_TO_PLAYER
    given: bool = False
    returned: law.Return | None = None
    ids: IdCheck | None = None
    completeness: Completeness = Completeness.UNKNOWN

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
        return (*(self._findings() or (self._as_the_law(),)), *self._remarks())

    def _as_the_law(self) -> str:
        tell = f"as far as {self.rounds:,} rounds can tell"
        if self.given or not self._other_return:
            return f"as the law says, {tell}"
        return f"as a law with a return of {self.compared_with:.1%} says, {tell}"

    @property
    def _other_return(self) -> bool:
        """Do the rounds show another return than the usual one?"""
        usual = law.RETURN_TO_PLAYER
        return self.returned is not None and not self.returned.least <= usual <= self.returned.most

    @property
    def _above_all(self) -> bool:
        return self.returned is not None and self.returned.low >= law.HIGHEST_RETURN

    @property
    def _accusing(self) -> bool:
        """May a figure off the law be taken for rounds that the collector missed?"""
        return self.completeness is Completeness.MISSING or (self.given and self.completeness is not Completeness.WHOLE)

    def _findings(self) -> tuple[str, ...]:
        return (*self._lost(), *self._spread()) if self.judged else ()

    def _lost(self) -> Iterator[str]:
        clock = self.clock
        if self.ids and self.ids.missing:
            yield f"{self.ids.missing:,} rounds are missing: their numbers do not appear"
        if clock and _long(clock):
            yield f"about {clock.rounds_missing:,} rounds are missing: {clock.long:,} intervals have room for one more or several"
        if self.exactly_1.off < 0:
            yield self._less("too few 1.00x rounds", "the collector may miss them")
        elif not self.given and self.completeness is Completeness.UNKNOWN and self._above_all:
            yield "hardly any 1.00x rounds, as if the game returned all stakes: another law, or an incomplete record"
        if self.equal_neighbours.off < 0:
            yield self._less("too few equal neighbours", "a round like the one before may be taken for the same")
        if self.at_least_2.off > 0:
            yield self._less(
                "too many rounds reach 2x", "short ones may be missing; that looks like an edge for the player and is none"
            )
        if self.equal_neighbours.off > 0:
            yield "too many equal neighbours: rounds are recorded several times, or read off a picture that stands still"
        if clock and (odd := clock.intervals - clock.fitting - clock.long) > MANY_ODD * clock.intervals:
            yield f"{odd / clock.intervals:.0%} of the intervals are no length of a round or two: rounds or times are wrong"

    def _less(self, what: str, accusation: str) -> str:
        """A figure off the law, with the cause that the evidence allows."""
        if self._accusing:
            return f"{what}: {accusation}"
        if self.completeness is Completeness.WHOLE:
            return f"{what} for a return of {self.compared_with:.1%}, and no round is missing by its {self._witness}: another law"
        unknown = "another law, or an incomplete record; its times and ids cannot tell which"
        return f"{what} for a return of {self.compared_with:.1%}: {unknown}"

    @property
    def _witness(self) -> str:
        found = ["ids"] * bool(self.ids) + ["intervals"] * bool(self.clock)
        return " and ".join(found)

    def _remarks(self) -> Iterator[str]:
        than = self.compared_with if self.given else law.RETURN_TO_PLAYER
        if self.returned and not self.returned.least <= than <= self.returned.most:
            low, high = self.returned.low, min(1.0, self.returned.high)
            if self.completeness is not Completeness.MISSING:
                shows = f"the rounds show a return of {min(1.0, self.returned.estimate):.1%} ({min(1.0, low):.1%} to {high:.1%})"
                yield f"another law than {than:.0%}: {shows}"
        if self.timed >= LEAST and not self.clock:
            yield "its times do not depend on the multipliers, so they are not the rounds' ends: lost rounds cannot show in them"

    def _spread(self) -> Iterator[str]:
        if self.exactly_1.off > 0:
            yield "too many 1.00x rounds: they may stand for what could not be read, or the game has another law"
        if self.at_least_2.off < 0:
            yield "too few rounds reach 2x: long ones may be missing, or the game has another law"
        if self.at_least_10.off and not self.at_least_2.off:
            yield f"too {'many' if self.at_least_10.off > 0 else 'few'} rounds reach 10x: misread numbers, or another law"
        named = any(share.off for share in self.shares)
        if self.chi_squared and self.chi_squared.p < ALARM and not named:
            yield "the multipliers are not spread as the law says: misread numbers, or another law"


def audit(
    rounds: Sequence[SeenRound],
    gaps: Sequence[tuple[float, float]] = (),
    *,
    given: float | None = None,
    ids: Sequence[int] = (),
) -> Audit:
    """Judge rounds, oldest first. `gaps`: times (Unix seconds) of which the record itself says that it lacks rounds.

    `given`: the game's return where the user names it. `ids`: the rounds' own numbers, in the same order.
    """
    cents = [multiplier for multiplier, _ in rounds]
    n = len(cents)
    timed = _intervals(rounds, sorted((begin + end) / 2 for begin, end in gaps))
    clock, numbers = fit(timed), check_ids(ids)
    complete = _completeness(clock, numbers)
    returned = law.estimate_return(cents)
    back = given
    if back is None:
        # Lost rounds bend the estimate, so an incomplete record is compared with the usual return.
        bent = n < LEAST_ROUNDS or complete is Completeness.MISSING
        usual = bent or returned is None or returned.least <= law.RETURN_TO_PLAYER <= returned.most
        back = law.RETURN_TO_PLAYER
        if not usual and returned is not None:
            back = min(law.HIGHEST_RETURN, max(law.LOWEST_RETURN, returned.estimate))
    equal = sum(a == b for a, b in pairwise(cents))
    tested = law.chi_squared(cents, back)
    return Audit(
        n,
        _share("≥ 2.00", sum(c >= 200 for c in cents), n, law.at_least(200, back)),
        _share("≥ 10.00", sum(c >= 1000 for c in cents), n, law.at_least(1000, back)),
        _share("= 1.00", sum(c == 100 for c in cents), n, law.exactly(100, back)),
        # Pairs share rounds, but that changes their spread by 2 % only.
        _share("equal to the one before", equal, max(0, n - 1), law.equal_neighbours(back)),
        ChiSquared(*tested, law.chi_squared_tail(*tested)) if tested else None,
        len(timed),
        clock,
        back,
        given is not None,
        returned,
        numbers,
        complete,
    )


def check_ids(ids: Sequence[int]) -> IdCheck | None:
    """What the rounds' own numbers say; None where they do not grow by one step from round to round."""
    steps = Counter(b - a for a, b in pairwise(ids))
    step, count = steps.most_common(1)[0] if steps else (0, 0)
    if step <= 0 or len(ids) < LEAST or count < NEAR_WHOLE / 2 * len(ids):
        return None
    if any(d % step for d in steps):
        return None  # the numbers count other things too
    holes = [d // step - 1 for d, times in steps.items() for _ in range(times) if d > step]
    # A large hole is a time when nobody looked, as a long interval is.
    return IdCheck(step, sum(hole for hole in holes if hole <= PAUSE_ROUNDS))


def _long(clock: ClockFit) -> bool:
    return clock.long > max(2, MUCH_LOST * clock.intervals)


def _completeness(clock: ClockFit | None, ids: IdCheck | None) -> Completeness:
    """Missing where ids or intervals say so; whole where one of them proves it and none objects."""
    if (clock and _long(clock)) or (ids and ids.missing):
        return Completeness.MISSING
    fitting = clock is not None and clock.fitting >= NEAR_WHOLE * clock.intervals
    return Completeness.WHOLE if fitting else Completeness.UNKNOWN


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

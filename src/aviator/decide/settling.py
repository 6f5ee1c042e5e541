"""A bet that is not settled, the round it was placed in, and what it may have done to the balance. Pure.

In: the bet as told, rounds and gaps in their order. Out: the possible changes of the balance, and which one is final.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from math import log

from aviator.core.bets import Outcome
from aviator.core.events import BetChanged, GapFound, RoundEnded
from aviator.core.types import CENT

REMEMBERED = 50
SEEN_LATE_S = 2.0
"""A bet may be seen placed when its round is over already, which may end as it takes off; but never so long, at a game's normal
pace, after that end: one that is seen later was queued for the next betting."""
LATEST_START_S = 12.0
"""At pace 1: a bet's round takes off at most this long after the bet was placed or requested. A betting phase lasts up to 8 s."""
LATEST_NEXT_START_S = 60.0
"""At pace 1, where the record reaches back to the bet: later rounds without a declared gap between belong to another life of the
record, such as an old copy that was put back."""
LATEST_ESTIMATED_START_S = 150.0
"""The same for a round whose start was not seen: its multiplier alone tells the start, and not exactly."""
GROWTH_S = 12.0
"""At pace 1: the multiplier grows e-fold in this time."""
NOT_ON_RECORD = "cannot be settled any more: its round is not on record"
ZERO = Decimal(0)
Past = RoundEnded | GapFound


def payout_of(stake: Decimal, auto_cash_out: Decimal, multiplier: Decimal) -> Decimal:
    """What a bet pays when its round ends at `multiplier`: the stake times the auto cash-out, cut to cents, or nothing."""
    return (stake * auto_cash_out).quantize(CENT, ROUND_FLOOR) if multiplier >= auto_cash_out else ZERO


class PastRounds:
    """The last rounds and gaps, oldest first. Their times may be estimates, their order is certain."""

    def __init__(self, pace: float) -> None:
        self._past: deque[Past] = deque(maxlen=REMEMBERED)
        self._late_s = SEEN_LATE_S * pace
        self._pace = pace

    def over_at(self, past: Past) -> float:
        """From then on what was staked in it has been seen, and the next round's betting has not begun."""
        return _end(past) + self._late_s

    def add(self, past: Past) -> None:
        self._past.append(past)

    def forget(self) -> None:
        self._past.clear()

    def of_bet(self, seen_at: float) -> Past | None:
        """The round of a bet that was placed or requested at `seen_at`, or the gap in which the round was lost.

        A round is the bet's own only if it took off soon after, and a gap only if it began so soon; otherwise the answer is a gap
        with the reason `NOT_ON_RECORD`.
        """
        since = seen_at - self._late_s
        found = (p for p in self._past if (p.to_at > seen_at if isinstance(p, GapFound) else p.ended_at > since))
        past = next(found, None)
        if past is None:
            return None
        return self._within(past, seen_at, LATEST_START_S if past is self._past[0] else None)

    def _within(self, past: Past, since: float, limit_s: float | None = None) -> Past:
        """The round if it took off in time after `since`; otherwise a gap in which nobody knows what happened."""
        began_at = past.from_at if isinstance(past, GapFound) else self._start(past)
        if limit_s is None:
            seen = isinstance(past, RoundEnded) and past.started_at is not None
            limit_s = LATEST_NEXT_START_S if seen else LATEST_ESTIMATED_START_S
        if began_at - since <= limit_s * self._pace:
            return past
        return GapFound(past.bookmaker, since, began_at, 1, NOT_ON_RECORD)

    def _start(self, past: RoundEnded) -> float:
        """When it took off at the earliest: as it was seen, or by its multiplier."""
        by_multiplier = past.ended_at - GROWTH_S * self._pace * log(past.multiplier)
        return min(by_multiplier, past.started_at or by_multiplier)

    def next_to(self, past: Past) -> Past | None:
        """What came after it."""
        later = [p for p in self._past if _end(p) > _end(past)]
        return self._within(later[0], _end(past)) if later else None


def _end(past: Past) -> float:
    return past.to_at if isinstance(past, GapFound) else past.ended_at


@dataclass(slots=True)
class OpenBet:
    """`seen_at`: when it was placed, or else wished. `past`: its round, or the gap in which that was lost, known since
    `known_at`."""

    row: BetChanged
    seen_at: float
    past: Past | None = None
    known_at: float = 0.0
    passed: Past | None = None
    """The round that an uncertain bet was meant for, where nothing was staked in it: it may be queued for the next one."""
    staked_at: float | None = None
    """When its stake was first seen to lack."""
    clear_at: float | None = None
    """When it was last seen not to lack."""

    @property
    def placed(self) -> bool:
        return self.row.outcome is Outcome.PLACED

    @property
    def unknowable(self) -> bool:
        """Its round was never on record: nothing can settle it."""
        return isinstance(self.past, GapFound) and self.past.reason == NOT_ON_RECORD

    @property
    def lost(self) -> Decimal:
        """What a lost bet does to the balance."""
        return -self.row.stake

    @property
    def won(self) -> Decimal | None:
        """What a won bet does to it; None without an auto cash-out."""
        auto = self.row.auto_cash_out
        return None if auto is None else payout_of(self.row.stake, auto, auto) - self.row.stake

    @property
    def final(self) -> Decimal | None:
        """What the multiplier says; None where it is not known, or does not tell."""
        if not isinstance(self.past, RoundEnded) or self.row.auto_cash_out is None:
            return None
        return payout_of(self.row.stake, self.row.auto_cash_out, self.past.multiplier) - self.row.stake

    @property
    def options(self) -> set[Decimal | None]:
        """All that it may have done to the balance by now; None stands for anything `allows` lets pass."""
        if not self.placed:
            # Not even its round is certain.
            return {ZERO, self.lost, self.won}
        # Stakes and credits show late: until then a bet looks like none, a won one like a lost one.
        unseen: set[Decimal | None] = set() if self.staked_at else {ZERO}
        return {self.lost, *unseen} if self.final == self.lost else {self.lost, self.won, *unseen}

    def allows(self, change: Decimal) -> bool:
        """May a bet without an auto cash-out have been cashed out by hand, with this result?"""
        most = self.past.multiplier if isinstance(self.past, RoundEnded) else None
        return self.lost < change and (most is None or change <= self.row.stake * (most - 1))

    def note(self, change: Decimal, at: float) -> None:
        """The balance says that this is what it did."""
        if change:
            self.staked_at = self.staked_at or at
        else:
            self.clear_at = at

    def is_final(self, change: Decimal, patient: bool) -> bool:
        """Will it stay so? `patient`: a credit may still come."""
        if self.past is None or self.row.outcome is None:
            return False
        return not patient if self.final is None else change == self.final

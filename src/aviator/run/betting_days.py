"""Bets, profit and refusals of the limit day, by bookmaker, for people to see. Not thread-safe: the desk holds its lock.

In: what becomes of bets, also of those on record at the start. Out: a `BettingDay` for each bookmaker, and one line in the log
when a refusal has another reason than the last one of its panel. Engine process.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from aviator.core.bets import Outcome
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId
from aviator.decide.limits import NOT_PLACED
from aviator.run.status import BettingDay

log = logging.getLogger(__name__)

KEPT = 1000
"""Refused requests of a day that are remembered, because one may be told twice."""
_NUMBER = re.compile(r"\d[\d.,:]*")


@dataclass(slots=True)
class _Day:
    began_at: float
    profits: dict[str, Decimal | None] = field(default_factory=dict)
    """Of the bets placed, by request; None while not settled."""
    refused: int = 0
    reason: str = ""
    refused_at: float | None = None
    counted: dict[str, None] = field(default_factory=dict)
    """The last refused requests."""
    logged: dict[int, str] = field(default_factory=dict)
    """The last reason in the log, by panel, without its figures."""


class BettingDays:
    """One for all bookmakers. A day ends when `began_at`, the beginning of the limit day, is another one."""

    def __init__(self, bookmakers: Iterable[BookmakerId]) -> None:
        self._days = {name: _Day(0.0) for name in bookmakers}

    def note(self, bet: BetChanged, began_at: float, *, now: float, past: bool = False) -> None:
        """What became of a bet. `past`: it is on record already, so that the log does not say it again."""
        day = self._of(bet.bookmaker, began_at)
        if bet.outcome in NOT_PLACED:
            day.profits.pop(bet.request_id, None)
            at = bet.requested_at or now
            if at >= began_at and bet.request_id not in day.counted:
                self._refused(day, bet, at, past)
        elif (bet.outcome is Outcome.PLACED or bet.given_up) and (bet.placed_at or bet.requested_at or now) >= began_at:
            settled = bet.payout is not None or bet.given_up
            day.profits[bet.request_id] = (bet.payout or Decimal(0)) - bet.stake if settled else None

    def all(self, began_at: float) -> tuple[BettingDay, ...]:
        """How the day went so far at each bookmaker."""
        days = {name: self._of(name, began_at) for name in self._days}
        return tuple(
            BettingDay(
                bookmaker=name,
                bets=len(day.profits),
                profit=sum((p for p in day.profits.values() if p is not None), Decimal(0)),
                refused=day.refused,
                refusal=day.reason,
                refused_at=day.refused_at,
            )
            for name, day in days.items()
        )

    def _refused(self, day: _Day, bet: BetChanged, at: float, past: bool) -> None:
        day.counted[bet.request_id] = None
        if len(day.counted) > KEPT:
            del day.counted[next(iter(day.counted))]
        day.refused += 1
        day.reason, day.refused_at = bet.reason, at
        kind = _NUMBER.sub("#", bet.reason)
        if day.logged.get(bet.panel) != kind and not past:
            log.warning(
                "%s, panel %d: a bet of %s was refused: %s (logged again when the reason changes)",
                bet.bookmaker, bet.panel, bet.stake, bet.reason,
            )  # fmt: skip
        day.logged[bet.panel] = kind

    def _of(self, bookmaker: BookmakerId, began_at: float) -> _Day:
        day = self._days.get(bookmaker)
        if day is None or day.began_at != began_at:
            day = self._days[bookmaker] = _Day(began_at)
        return day

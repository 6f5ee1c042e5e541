"""Limits: whether one more bet may be placed, all bookmakers together. Pure: time is an argument.

In: what is told of bets (`BetChanged`), orders, a cool-off on record. Out: a verdict with its cause, reason and end. A bet whose
end is not known counts as staked and lost. Used by the engine, before an order is queued and again right before its click.

Every figure is computed from the bets themselves, never carried on: a restarted engine that is told the bets on record and the
cool-off in force gives the same verdicts as one that never stopped. Nothing is forgotten because time passed: where `now` steps
back, bets that lie ahead of it still count.

A session is a series of bets without a pause as long as the cool-off between them; without a cool-off, `session_minutes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from aviator.core.bets import BetOrder, Outcome
from aviator.core.config import LimitSettings
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId

HOUR_S = 3600.0
KEPT = 10_000
"""Settled bets that are kept; more than any day's. The oldest are dropped first."""
_OVER_MIDNIGHT_S = 26 * HOUR_S
"""From one midnight surely into the next day and not beyond it, also when the clocks change."""
NOT_PLACED = frozenset({Outcome.REFUSED, Outcome.ROLLED_BACK, Outcome.EXPIRED})
ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """May a bet be placed? Else the limit that forbids it, in one word and in a sentence, and until when (None: not known).

    `pauses`: a cool-off begins with this refusal, which must be put on record.
    """

    ok: bool
    cause: str = ""
    reason: str = ""
    until: float | None = None
    pauses: bool = False


@dataclass(slots=True)
class _Entry:
    """A bet that counts. `at`: when it was placed, or else requested. `pending`: it may not even be placed."""

    stake: Decimal
    at: float
    pending: bool
    settled_at: float | None = None
    profit: Decimal = ZERO

    @property
    def is_open(self) -> bool:
        return self.settled_at is None


@dataclass(frozen=True, slots=True)
class Worth:
    """One unit of a bookmaker's money in the currency of the limits. Where it is in doubt, stakes and losses count at the
    highest rate and winnings at the lowest."""

    staked: Decimal = ONE
    won: Decimal = ONE


@dataclass(slots=True)
class _Session:
    """`over_at`: when its last bet was settled; infinite while one is open."""

    began_at: float
    last_at: float
    over_at: float
    entries: list[_Entry]
    profit: Decimal = ZERO
    peak: Decimal = ZERO


_FINE = Verdict(True)


class Limits:
    """`day_start`: the beginning of the limit day that a time lies in, Unix seconds. `settings` may be replaced at any time.

    `worth`: of a bookmaker's money in the currency of the limits; every sum is in that currency.
    After a restart it is told the bets on record (`apply`) and the cool-off in force (`pause`).
    """

    def __init__(
        self,
        settings: LimitSettings,
        day_start: Callable[[float], float],
        worth: Callable[[BookmakerId], Worth] = lambda _: Worth(),
    ) -> None:
        self.settings = settings
        self._worth = worth
        self._day_start = day_start
        self._entries: dict[str, _Entry] = {}
        self._cool_until = 0.0
        self._cool_cause = ""

    def admit(self, order: BetOrder, now: float) -> Verdict:
        """`check` before an order is queued: one that may be placed counts from now on, a limit reached begins a cool-off."""
        verdict = self.check(order, now)
        if verdict.ok:
            self._entries[order.request_id] = _Entry(order.stake * self._worth(order.bookmaker).staked, now, pending=True)
        elif verdict.until is not None and verdict.cause in {"loss", "drawdown", "session"} and now >= self._cool_until:
            self.pause(verdict.until, verdict.reason)
            return replace(verdict, pauses=True)
        return verdict

    def pause(self, until: float, reason: str) -> None:
        """A cool-off holds until then, Unix seconds; one that lasts longer stays in force."""
        if until > self._cool_until:
            self._cool_until, self._cool_cause = until, reason

    def check(self, order: BetOrder, now: float) -> Verdict:
        """May this order be placed now, besides all others? Changes nothing; an order that was admitted is not counted twice."""
        if now < self._cool_until:
            return Verdict(False, "cool_off", f"a pause after a limit was reached ({self._cool_cause})", self._cool_until)
        if (rate := self._worth(order.bookmaker).staked) != ONE:
            order = replace(order, stake=order.stake * rate)
        others = sum((e.stake for key, e in self._entries.items() if e.is_open and key != order.request_id), ZERO)
        session = self._session(now)
        for verdict in (
            self._stakes(order, others),
            self._hour(order, now),
            self._session_length(session, now),
            self._day(order, others, session, now),
            self._drawdown(order, others, session, now),
        ):
            if not verdict.ok:
                return verdict
        return _FINE

    def apply(self, bet: BetChanged, now: float, worth: Worth | None = None) -> None:
        """What has become of a bet. A time of its own counts, else the one known before, else `now`.

        A bet that nothing can settle any more counts as lost. What is settled is never open again. `worth`: of the money of
        this bet, where it is not that of the settings.
        """
        key = bet.request_id
        if bet.outcome in NOT_PLACED:
            self._entries.pop(key, None)
            return
        known = self._entries.get(key)
        at = bet.placed_at or bet.requested_at or (known.at if known else now)
        worth = worth or self._worth(bet.bookmaker)
        entry = _Entry(bet.stake * worth.staked, at, pending=bet.outcome is not Outcome.PLACED)
        if bet.given_up or (not entry.pending and bet.payout is not None):
            entry.pending = False
            before = known.settled_at if known else None
            entry.settled_at = bet.settled_at or before or now
            profit = (bet.payout or ZERO) - bet.stake
            entry.profit = profit * (worth.won if profit > 0 else worth.staked)
        elif known and not known.is_open:
            return
        self._entries[key] = entry
        if len(self._entries) > 2 * KEPT:
            self._drop_oldest(now)

    def day_start(self, at: float) -> float:
        """When the limit day began that `at` lies in, Unix seconds."""
        return self._day_start(at)

    def lost_today(self, now: float) -> Decimal:
        """Lost by the bets placed since the day began, as far as they are settled; below zero where more was won."""
        since = self._day_start(now)
        return -sum((e.profit for e in self._entries.values() if not e.is_open and e.at >= since), ZERO)

    def _drop_oldest(self, now: float) -> None:
        """By their number, and only what cannot count any more."""
        session, day = self._session(now), self._day_start(now)
        since = min(day, now - HOUR_S, session.began_at if session else now)
        old = sorted((e.at, key) for key, e in self._entries.items() if not e.is_open and e.at < since)
        for _, key in old[: len(self._entries) - KEPT]:
            del self._entries[key]

    # --- the session ---

    def _session(self, now: float) -> _Session | None:
        """The session that a bet placed now belongs to; None where it would be the first of another one."""
        session: _Session | None = None
        for entry in sorted(self._entries.values(), key=lambda e: e.at):
            if session is None or self._is_over(session, entry.at):
                session = _Session(entry.at, entry.at, entry.at, [])
            session.entries.append(entry)
            session.last_at = entry.at
            settled_at = float("inf") if entry.settled_at is None else entry.settled_at
            session.over_at = max(session.over_at, entry.at, settled_at)
        if session is None or self._is_over(session, now):
            return None
        settled = (e for e in session.entries if e.settled_at is not None)
        for entry in sorted(settled, key=lambda e: (e.settled_at, e.at)):
            session.profit += entry.profit
            session.peak = max(session.peak, session.profit)
        return session

    def _is_over(self, session: _Session, now: float) -> bool:
        """Would a bet then be the first of another session?"""
        if session.over_at > now:
            return False
        pause_s = 60 * self.settings.cool_off_minutes
        return now - session.last_at >= pause_s if pause_s else now >= self._session_end(session)

    def _session_end(self, session: _Session) -> float:
        return session.began_at + 60 * self.settings.session_minutes

    def _cool_off_end(self, session: _Session | None, now: float) -> float:
        """Of a pause that begins now."""
        if self.settings.cool_off_minutes:
            return now + 60 * self.settings.cool_off_minutes
        return max(now, self._session_end(session)) if session else now

    # --- one rule each ---

    def _stakes(self, order: BetOrder, others: Decimal) -> Verdict:
        stake, together = _exactly(self.settings.stake), _exactly(self.settings.stake_per_round)
        if order.stake > stake:
            return Verdict(False, "stake", f"a stake of {order.stake}, and the limit is {stake}")
        if order.stake + others > together:
            reason = f"{order.stake} besides {others} that are open, and the limit is {together}"
            return Verdict(False, "stake_per_round", reason)
        return _FINE

    def _hour(self, order: BetOrder, now: float) -> Verdict:
        rest = [e for key, e in self._entries.items() if key != order.request_id]
        placed = [e.at for e in rest if not e.pending and e.at > now - HOUR_S]
        if (count := len(placed) + sum(e.pending for e in rest)) < self.settings.bets_per_hour:
            return _FINE
        until = min(placed) + HOUR_S if placed else None
        return Verdict(False, "bets_per_hour", f"{count} bets within an hour, which is the limit", until)

    def _session_length(self, session: _Session | None, now: float) -> Verdict:
        if session is None or now < self._session_end(session):
            return _FINE
        reason = f"{self.settings.session_minutes:g} minutes of betting, which is the limit"
        return Verdict(False, "session", reason, self._cool_off_end(session, now))

    def _day(self, order: BetOrder, others: Decimal, session: _Session | None, now: float) -> Verdict:
        lost, limit = self.lost_today(now), _exactly(self.settings.loss_per_day)
        if lost + others + order.stake <= limit:
            return _FINE
        reason = f"{lost} lost today, {others} open, {order.stake} more, and the limit is {limit}"
        if lost + order.stake <= limit or lost <= 0:
            # The open bets may yet be won.
            return Verdict(False, "loss", reason)
        tomorrow = self._day_start(self._day_start(now) + _OVER_MIDNIGHT_S)
        return Verdict(False, "loss", reason, max(tomorrow, self._cool_off_end(session, now)))

    def _drawdown(self, order: BetOrder, others: Decimal, session: _Session | None, now: float) -> Verdict:
        limit = _exactly(self.settings.drawdown)
        below = ZERO if session is None else session.peak - session.profit
        if below + others + order.stake <= limit:
            return _FINE
        reason = f"{below} below the session's peak, {others} open, {order.stake} more, and the limit is {limit}"
        if below + order.stake <= limit or below <= 0:
            return Verdict(False, "drawdown", reason)
        return Verdict(False, "drawdown", reason, self._cool_off_end(session, now))


def _exactly(limit: float) -> Decimal:
    """The amount as the user wrote it."""
    return Decimal(str(limit))

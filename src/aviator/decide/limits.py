"""Limits: whether one more bet may be placed, all bookmakers together. Pure: time is an argument.

In: what is told of bets (`BetChanged`), orders. Out: a verdict with its cause, reason and end. Until a bet's end is known it
counts as staked and lost. Used by the engine, before an order is queued and again right before its click.

A session is a row of bets with no pause as long as the cool-off between them; where there is no cool-off, `session_minutes`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from aviator.core.bets import BetOrder, Outcome
from aviator.core.config import LimitSettings
from aviator.core.events import BetChanged

HOUR_S = 3600.0
RAISED_AFTER_S = 24 * HOUR_S
_OVER_MIDNIGHT_S = 26 * HOUR_S
"""From one midnight surely into the next day and not beyond it, also when the clocks change."""
_STRICTER_WHEN_LONGER = frozenset({"cool_off_minutes"})
NOT_PLACED = frozenset({Outcome.REFUSED, Outcome.ROLLED_BACK, Outcome.EXPIRED})
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """May a bet be placed? Else the limit that forbids it, in one word and in a sentence, and until when (None: not known)."""

    ok: bool
    cause: str = ""
    reason: str = ""
    until: float | None = None


@dataclass(slots=True)
class _Session:
    began_at: float
    last_at: float
    profit: Decimal = ZERO
    peak: Decimal = ZERO


_FINE = Verdict(True)


def effective(accepted: Sequence[tuple[float, LimitSettings]], now: float) -> LimitSettings:
    """What holds now of limits accepted at these times, oldest first, at least one: per limit the strictest of all that were in
    force within the last 24 hours. So lowering acts at once, and raising a day later."""
    ends = [at for at, _ in accepted[1:]] + [now]
    recent = [settings for (_, settings), end in zip(accepted, ends, strict=True) if end > now - RAISED_AFTER_S]
    strictest = {}
    for f in fields(LimitSettings):
        values = [getattr(settings, f.name) for settings in recent]
        strictest[f.name] = max(values) if f.name in _STRICTER_WHEN_LONGER else min(values)
    return replace(accepted[-1][1], **strictest)


class Limits:
    """`day_start`: the local midnight before a time, Unix seconds. `settings` may be replaced at any time.

    After a restart the bets on record are told anew, oldest first.
    """

    def __init__(self, settings: LimitSettings, day_start: Callable[[float], float]) -> None:
        self.settings = settings
        self._day_start = day_start
        self._open: dict[str, Decimal] = {}
        """Stakes of the bets of which the end is not known."""
        self._pending: set[str] = set()
        """Those of them that may not even be placed: queued, under way, uncertain."""
        self._placed: dict[str, float] = {}
        """When the bets of the last hour, or of this day, were placed."""
        self._profits: dict[str, Decimal] = {}
        """Of those among them that are settled."""
        self._session: _Session | None = None
        self._cool_until = 0.0
        self._cool_cause = ""

    def admit(self, order: BetOrder, now: float) -> Verdict:
        """`check` before an order is queued: one that may be placed counts from now on, a limit reached begins a cool-off."""
        self._forget(now)
        verdict = self.check(order, now)
        if verdict.ok:
            self._keep_session(now)
            self._open[order.request_id] = order.stake
            self._pending.add(order.request_id)
        elif verdict.until is not None and verdict.cause in {"loss", "drawdown", "session"} and now >= self._cool_until:
            self._cool_until, self._cool_cause = verdict.until, verdict.reason
        return verdict

    def check(self, order: BetOrder, now: float) -> Verdict:
        """May this order be placed now, besides all others? Changes nothing; an order that was admitted is not counted twice."""
        if now < self._cool_until:
            return Verdict(False, "cool_off", f"a pause after a limit was reached ({self._cool_cause})", self._cool_until)
        others = sum((stake for key, stake in self._open.items() if key != order.request_id), ZERO)
        for rule in (self._stakes, self._hour, self._session_length, self._day, self._drawdown):
            if not (verdict := rule(order, others, now)).ok:
                return verdict
        return _FINE

    def apply(self, bet: BetChanged, now: float) -> None:
        """What has become of a bet. A time of its own counts, else `now`."""
        key = bet.request_id
        if bet.outcome in NOT_PLACED:
            self._open.pop(key, None)
            self._pending.discard(key)
            return
        at = bet.placed_at or bet.requested_at or now
        self._keep_session(at)  # it may have waited since it was admitted
        self._open[key] = bet.stake
        if bet.outcome is not Outcome.PLACED:
            self._pending.add(key)
            return
        self._placed[key] = at
        self._pending.discard(key)
        if bet.payout is not None:
            self._open.pop(key)
            self._settle(key, bet.payout - bet.stake)

    def lost_today(self, now: float) -> Decimal:
        """Lost by the bets placed since midnight, as far as they are settled; below zero where more was won."""
        midnight = self._day_start(now)
        return -sum((profit for key, profit in self._profits.items() if self._placed[key] >= midnight), ZERO)

    def _settle(self, key: str, profit: Decimal) -> None:
        before = self._profits.get(key, ZERO)
        self._profits[key] = profit
        if (session := self._session) is not None:
            session.profit += profit - before
            session.peak = max(session.peak, session.profit)

    def _keep_session(self, at: float) -> None:
        if self._session is None or self._is_over(self._session, at):
            self._session = _Session(at, at)
        self._session.last_at = max(self._session.last_at, at)

    def _is_over(self, session: _Session, now: float) -> bool:
        """Would a bet now be the first of another session?"""
        if self._open:
            return False
        pause_s = 60 * self.settings.cool_off_minutes
        return now - session.last_at >= pause_s if pause_s else now >= self._session_end(session)

    def _session_end(self, session: _Session) -> float:
        return session.began_at + 60 * self.settings.session_minutes

    def _forget(self, now: float) -> None:
        """What counts no more."""
        since = min(self._day_start(now), now - HOUR_S)
        self._placed = {key: at for key, at in self._placed.items() if at >= since or key in self._open}
        self._profits = {key: profit for key, profit in self._profits.items() if key in self._placed}

    def _cool_off_end(self, now: float) -> float:
        """Of a pause that begins now."""
        if self.settings.cool_off_minutes:
            return now + 60 * self.settings.cool_off_minutes
        return max(now, self._session_end(self._session)) if self._session else now

    def _stakes(self, order: BetOrder, others: Decimal, now: float) -> Verdict:  # noqa: ARG002 - one shape for all rules
        stake, together = _exactly(self.settings.stake), _exactly(self.settings.stake_per_round)
        if order.stake > stake:
            return Verdict(False, "stake", f"a stake of {order.stake}, and the limit is {stake}")
        if order.stake + others > together:
            return Verdict(False, "stake_per_round", f"{order.stake} besides {others} that are open, and the limit is {together}")
        return _FINE

    def _hour(self, order: BetOrder, others: Decimal, now: float) -> Verdict:  # noqa: ARG002 - one shape for all rules
        placed = [at for key, at in self._placed.items() if at > now - HOUR_S and key != order.request_id]
        if (count := len(placed) + len(self._pending - {order.request_id})) < self.settings.bets_per_hour:
            return _FINE
        until = min(placed) + HOUR_S if placed else None
        return Verdict(False, "bets_per_hour", f"{count} bets within an hour, which is the limit", until)

    def _session_length(self, order: BetOrder, others: Decimal, now: float) -> Verdict:  # noqa: ARG002 - one shape for all rules
        if self._session is None or self._is_over(self._session, now) or now < self._session_end(self._session):
            return _FINE
        reason = f"{self.settings.session_minutes:g} minutes of betting, which is the limit"
        return Verdict(False, "session", reason, self._cool_off_end(now))

    def _day(self, order: BetOrder, others: Decimal, now: float) -> Verdict:
        lost, limit = self.lost_today(now), _exactly(self.settings.loss_per_day)
        if lost + others + order.stake <= limit:
            return _FINE
        reason = f"{lost} lost today, {others} open, {order.stake} more, and the limit is {limit}"
        if lost + order.stake <= limit or lost <= 0:
            # The open bets may yet be won.
            return Verdict(False, "loss", reason)
        tomorrow = self._day_start(self._day_start(now) + _OVER_MIDNIGHT_S)
        return Verdict(False, "loss", reason, max(tomorrow, self._cool_off_end(now)))

    def _drawdown(self, order: BetOrder, others: Decimal, now: float) -> Verdict:
        session, limit = self._session, _exactly(self.settings.drawdown)
        anew = session is None or self._is_over(session, now)
        below = ZERO if anew or session is None else session.peak - session.profit
        if below + others + order.stake <= limit:
            return _FINE
        reason = f"{below} below the session's peak, {others} open, {order.stake} more, and the limit is {limit}"
        if below + order.stake <= limit or below <= 0:
            return Verdict(False, "drawdown", reason)
        return Verdict(False, "drawdown", reason, self._cool_off_end(now))


def _exactly(limit: float) -> Decimal:
    """The amount as the user wrote it."""
    return Decimal(str(limit))

"""Ledger: settles one bookmaker's bets by the round they were placed in, and holds that against the balance. Pure.

In: `BetChanged`, `RoundEnded`, `GapFound`, and the balance as read. Out: bets settled (`BetChanged`), `EarningNoted`, and
`BettingBlocked` while the balance is another than it should be. Runs in the engine.

The balance before all open bets, and what each of them may have done to it, explain what is read. What all explanations
agree upon is so. A reading counts when it was read twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from math import prod

from aviator.core.bets import Outcome
from aviator.core.events import BetChanged, BettingBlocked, BettingFreed, EarningNoted, GapFound, RoundEnded
from aviator.core.types import BookmakerId
from aviator.decide.settling import NOT_ON_RECORD, ZERO, OpenBet, PastRounds

REMEMBERED = 1000
MOST_STORIES = 5000
"""With more possible stories nothing is an explanation: betting stops."""
CAUSE = "difference"
_NEVER_PLACED = frozenset({Outcome.REFUSED, Outcome.EXPIRED, Outcome.ROLLED_BACK})
Entry = BetChanged | EarningNoted | BettingBlocked | BettingFreed


class Ledger:
    """One bookmaker's. `patience_s`: so long a credit may come late, and a difference last, in seconds. `balance`: from before
    all bets that are open at the start; without it the first reading while no bet is open."""

    def __init__(self, bookmaker: BookmakerId, patience_s: float, pace: float = 1.0, balance: Decimal | None = None) -> None:
        self.bookmaker = bookmaker
        self._patience_s = patience_s
        self._base = balance
        """What the balance was, or would have been, before all open bets."""
        self._open: dict[str, OpenBet] = {}
        self._done: deque[str] = deque(maxlen=REMEMBERED)
        self._rounds = PastRounds(pace)
        self._now = 0.0
        self._last: Decimal | None = None
        self._read: Decimal | None = None
        """The last reading that was read twice."""
        self._read_at = 0.0
        self._strange_since: float | None = None
        self._blocked = False
        self._held = False
        """Was it blocked before a restart? Then nobody but the user can say that the balance is right."""

    @property
    def expected(self) -> Decimal | None:
        """What the balance should be, as far as it is known: stakes that may lack are taken to lack."""
        return None if self._base is None else self._base + self._expected_change

    @property
    def _expected_change(self) -> Decimal:
        return sum((bet.lost if bet.final is None else bet.final for bet in self._open.values()), ZERO)

    def apply(self, event: object) -> list[Entry]:
        """What was told of bets and rounds; anything else is no matter."""
        match event:
            case BetChanged() if event.bookmaker == self.bookmaker and event.request_id not in self._done:
                self._changed(event)
            case RoundEnded() | GapFound() if event.bookmaker == self.bookmaker:
                self._rounds.add(event)
                self._now = max(self._now, event.ended_at if isinstance(event, RoundEnded) else event.to_at)
                for bet in self._open.values():
                    self._find_round(bet)
        return []

    def read(self, balance: Decimal, at: float) -> list[Entry]:
        """The balance as it stands on the screen at `at`. Where it cannot be read, `tick`."""
        steady, self._last = balance == self._last, balance
        if not steady:
            return self.tick(at)
        self._read, self._read_at = balance, at
        if self._base is None and not self._open:
            self._base = balance
        entries = [*self._give_up(at), *self._settle(balance, at), *self.tick(at)]
        return entries + self._compare(balance, at)

    def tick(self, at: float) -> list[Entry]:
        """Time passed: what the balance did not bear out in time is settled by the multiplier alone."""
        self._now = max(self._now, at)
        entries = self._give_up(at)
        for bet in [*self._open.values()]:
            if bet.placed and bet.final is not None and at - bet.known_at > self._patience_s:
                reason = self._why(at)
                entries += self._close(bet, bet.final, at, reason)
                self._strange_since = bet.known_at
        return entries

    def hold(self) -> None:
        """A difference that blocked betting before a restart: only `accept` ends it."""
        self._blocked = self._held = True

    def set_back(self, now: float) -> None:
        """The clock is behind what was told so far. Those rounds settle no bet of today, and what is open without a round of its
        own cannot be settled any more: which round came after it, times do not tell."""
        self._rounds.forget()
        self._now = now
        for bet in self._open.values():
            bet.known_at = min(bet.known_at, now)
            if bet.past is None:
                bet.past = GapFound(self.bookmaker, bet.seen_at, bet.seen_at, 1, NOT_ON_RECORD)

    def accept(self, at: float) -> list[Entry]:
        """The user says that the balance is right as it is read."""
        self._held = False
        self._base, self._strange_since = None, None
        return self._free(at)

    def _changed(self, row: BetChanged) -> None:
        """A bet's own story so far; the settlement is ours."""
        if row.outcome in _NEVER_PLACED:
            self._open.pop(row.request_id, None)
            return
        seen_at = row.placed_at or row.requested_at or self._now
        known = self._open.get(row.request_id)
        if known is None or (row.placed_at and row.placed_at != known.seen_at):
            # With the time of the placing known its round may be another.
            known = self._open[row.request_id] = OpenBet(row, seen_at, staked_at=known.staked_at if known else None)
        known.row = row
        if row.settled_at is not None:
            self._open.pop(row.request_id)
            self._done.append(row.request_id)
            return
        self._find_round(known)

    def _find_round(self, bet: OpenBet) -> None:
        if bet.past is not None:
            return
        past = self._rounds.next_to(bet.passed) if bet.passed else self._rounds.of_bet(bet.seen_at)
        if past is not None:
            bet.past, bet.known_at = past, self._now

    def _explanations(self, balance: Decimal) -> Iterator[dict[str, Decimal]]:
        """All that the open bets may have done so that this is the balance."""
        change = balance - (self._base or ZERO)
        if prod(len(bet.options) for bet in self._open.values()) > MOST_STORIES:
            return
        for combination in product(*(bet.options for bet in self._open.values())):
            rest = change - sum((one for one in combination if one is not None), ZERO)
            explained = {
                key: rest if one is None else one
                for (key, bet), one in zip(self._open.items(), combination, strict=True)
                if one is not None or bet.allows(rest)
            }
            if len(explained) == len(combination) and combination.count(None) <= 1 and (rest == 0 or None in combination):
                yield explained

    def _settle(self, balance: Decimal, at: float) -> list[Entry]:
        """Settle what all explanations of the balance agree upon."""
        if self._base is None:
            return []
        entries: list[Entry] = []
        explanations = [*self._explanations(balance)]
        for key in [*self._open] if explanations else []:
            bet = self._open[key]
            changes = {explanation[key] for explanation in explanations}
            if len(changes) > 1:
                continue
            change = changes.pop()
            bet.note(change, at)
            final = bet.is_final(change, at - bet.known_at < self._patience_s)
            if not bet.placed:
                entries += self._clear_up(bet, change, at, final)
            elif final:
                entries += self._close(bet, change, at, "")
        return entries

    def _clear_up(self, bet: OpenBet, change: Decimal, at: float, final: bool) -> list[Entry]:
        """Of an uncertain bet the balance tells what became of it: not where a win changes nothing, like no bet at all."""
        if bet.row.outcome is None or bet.won == ZERO:
            return []
        while bet.past is not None and bet.clear_at is not None and bet.clear_at >= self._rounds.over_at(bet.past):
            if bet.passed is not None:
                self._open.pop(bet.row.request_id)
                self._done.append(bet.row.request_id)
                return [replace(bet.row, outcome=Outcome.ROLLED_BACK, reason="the balance shows that nothing was staked")]
            # A late click may be queued: then the next round's betting takes the stake.
            bet.past, bet.passed = None, bet.past
            self._find_round(bet)
            final = False
        if not final or bet.past is None or bet.staked_at is None or bet.staked_at > self._rounds.over_at(bet.past):
            return []
        bet.row = replace(bet.row, outcome=Outcome.PLACED, placed_at=bet.staked_at)
        return self._close(bet, change, at, "the balance shows that it was placed")

    def _close(self, bet: OpenBet, change: Decimal, at: float, reason: str) -> list[Entry]:
        """Settled: with a reason where one witness alone speaks for it."""
        row, payout = bet.row, change + bet.row.stake
        self._open.pop(row.request_id)
        self._done.append(row.request_id)
        if self._base is not None:
            self._base += change
        started_at = bet.past.started_at if isinstance(bet.past, RoundEnded) else row.round_started_at
        reasons = "; ".join(filter(None, (row.reason, reason)))
        entries: list[Entry] = [
            replace(row, round_started_at=started_at, settled_at=at, payout=payout, reason=reasons),
        ]
        if self._read is not None and at - self._read_at <= self._patience_s:
            entries.append(EarningNoted(self.bookmaker, started_at, self._read_at, self._read, row.stake, payout, change))
        return entries

    def _give_up(self, at: float) -> list[Entry]:
        """Bets that nothing can settle stay UNCERTAIN for ever. What they did to the balance is not known either."""
        lost = [key for key, bet in self._open.items() if bet.unknowable]
        rows = [self._open.pop(key).row for key in lost]
        self._done.extend(lost)
        if lost:
            self._base = None
        return [replace(row, outcome=Outcome.UNCERTAIN, settled_at=at, payout=None, reason=NOT_ON_RECORD) for row in rows]

    def _why(self, at: float) -> str:
        """Why the balance bore a settlement not out."""
        if self._base is None:
            return "settled by the multiplier alone: the balance before the bet is not known"
        if self._read is None or at - self._read_at > self._patience_s:
            return "settled by the multiplier alone: the balance could not be read"
        return f"settled by the multiplier alone: {self._figures(self._read)}"

    def _figures(self, balance: Decimal) -> str:
        return f"the balance is {balance:.2f} and should be {self.expected:.2f}"

    def _compare(self, balance: Decimal, at: float) -> list[Entry]:
        """Block betting where the balance stays another than anything explains, and free it when it is explained again."""
        if self._base is None:
            return []
        if any(True for _ in self._explanations(balance)):
            self._strange_since = None
            return self._free(at)
        if self._strange_since is None:
            self._strange_since = at
        if self._blocked or at - self._strange_since <= self._patience_s:
            return []
        self._blocked = True
        return [BettingBlocked(self.bookmaker, at, CAUSE, self._figures(balance), None)]

    def _free(self, at: float) -> list[Entry]:
        if not self._blocked or self._held:
            return []
        self._blocked = False
        return [BettingFreed(self.bookmaker, at, CAUSE)]

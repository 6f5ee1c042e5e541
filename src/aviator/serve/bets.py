"""What became of one bookmaker's bets since the engine started, and what keeps from betting there: a fold over facts.

In: facts as they pass over the bus; of a bet, all that is known of it, told anew at each change. Out: `BetCounts`, for counters
that never run backwards. Engine process; the caller sees to the locking.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from aviator.core.bets import Mode, Outcome
from aviator.core.events import BetChanged, BettingBlocked, BettingFreed

MODES = (Mode.PAPER, Mode.LIVE)
"""In which there are bets. Money of one is no money of the other."""
REMEMBERED = 500
"""Bets of which something may still be told."""


@dataclass(slots=True)
class BetCounts:
    """A bet is counted once under each outcome that it had: one in doubt that turns out as placed, under both."""

    outcomes: Counter[tuple[Mode, Outcome]] = field(default_factory=Counter)
    stakes: defaultdict[Mode, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Of placed bets."""
    payouts: defaultdict[Mode, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    profits: defaultdict[Mode, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Payouts minus stakes of settled bets."""
    blocks: int = 0
    """How often something began to keep from betting."""
    blocking: set[str] = field(default_factory=set)
    """The causes that do now."""
    _told: dict[str, BetChanged] = field(default_factory=dict)

    def apply(self, event: BetChanged | BettingBlocked | BettingFreed) -> None:
        """Take in one fact."""
        match event:
            case BetChanged():
                self._change(event)
            case BettingBlocked():
                self.blocks += event.cause not in self.blocking
                self.blocking.add(event.cause)
            case BettingFreed():
                self.blocking.discard(event.cause)

    def _change(self, bet: BetChanged) -> None:
        before = self._told.pop(bet.request_id, None)
        self._told[bet.request_id] = bet
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        if bet.outcome is not None and (before is None or bet.outcome is not before.outcome):
            self.outcomes[bet.mode, bet.outcome] += 1
            self.stakes[bet.mode] += bet.stake if bet.outcome is Outcome.PLACED else 0
        paid_before = before.payout if before else None
        self.payouts[bet.mode] += max(Decimal(0), (bet.payout or Decimal(0)) - (paid_before or Decimal(0)))
        self.profits[bet.mode] += _profit(bet) - (_profit(before) if before else 0)


def _profit(bet: BetChanged) -> Decimal:
    """Zero until the bet is placed and settled."""
    return bet.payout - bet.stake if bet.outcome is Outcome.PLACED and bet.payout is not None else Decimal(0)

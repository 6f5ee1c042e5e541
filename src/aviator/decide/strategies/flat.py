"""Strategies that always stake the same: on every round, on some, or after a row of low ones. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from aviator.core.bets import Decision, Outcome, Played, StrategyState
from aviator.core.options import option
from aviator.decide.strategies.parameters import auto_cash_out, cents_amiss, money


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same stake on every round."""

    stake: Decimal = money("10", "staked on each round")
    auto_cash_out: Decimal = auto_cash_out()

    def amiss(self) -> list[str]:
        return cents_amiss(stake=self.stake, auto_cash_out=self.auto_cash_out)

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:  # noqa: ARG002 - whatever was
        return Decision((self.stake,), (self.auto_cash_out,))


@dataclass(frozen=True, slots=True)
class WaitForPattern:
    """A bet after so many rounds in a row that ended low; a round that nobody saw ends the row."""

    stake: Decimal = money("10", "staked when the row is complete")
    auto_cash_out: Decimal = auto_cash_out()
    below: Decimal = option(Decimal("2.0"), "a round that ended under this is low", low=Decimal("1.01"), high=Decimal(1_000_000))
    times: int = option(4, "so many low rounds in a row", low=1, high=100)

    def amiss(self) -> list[str]:
        return cents_amiss(stake=self.stake, auto_cash_out=self.auto_cash_out)

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:  # noqa: ARG002 - only rounds count
        row = history[-self.times :]
        if len(row) < self.times or any(r.multiplier is None or r.multiplier >= self.below for r in row):
            return None
        return Decision((self.stake,), (self.auto_cash_out,))


@dataclass(frozen=True, slots=True)
class FlatSkip:
    """The same stake on each n-th round, and after a loss some rounds without a bet."""

    stake: Decimal = money("10", "staked each time")
    auto_cash_out: Decimal = auto_cash_out()
    every: int = option(1, "bet on each n-th round since the last bet: 1 is every round", low=1, high=99)
    skip: int = option(2, "rounds without a bet after a loss", low=0, high=99)

    def amiss(self) -> list[str]:
        return cents_amiss(stake=self.stake, auto_cash_out=self.auto_cash_out)

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        if (last := next((b for b in reversed(state.bets) if b.outcome is Outcome.PLACED), None)) is not None:
            if last.won is None:
                return None
            # Its own round does not count.
            passed = sum(last.at is None or r.ended_at > last.at for r in history) - 1
            if passed < max(self.every - 1, 0 if last.won else self.skip):
                return None
        return Decision((self.stake,), (self.auto_cash_out,))

"""Strategies that go up a ladder of stakes after a loss, or after a win. Pure; the rung follows from the bets made so far.

In: own bets, oldest first. Out: the rung to play, or None while a bet is not settled and where the ladder is at its end.
A bet that was not placed never shifts the rung.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import takewhile

from aviator.core.bets import Decision, Outcome, OwnBet, Played, StrategyState
from aviator.core.options import option
from aviator.core.types import CENT
from aviator.decide.strategies.parameters import LEAST_AUTO, all_cents_amiss, at_end, auto_cash_out, cents_amiss, money

STAKED = (Outcome.PLACED, Outcome.UNCERTAIN)


def rung(bets: Sequence[OwnBet], stakes: Sequence[Decimal], climb_on: bool, restart: bool) -> int | None:
    """The rung after these bets, which goes up with each bet whose `won` is `climb_on`, and down to 0 with each other.

    Where no bet among them led down, the first may have been on any rung: the one that its stakes tell.
    """
    staked = [bet for bet in bets if bet.outcome in STAKED]
    if any(bet.won is None for bet in staked):
        return None
    run = [*takewhile(lambda bet: bet.won is climb_on, reversed(staked))][::-1]
    n = len(stakes)
    fitting = (first for first in range(n) if all(stakes[(first + i) % n] == bet.stake for i, bet in enumerate(run)))
    position = next(fitting, 0) + len(run)
    if restart:
        return position % n
    return position if position < n else None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Up one rung of your own stakes after a loss, back to the first after a win."""

    amounts: tuple[Decimal, ...] = option(tuple(map(Decimal, (10, 20, 40, 70, 120, 200))), "the stakes, rung by rung")
    auto_stops: tuple[Decimal, ...] = option(
        tuple(map(Decimal, ("2.20", "2.20", "2.20", "2.50", "3.00", "3.00"))), "cash out there, rung by rung"
    )
    at_end: str = at_end("after the last rung is lost: bet no more, or begin anew")

    def amiss(self) -> list[str]:
        wrong = all_cents_amiss("amounts", self.amounts, CENT) + all_cents_amiss("auto_stops", self.auto_stops, LEAST_AUTO)
        if not self.amounts or len(self.amounts) != len(self.auto_stops):
            counts = f"{len(self.amounts)} and {len(self.auto_stops)}"
            wrong.append(f"amounts and auto_stops must have as many rungs as one another, at least one, not {counts}")
        return wrong

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:  # noqa: ARG002 - only bets count
        index = rung(state.bets, self.amounts, climb_on=False, restart=self.at_end == "restart")
        return None if index is None else Decision(self.amounts, self.auto_stops, index)


@dataclass(frozen=True, slots=True)
class _Progression:
    stake: Decimal = money("10", "the first stake")
    factor: Decimal = option(Decimal(2), "each further stake is so many times the one before", low=Decimal("1.1"), high=100)
    cap: Decimal = money("200", "no stake above this")
    auto_cash_out: Decimal = auto_cash_out()

    def amiss(self) -> list[str]:
        wrong = cents_amiss(stake=self.stake, auto_cash_out=self.auto_cash_out)
        if self.stake > self.cap:
            wrong.append(f"cap is {self.cap}, but must not be below the stake of {self.stake}")
        return wrong

    def stakes(self) -> tuple[Decimal, ...]:
        """From the first stake to the last one within the cap, cut to cents."""
        stakes, exact = [self.stake], self.stake * self.factor
        while (stake := exact.quantize(CENT, ROUND_FLOOR)) <= self.cap:
            stakes.append(stake)
            exact *= self.factor
        return tuple(stakes)

    def _on(self, bets: Sequence[OwnBet], climb_on: bool, restart: bool) -> Decision | None:
        stakes = self.stakes()
        index = rung(bets, stakes, climb_on, restart)
        return None if index is None else Decision(stakes, (self.auto_cash_out,) * len(stakes), index)


@dataclass(frozen=True, slots=True)
class Martingale(_Progression):
    """The stake times the factor after each loss, back to the first after a win."""

    at_end: str = at_end("after a loss at the highest stake: bet no more, or begin anew")

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:  # noqa: ARG002 - only bets count
        return self._on(state.bets, climb_on=False, restart=self.at_end == "restart")


@dataclass(frozen=True, slots=True)
class AntiMartingale(_Progression):
    """The stake times the factor after each win, back to the first after a loss."""

    at_end: str = at_end("after a win at the highest stake: bet no more, or begin anew")

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:  # noqa: ARG002 - only bets count
        return self._on(state.bets, climb_on=True, restart=self.at_end == "restart")

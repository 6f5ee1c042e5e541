"""What to expect of a strategy in a fair game: what it costs, and how often it runs out of money. Pure: chance by a seed.

In: a strategy, money, a number of rounds. Out: figures over many lives, each of freshly drawn rounds played by the very code
that bets. The law of the game: P(X >= m) = 0.97/m for m of two decimals, whatever was before.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from statistics import median

from aviator.core.bets import Outcome, OwnBet, Played, Strategy, StrategyState
from aviator.decide.executor import sensible
from aviator.decide.settling import payout_of

RETURN_TO_PLAYER = Decimal("0.97")
ROUNDS_KNOWN, BETS_KNOWN = 100, 100
INTERVAL_S = 20.0


@dataclass(frozen=True, slots=True)
class Prospect:
    """Shares between 0 and 1; money as it is at the end of a life, which is over early when a stake cannot be paid."""

    lives: int
    rounds: int
    bets: float
    """In a life, on average."""
    staked: Decimal
    """In a life, on average."""
    expectation: float
    """Of each unit staked: about -0.03, computed and not simulated, with the cents that payouts are cut to."""
    ruined: float
    ahead: float
    """Lives that end with more money than they began with."""
    middle: Decimal
    """The money at the end of the median life."""


def expected_profit(stake: Decimal, auto_cash_out: Decimal) -> Decimal:
    """Of one bet: what it pays times P(X >= auto cash-out), less the stake."""
    return payout_of(stake, auto_cash_out, auto_cash_out) * RETURN_TO_PLAYER / auto_cash_out - stake


def draw(random: Random) -> Decimal:
    """A round's multiplier, by the law."""
    return max(Decimal(100), Decimal(int(97 / (1.0 - random.random())))).scaleb(-2)


def prospect(strategy: Strategy, bankroll: Decimal, rounds: int, lives: int, seed: int) -> Prospect:
    """The figures. Raises `StrategyFailed` where an answer makes no sense, and whatever the strategy raises."""
    random = Random(seed)  # noqa: S311 - a simulation, to be repeated
    ends = [_live(strategy, bankroll, rounds, random) for _ in range(lives)]
    staked = sum(end.staked for end in ends)
    return Prospect(
        lives,
        rounds,
        sum(end.bets for end in ends) / lives,
        Decimal(staked) / lives,
        float(sum(end.expected for end in ends) / staked) if staked else 0.0,
        sum(end.ruined for end in ends) / lives,
        sum(end.money > bankroll for end in ends) / lives,
        median(end.money for end in ends),
    )


@dataclass(slots=True)
class _End:
    money: Decimal
    bets: int = 0
    staked: Decimal = Decimal(0)
    expected: Decimal = Decimal(0)
    ruined: bool = False


def _live(strategy: Strategy, bankroll: Decimal, rounds: int, random: Random) -> _End:
    end = _End(bankroll)
    history = [Played(draw(random), INTERVAL_S * n) for n in range(ROUNDS_KNOWN)]
    bets: list[OwnBet] = []
    for n in range(ROUNDS_KNOWN, ROUNDS_KNOWN + rounds):
        ended_at = INTERVAL_S * n
        decision = sensible(strategy.decide(history[-ROUNDS_KNOWN:], StrategyState(end.money, bets[-BETS_KNOWN:])))
        multiplier = draw(random)
        history.append(Played(multiplier, ended_at))
        if decision is None:
            continue
        stake, auto = decision.stake, decision.auto_cash_out
        if stake > end.money:
            end.ruined = True
            break
        payout = payout_of(stake, auto, multiplier)
        bets.append(OwnBet(str(n), stake, auto, Outcome.PLACED, payout, ended_at - INTERVAL_S / 2))
        end.bets += 1
        end.money += payout - stake
        end.staked += stake
        end.expected += expected_profit(stake, auto)
    return end

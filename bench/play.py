"""How long a decision of a user's own strategy takes, in its own process, with all that is told again at each round.

Figures in milliseconds. Each question has one new round and one new bet, as in a long session.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from aviator.core.bets import Outcome, OwnBet, Played, StrategyState
from aviator.decide.strategies.play_process import PlayProcess

QUESTIONS = 2000
MOST_MS = 5.0
"""Of 99 decisions in 100."""
_STRATEGY = """\
from decimal import Decimal
from aviator.core.bets import Decision

class Own:
    def decide(self, history, state):
        return Decision((Decimal(10), Decimal(20)), (Decimal(2), Decimal(3)), len(state.bets) % 2)

def strategy(parameters):
    return Own()
"""


def bench() -> dict[str, Any]:
    """p50 and p99 of a decision, and how long the start of the process takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.py"
        path.write_text(_STRATEGY, encoding="utf-8")
        began = perf_counter()
        with closing(PlayProcess(str(path), "", {})) as play:
            start_ms = 1000 * (perf_counter() - began)
            took = _decisions_ms(play)
    cuts = quantiles(took, n=100)
    return {
        "decisions": len(took), "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2), "most_ms": MOST_MS,
        "start_ms": round(start_ms),
    }  # fmt: skip


def _decisions_ms(play: PlayProcess) -> list[float]:
    rounds: list[Played] = []
    bets: list[OwnBet] = []
    took = []
    for n in range(QUESTIONS):
        rounds = [*rounds, Played(Decimal("1.57"), 20.0 * n)][-100:]
        wish = OwnBet(str(n), Decimal(10), Decimal(2), None, None, 20.0 * n)
        began = perf_counter()
        play.decide(rounds, StrategyState(Decimal(1000), bets))
        took.append(1000 * (perf_counter() - began))
        bets = [*bets, OwnBet(wish.request_id, wish.stake, Decimal(2), Outcome.PLACED, Decimal(0), wish.at)][-100:]
    return took

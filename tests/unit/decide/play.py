"""A bookmaker's facts as a worker posts them, round by round, for agents and ledgers."""

from collections.abc import Sequence
from decimal import Decimal

from aviator.core.bets import BetOrder, Decision, Mode, Outcome, Played, StrategyState
from aviator.core.events import BetChanged, BetRequested, Fact, PhaseChanged, RoundEnded, TellBet
from aviator.core.types import BookmakerId, Phase, Source

NAME = BookmakerId("Max Bet")
BETTING_S, ENDED_S = 5.0, 4.0


class Asked:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, answer: Decision | Exception | None) -> None:
        self.answer = answer
        self.asked: list[tuple[Sequence[Played], StrategyState]] = []

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        self.asked.append((history, state))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def decision(stake: str = "10", auto: str = "2.00") -> Decision:
    return Decision((Decimal(stake),), (Decimal(auto),))


def phase(at: float, before: Phase, after: Phase) -> PhaseChanged:
    return PhaseChanged(NAME, at, before, after)


def ended(at: float, multiplier: str = "1.50", started_at: float | None = None) -> RoundEnded:
    return RoundEnded(NAME, started_at, at, Decimal(multiplier), None, None, None, Source.LIVE, 1.0)


def betting(at: float) -> list[Fact]:
    return [phase(at, Phase.ENDED, Phase.BETTING)]


def flight(at: float, multiplier: str = "1.50", seconds: float = 5.0) -> list[Fact]:
    """From take-off to the end."""
    return [
        phase(at, Phase.BETTING, Phase.PLAYING),
        phase(at + seconds, Phase.PLAYING, Phase.ENDED),
        ended(at + seconds, multiplier, at),
    ]


def round_from(at: float, multiplier: str = "1.50") -> list[Fact]:
    """One whole round: betting begins at `at`, the next one at `at` + 14."""
    return [*betting(at), *flight(at + BETTING_S, multiplier)]


def tell(request: BetRequested, outcome: Outcome | None, payout: str | None = None) -> TellBet:
    paid = None if payout is None else Decimal(payout)
    return TellBet(request.request_id, request.panel, request.stake, request.auto_cash_out, outcome, paid)


def changed(
    key: str,
    outcome: Outcome | None = Outcome.PLACED,
    at: float | None = None,
    stake: str = "10",
    auto: str | None = "2.00",
    panel: int = 1,
) -> BetChanged:
    cash_out = None if auto is None else Decimal(auto)
    return BetChanged(NAME, key, panel, None, Decimal(stake), cash_out, Mode.LIVE, outcome, at, None, None, "fixed", "", at)


def order(key: str, stake: str = "10") -> BetOrder:
    return BetOrder(key, NAME, 1, Decimal(stake), Decimal(2), 0.0, 5.0)

"""Tells what becomes of a bet: to the journal first, then to whoever records it. Thread `hands` of the engine process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from aviator.act.bet import Bet, Ending
from aviator.act.journal import Kind
from aviator.act.story import Tell
from aviator.act.watch import Became
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.events import BetChanged


@dataclass(frozen=True, slots=True)
class Listeners:
    """Whom to tell each step and each change of a bet, and whom to ask right before the click: None to go on, else why not."""

    step: Tell
    bet: Callable[[BetChanged], None]
    gate: Callable[[BetOrder], str | None] = lambda _: None


class Teller:
    """Makes the facts. `mode` is what they say of themselves; nothing here depends on it."""

    def __init__(self, listeners: Listeners, mode: Mode) -> None:
        self._listeners = listeners
        self._mode = mode

    def began(self, order: BetOrder, requested_at: float) -> None:
        self._listeners.bet(self._change(order, requested_at, None))

    def refused(self, order: BetOrder, requested_at: float, outcome: Outcome, reason: str) -> None:
        """An order that was never begun has no story."""
        self._listeners.bet(self._change(order, requested_at, _as_ordered(order, outcome, reason)))

    def became(self, bet: Bet, became: Became) -> None:
        """What was told must still be known after a crash, so the journal has it first."""
        bet.told = self._change(bet.order, bet.requested_at, became)
        bet.story.note(Kind.OUTCOME, bet.told, owes=bet.owes)
        self._listeners.bet(bet.told)

    def end(self, bet: Bet, ending: Ending) -> None:
        """Nothing was staked."""
        bet.ending = None
        self.became(bet, _as_ordered(bet.order, ending.outcome, ending.reason))

    def release(self, bet: Bet, reason: str) -> None:
        """Hands can do no more now: tell what can be told. What is left stays in the journal."""
        if bet.ending is not None:
            self.end(bet, Ending(bet.ending.outcome, f"{bet.ending.reason}; the panel is not put back yet: {reason}"))
        elif bet.told is None:
            bet.story.settle("unclear", reason)
            self.end(bet, Ending(Outcome.UNCERTAIN, reason))

    def _change(self, order: BetOrder, requested_at: float, became: Became | None) -> BetChanged:
        told = BetChanged.of(order, self._mode, requested_at)
        return told if became is None else replace(told, **asdict(became))


def _as_ordered(order: BetOrder, outcome: Outcome, reason: str) -> Became:
    return Became(outcome, reason, order.stake, order.auto_cash_out)

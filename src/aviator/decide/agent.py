"""BettingAgent: asks one bookmaker's strategies in each betting time and wishes their bets. Pure: time comes with ticks.

In: the facts that the worker posts itself; `TellBet` and `TellMoney` from the engine. Out: `BetRequested`, and `BettingBlocked`
where a strategy failed. Runs in the worker. Started with the rounds and bets on record, it goes on where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from aviator.core.bets import Decision, Outcome, OwnBet, Played, StrategyState
from aviator.core.events import BetRequested, BettingBlocked, Event, GapFound, PhaseChanged, RoundEnded, TellBet, TellMoney
from aviator.core.files import file_name
from aviator.core.types import BookmakerId, Phase
from aviator.decide.betting_time import BettingClock, BettingTime
from aviator.decide.exclusion import Doing, Exclusion, Turn
from aviator.decide.executor import StrategyFailed

REMEMBERED = 100
PATIENCE = 0.5
"""So much of a betting time the last round and the last bet's end are waited for; then they are what they are: not known."""


def strategy_cause(panel: int) -> str:
    """The cause of the block where the strategy of a panel failed: the other panel's betting goes on."""
    return f"strategy_{panel}"


class Executor(Protocol):
    """`StrategyExecutor`, or what stands for it."""

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None: ...


@dataclass(slots=True)
class Play:
    """A strategy on one bet panel. `bets`: its own ones so far, oldest first."""

    panel: int
    strategy: str
    executor: Executor
    bets: list[OwnBet] = field(default_factory=list)
    asked_at: float = 0.0
    """The beginning of the betting time in which it was asked last."""
    blocked: str = ""
    """Why the strategy is no longer asked."""

    @property
    def cause(self) -> str:
        """The cause of a block of this panel alone."""
        return strategy_cause(self.panel)

    @property
    def waits(self) -> bool:
        """Is it unknown whether its last bet was placed?"""
        return any(bet.outcome in (None, Outcome.UNCERTAIN) for bet in self.bets)

    @property
    def unsettled(self) -> bool:
        return any(bet.outcome is Outcome.PLACED and bet.payout is None for bet in self.bets[-1:])

    def note(self, bet: OwnBet) -> None:
        """Replace what was known of that bet. Of too many those are forgotten first that were not placed: they tell little."""
        for i, known in enumerate(self.bets):
            if known.request_id == bet.request_id:
                self.bets[i] = bet
                return
        self.bets.append(bet)
        if len(self.bets) > REMEMBERED:
            little = (i for i, old in enumerate(self.bets[:-1]) if old.outcome not in (None, Outcome.PLACED, Outcome.UNCERTAIN))
            del self.bets[next(little, 0)]


class BettingAgent:
    """One bookmaker's. `rounds`: the last ones on record, oldest first; `betting_s`: the betting time's length in seconds, where
    it is known; without it no bet before a whole betting time was seen. `plays` bring their bets on record."""

    def __init__(
        self,
        bookmaker: BookmakerId,
        plays: Sequence[Play],
        exclusion: Exclusion,
        rounds: Sequence[Played] = (),
        betting_s: float | None = None,
    ) -> None:
        self.bookmaker = bookmaker
        self._plays = plays
        self._exclusion = exclusion
        self._history: deque[Played] = deque(rounds, maxlen=REMEMBERED)
        self._clock = BettingClock(betting_s)
        self._flew_at: float | None = None
        """When the round before this betting time took off; None where that was not seen."""
        self._heard_at: float | None = None
        """The end of the round, or of the gap, that was told last. One on record may be dated by another clock."""
        self._balance: Decimal | None = None
        if any(play.waits for play in plays):
            exclusion.fire(Turn.BET)

    def apply(self, event: Event) -> None:
        """What the worker posts itself, and what the engine tells it; anything else is no matter."""
        match event:
            case RoundEnded():
                self._history.append(Played(event.multiplier, event.ended_at))
                self._heard_at = event.ended_at
            case GapFound():
                self._history.append(Played(None, event.to_at))
                self._heard_at = event.to_at
            case PhaseChanged():
                self._clock.apply(event)
                if event.to_phase is Phase.PLAYING:
                    self._flew_at = event.at
                elif event.to_phase is Phase.OFFLINE:
                    self._flew_at = None
            case TellBet():
                self._told(event)
            case TellMoney():
                self._balance = event.balance

    def tick(self, at: float) -> list[BetRequested | BettingBlocked]:
        """What is wished now: in each betting time every strategy is asked once, as soon as all it should know is known."""
        betting = self._clock.now
        if betting is None or at >= betting.over_at or self._uncertain or not self._exclusion.can(Turn.BET):
            return []
        patient = at < betting.began_at + PATIENCE * (betting.over_at - betting.began_at)
        if patient and not self._knows_last_round:
            return []
        history = [*self._history] if self._knows_last_round else [*self._history, Played(None, betting.began_at)][-REMEMBERED:]
        wishes: list[BetRequested | BettingBlocked] = []
        for play in self._plays:
            if play.blocked or play.asked_at == betting.began_at or play.waits or (patient and play.unsettled):
                continue
            play.asked_at = betting.began_at
            try:
                decision = play.executor.decide(history, StrategyState(self._balance, tuple(play.bets)))
            except StrategyFailed as failure:
                play.blocked = f"{play.strategy} on panel {play.panel}: {failure}"
                wishes.append(BettingBlocked(self.bookmaker, at, play.cause, play.blocked, None))
                continue
            if decision is not None:
                wishes.append(self._wish(play, decision, betting, at))
        return wishes

    @property
    def _knows_last_round(self) -> bool:
        """Is the round on record that ended just before this betting time?"""
        return self._flew_at is not None and self._heard_at is not None and self._heard_at >= self._flew_at

    @property
    def _uncertain(self) -> bool:
        """Does a bet's window have to settle first what became of it?"""
        return any(bet.outcome is Outcome.UNCERTAIN for play in self._plays for bet in play.bets)

    def _wish(self, play: Play, decision: Decision, betting: BettingTime, at: float) -> BetRequested:
        request_id = f"{file_name(self.bookmaker)}-{play.panel}-{round(betting.began_at * 1000)}"
        play.note(OwnBet(request_id, decision.stake, decision.auto_cash_out, None, None, at))
        self._exclusion.fire(Turn.BET)
        return BetRequested(
            self.bookmaker,
            request_id,
            at,
            play.panel,
            decision.stake,
            decision.auto_cash_out,
            betting.began_at,
            betting.over_at,
            play.strategy,
        )

    def _told(self, tell: TellBet) -> None:
        """The bets of a play are told by their panel; one that is not its own is somebody else's."""
        for play in self._plays:
            if play.panel == tell.panel and any(bet.request_id == tell.request_id for bet in play.bets):
                at = next(bet.at for bet in play.bets if bet.request_id == tell.request_id)
                play.note(OwnBet(tell.request_id, tell.stake, tell.auto_cash_out, tell.outcome, tell.payout, at))
        if self._exclusion.state is Doing.BETTING and not any(play.waits for play in self._plays):
            self._exclusion.fire(Turn.BETS_OVER)

"""The vocabulary of betting: what a strategy is told and answers, a wish to bet, what became of it, what stands on a bet panel.

Plain frozen values, shared by `decide` (who wishes), `act` (who does) and `run` (who joins them). Money and multipliers are
`Decimal`, times Unix seconds, `None` means unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from aviator.core.types import BookmakerId, Phase

PANELS = (1, 2)


class Mode(StrEnum):
    """What may be done with bets. Chosen once, in `run`; no other room asks."""

    WATCH = "watch"
    """No hands at all."""
    PAPER = "paper"
    """Hands that only pretend; settled from the rounds observed."""
    LIVE = "live"
    """Mouse and keyboard."""


class Outcome(StrEnum):
    """What became of a wish to bet. Every wish ends in exactly one of these; only UNCERTAIN may still turn into another."""

    PLACED = "PLACED"
    ROLLED_BACK = "ROLLED_BACK"
    """Begun, given up before anything was staked, and the panel put back as it was."""
    REFUSED = "REFUSED"
    """Not begun: a limit, the kill switch, a full queue, a panel that could not be read."""
    EXPIRED = "EXPIRED"
    """Too late for the round it was meant for; never clicked."""
    UNCERTAIN = "UNCERTAIN"
    """Clicked, and the screen has not told yet what came of it. The bookmaker's betting waits for that."""


class ButtonState(StrEnum):
    """What a bet panel's one big button does when it is clicked."""

    BET = "bet"
    CANCEL = "cancel"
    CASH_OUT = "cash_out"


@dataclass(frozen=True, slots=True)
class Played:
    """A round as a strategy is told of it. `multiplier` None: here one or more rounds lack, nobody knows how they ended."""

    multiplier: Decimal | None
    ended_at: float


@dataclass(frozen=True, slots=True)
class OwnBet:
    """A wish to bet that a strategy made before, and what came of it. `payout` None: not settled yet, or nothing was placed.

    `at`: when it was wished, which is in the betting time before its round; None where that is not known.
    """

    request_id: str
    stake: Decimal
    auto_cash_out: Decimal | None
    outcome: Outcome | None
    payout: Decimal | None = None
    at: float | None = None

    @property
    def won(self) -> bool | None:
        """None while that is not known, or when no money was staked."""
        if self.outcome is not Outcome.PLACED or self.payout is None:
            return None
        return self.payout > 0


@dataclass(frozen=True, slots=True)
class StrategyState:
    """What a strategy is told besides the rounds: my money, and its own last bets on this panel, oldest first, at most 100."""

    balance: Decimal | None
    bets: Sequence[OwnBet] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A strategy's answer: its ladder of stakes with an auto cash-out for each, and the rung to play now."""

    bet_amounts: tuple[Decimal, ...]
    auto_stops: tuple[Decimal, ...]
    current_index: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError where the answer makes no sense."""
        if len(self.bet_amounts) != len(self.auto_stops) or not 0 <= self.current_index < len(self.bet_amounts):
            raise ValueError(
                f"a decision needs as many auto cash-outs ({len(self.auto_stops)}) as stakes ({len(self.bet_amounts)}) "
                f"and a rung among them, not {self.current_index}"
            )

    @property
    def stake(self) -> Decimal:
        return self.bet_amounts[self.current_index]

    @property
    def auto_cash_out(self) -> Decimal:
        return self.auto_stops[self.current_index]


class Strategy(Protocol):
    """Decides from what was, and from nothing else: no clock, no chance, no memory of its own."""

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        """What to bet on the next round, None for nothing. `history`: oldest first, at most the last 100 rounds."""
        ...


@dataclass(frozen=True, slots=True)
class BetOrder:
    """A bet to be placed on one panel, in the betting time that began at `betting_at` and is over at `deadline`."""

    request_id: str
    bookmaker: BookmakerId
    panel: int
    stake: Decimal
    auto_cash_out: Decimal | None
    betting_at: float
    deadline: float
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class PanelView:
    """One bet panel as it looks now; None is what cannot be read. `auto_cash_out` is ZERO where its field is empty."""

    amount: Decimal | None
    auto_cash_out: Decimal | None
    button: ButtonState | None


@dataclass(frozen=True, slots=True)
class WindowView:
    """What hands must see of a bookmaker's window before and after they touch it; one grab, never older than `at`.

    `in_place`: the window lies where it is thought to, with nothing over its landmark. `phase` is this picture's own.
    """

    at: float
    in_place: bool
    phase: Phase
    balance: Decimal | None
    panels: tuple[PanelView, PanelView]

    def panel(self, number: int) -> PanelView:
        return self.panels[number - 1]

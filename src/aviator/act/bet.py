"""What hands know of one bet and of one window while they are at it. Thread `hands` of the engine process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from aviator.act.journal import Begun
from aviator.act.margin import Margin
from aviator.act.story import Story
from aviator.act.watch import Watch
from aviator.core.bets import BetOrder, Outcome, PanelView
from aviator.core.clock import Deadline, JumpDetector
from aviator.core.events import BetChanged
from aviator.core.ports import Eyes


@dataclass
class Window:
    """A bookmaker's window. `pace` tells the game's slowness now, 1 for the usual one."""

    eyes: Eyes
    pace: Callable[[], float] = lambda: 1.0
    margin: Margin = field(default_factory=Margin)

    @property
    def click_s(self) -> float:
        return self.margin.click_s(self.pace())

    @property
    def begin_s(self) -> float:
        return self.margin.begin_s(self.pace())


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome that is certain and will be told when the panel has been put back."""

    outcome: Outcome
    reason: str


@dataclass
class Bet:
    """One order on its way from the first look to its end. Times of retrying, and those named so, are monotonic seconds."""

    order: BetOrder
    requested_at: float
    before: PanelView
    """What the panel showed, and shall show again if nothing comes of the bet."""
    story: Story
    window: Window
    deadline: Deadline
    """Until when its button may be clicked, `order.deadline` on both clocks."""
    begun_at: float
    owes: bool = False
    """Must the panel be put back?"""
    base: Decimal | None = None
    watch: Watch | None = None
    clicked_monotonic: float = 0.0
    looked_monotonic: float = 0.0
    jumps: JumpDetector | None = None
    """Since just before the click."""
    told: BetChanged | None = None
    ending: Ending | None = None
    patient_until: float = float("inf")
    """The ending is told then at the latest, panel or not."""
    tries: int = 0
    next_at: float = 0.0

    @property
    def begun(self) -> Begun:
        """The order and its panel as the journal has them."""
        amount, auto_cash_out = self.before.amount, self.before.auto_cash_out
        assert amount is not None
        assert auto_cash_out is not None
        return Begun(self.order, self.requested_at, amount, auto_cash_out)

    @property
    def watching(self) -> bool:
        """Has the button been clicked, and the screen not told yet what came of it?"""
        return self.watch is not None and self.ending is None and (self.told is None or self.doubtful)

    @property
    def followed(self) -> bool:
        """May a look at the window still tell what came of the click?"""
        return self.watching and self.watch is not None and not self.watch.over

    @property
    def doubtful(self) -> bool:
        return self.told is not None and self.told.outcome is Outcome.UNCERTAIN and not self.told.given_up

    @property
    def ended(self) -> bool:
        """Has its end been told?"""
        return self.told is not None and not self.doubtful

    @property
    def finished(self) -> bool:
        """Is nothing left to do?"""
        return self.ended and not self.owes

"""Hands that only pretend: bet panels on paper, which the same transactions use as if they were windows.

In: inputs from thread `hands`, and the game's phases and rounds as a worker saw them (`apply`, from the hub's thread). Out: views
of a window that is always in place, whose bets are settled by the rounds observed. Engine process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation

from aviator.core.bets import PANELS, ButtonState, PanelView, WindowView
from aviator.core.clock import Clock
from aviator.core.events import Fact, PhaseChanged, RoundEnded
from aviator.core.types import CENT, BookmakerId, Field, Phase

ZERO = Decimal("0.00")
FIRST_AMOUNT = Decimal("10.00")
LEAST_AUTO = Decimal("1.01")
CELL = 100
"""Made-up pixels: a window is a row of cells, one for each field."""

_FIELDS = (
    Field.PHASE,
    *(Field(f"{name}_{panel}") for panel in PANELS for name in ("bet_amount", "auto_cash_out", "button")),
)
SCREEN = len(_FIELDS) * CELL


@dataclass(frozen=True, slots=True)
class _Stake:
    """Money paid, until the round that ends after `placed_at` is known."""

    panel: int
    placed_at: float
    amount: Decimal
    auto_cash_out: Decimal


@dataclass
class _Panel:
    amount: Decimal = FIRST_AMOUNT
    auto_cash_out: Decimal = ZERO
    button: ButtonState = ButtonState.BET
    paid_at: float | None = None
    """None for a bet that waits for the next round."""

    @property
    def view(self) -> PanelView:
        return PanelView(self.amount, self.auto_cash_out, self.button)


class PaperWindow:
    """`Eyes` of one bookmaker, and the money that is only thought of. A round that nobody could read pays nothing."""

    def __init__(self, bookmaker: BookmakerId, bankroll: Decimal, clock: Clock) -> None:
        self.bookmaker = bookmaker
        self.row = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._balance = bankroll.quantize(CENT)
        self._phase = Phase.UNKNOWN
        self._panels = {panel: _Panel() for panel in PANELS}
        self._stakes: list[_Stake] = []

    # --- eyes ---

    def look(self) -> WindowView:
        with self._lock:
            first, second = (panel.view for panel in self._panels.values())
            return WindowView(self._clock.now(), True, self._phase, self._balance, (first, second))

    def place(self, field: Field) -> tuple[int, int]:
        return _FIELDS.index(field) * CELL + CELL // 2, self.row * CELL + CELL // 2

    def typed(self, field: Field, value: Decimal) -> str:  # noqa: ARG002  every field takes plain numbers here
        return str(value)

    # --- the game, as it was seen ---

    def apply(self, fact: Fact) -> None:
        """Take what a worker saw; other bookmakers' facts change nothing."""
        if isinstance(fact, PhaseChanged) and fact.bookmaker == self.bookmaker:
            with self._lock:
                self._turn(fact)
        elif isinstance(fact, RoundEnded) and fact.bookmaker == self.bookmaker:
            with self._lock:
                self._settle(fact)

    def _turn(self, change: PhaseChanged) -> None:
        self._phase = change.to_phase
        for number, panel in self._panels.items():
            match change.to_phase, panel.button:
                case Phase.PLAYING, ButtonState.CANCEL if panel.paid_at is not None:
                    panel.button = ButtonState.CASH_OUT
                case Phase.BETTING, ButtonState.CANCEL if panel.paid_at is None:
                    self._pay(number, change.at)
                case Phase.BETTING, ButtonState.CANCEL if (panel.paid_at or change.at) < change.at:  # its round went by unseen
                    panel.button = ButtonState.BET
                case Phase.ENDED | Phase.BETTING, ButtonState.CASH_OUT:
                    panel.button = ButtonState.BET

    def _settle(self, ended: RoundEnded) -> None:
        """Each stake is played by the first round that ends after it was paid."""
        for stake in [stake for stake in self._stakes if stake.placed_at < ended.ended_at]:
            self._stakes.remove(stake)
            if stake.auto_cash_out and ended.multiplier >= stake.auto_cash_out:
                self._balance += (stake.amount * stake.auto_cash_out).quantize(CENT, ROUND_FLOOR)

    # --- the hands ---

    def press(self, number: int) -> None:
        """The big button: bet, queue for the next round, or take back. There is no cashing out by hand on paper."""
        with self._lock:
            panel = self._panels[number]
            if panel.button is ButtonState.BET and panel.amount <= self._balance:
                panel.button, panel.paid_at = ButtonState.CANCEL, None
                if self._phase is Phase.BETTING:
                    self._pay(number, self._clock.now())
            elif panel.button is ButtonState.CANCEL:
                panel.button = ButtonState.BET
                for stake in [stake for stake in self._stakes if (stake.panel, stake.placed_at) == (number, panel.paid_at)]:
                    self._stakes.remove(stake)
                    self._balance += stake.amount

    def enter(self, field: Field, text: str) -> None:
        """A value typed into a field; nonsense, and a panel with a bet on it, leave it as it was."""
        with self._lock:
            panel = self._panels[int(field.value[-1])]
            value = _parsed(text)
            if panel.button is not ButtonState.BET:
                return
            if field.value.startswith("bet_amount"):
                panel.amount = value or panel.amount
            elif not text:
                panel.auto_cash_out = ZERO
            elif value is not None:
                panel.auto_cash_out = max(value, LEAST_AUTO)

    def _pay(self, number: int, at: float) -> None:
        panel = self._panels[number]
        if panel.amount > self._balance:
            panel.button = ButtonState.BET
            return
        self._balance -= panel.amount
        panel.paid_at = at
        self._stakes.append(_Stake(number, at, panel.amount, panel.auto_cash_out))


class PaperHands:
    """`Hands` for the windows given, which it lays out on a screen that does not exist."""

    def __init__(self, windows: Iterable[PaperWindow]) -> None:
        self._windows = list(windows)
        for row, window in enumerate(self._windows):
            window.row = row
        self._pointer = (SCREEN // 2, len(self._windows) * CELL)
        self._focus: tuple[PaperWindow, Field] | None = None
        self._text: str | None = None

    def position(self) -> tuple[int, int]:
        return self._pointer

    def move(self, x: int, y: int) -> None:
        self._pointer = (x, y)

    def click(self) -> None:
        self._leave()
        column, row = self._pointer[0] // CELL, self._pointer[1] // CELL
        if not (0 <= row < len(self._windows) and 0 <= column < len(_FIELDS)):
            return
        window, field = self._windows[row], _FIELDS[column]
        if field.value.startswith("button"):
            window.press(int(field.value[-1]))
        elif field is not Field.PHASE:
            self._focus = (window, field)

    def key(self, combination: str) -> None:
        if combination == "delete":
            self._text = ""
        elif combination == "tab":
            self._leave()

    def write(self, text: str) -> None:
        """All there was is selected before anything is written."""
        self._text = text

    def close(self) -> None: ...

    def _leave(self) -> None:
        if self._focus is not None and self._text is not None:
            window, field = self._focus
            window.enter(field, self._text)
        self._focus, self._text = None, None


def _parsed(text: str) -> Decimal | None:
    try:
        return Decimal(text).quantize(CENT)
    except InvalidOperation:
        return None

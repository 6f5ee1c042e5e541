"""A visitor's money: the balance, two bet panels and their toggle buttons.

In: presses and edits with their time, and the game's own moments (betting opens, take-off, crash). Out: ledger lines.
A pure state machine: no clock, no I/O. Runs in the `sim` process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Literal

from aviator.sim.ledger import BetLine
from aviator.sim.skins import Skin

_CENT = Decimal("0.01")
MIN_AUTO_CASH_OUT = Decimal("1.01")
ZERO = Decimal("0.00")


class PanelState(StrEnum):
    """IDLE → (QUEUED →) ACCEPTED → LIVE → IDLE. A queued bet has cost nothing yet; an accepted one is paid for."""

    IDLE = "idle"
    QUEUED = "queued"
    ACCEPTED = "accepted"
    LIVE = "live"


class Button(StrEnum):
    """What the one big button means now."""

    BET = "bet"
    CANCEL = "cancel"
    CASH_OUT = "cash_out"


_BUTTONS = {
    PanelState.IDLE: Button.BET,
    PanelState.QUEUED: Button.CANCEL,
    PanelState.ACCEPTED: Button.CANCEL,
    PanelState.LIVE: Button.CASH_OUT,
}


class NotEnoughMoneyError(Exception):
    """The stake is more than the balance: the page says so, nothing happens."""


@dataclass
class Panel:
    """One bet panel. `auto_bet` places the same bet again each round."""

    number: int
    stake: Decimal
    auto_cash_out: Decimal | None = None
    auto_bet: bool = False
    state: PanelState = PanelState.IDLE

    @property
    def button(self) -> Button:
        return _BUTTONS[self.state]


@dataclass(frozen=True)
class _Credit:
    """A payout on its way to the balance."""

    due_at: float
    panel: int
    round: int
    stake: Decimal
    auto_cash_out: Decimal | None
    payout: Decimal


@dataclass
class Bets:
    """The visitor's balance and panels at one bookmaker."""

    skin: Skin
    balance: Decimal
    credit_delay_s: float
    panels: tuple[Panel, Panel] = field(init=False)
    round: int = 0
    _credits: list[_Credit] = field(default_factory=list)

    def __post_init__(self) -> None:
        first, second = self.skin.stakes.quick[:2]
        self.panels = (Panel(1, first), Panel(2, second))

    # --- the visitor ---

    def press(self, number: int, at: float, accepting: bool, multiplier: Decimal | None) -> list[BetLine]:
        """The big button: bet, queue, cancel or cash out, by the panel's state. `multiplier` is the flight's, None on the ground.

        Raises NotEnoughMoneyError when the stake is more than the balance.
        """
        panel = self.panels[number - 1]
        if panel.state is PanelState.LIVE and multiplier is not None:
            return self._cash_out(panel, multiplier, at)
        if panel.state is PanelState.QUEUED:
            panel.state = PanelState.IDLE
        elif panel.state is PanelState.ACCEPTED and accepting:
            panel.state = PanelState.IDLE
            self.balance += panel.stake
            return [self._line("cancel", panel, at)]
        elif panel.state is PanelState.IDLE:
            if panel.stake > self.balance:
                raise NotEnoughMoneyError
            panel.state = PanelState.QUEUED
            return self._accept(panel, at) if accepting else []
        return []

    def set_stake(self, number: int, value: Decimal) -> None:
        """Kept within the site's limits; a bet that was placed or queued is not touched."""
        panel = self.panels[number - 1]
        if panel.state is PanelState.IDLE:
            panel.stake = min(max(value, self.skin.stakes.minimum), self.skin.stakes.maximum)

    def set_auto_cash_out(self, number: int, value: Decimal | None) -> None:
        panel = self.panels[number - 1]
        if panel.state is PanelState.IDLE:
            panel.auto_cash_out = None if value is None else max(value, MIN_AUTO_CASH_OUT)

    def toggle_auto_bet(self, number: int) -> None:
        self.panels[number - 1].auto_bet ^= True

    # --- the game ---

    def open_betting(self, round_number: int, at: float) -> list[BetLine]:
        """Queued and repeated bets are taken, in panel order, while the balance lasts; the rest fall back to idle."""
        self.round = round_number
        lines: list[BetLine] = []
        for panel in self.panels:
            if panel.state is PanelState.QUEUED or (panel.state is PanelState.IDLE and panel.auto_bet):
                lines += self._accept(panel, at)
        return lines

    def take_off(self) -> None:
        for panel in self.panels:
            if panel.state is PanelState.ACCEPTED:
                panel.state = PanelState.LIVE

    def next_auto(self) -> Decimal | None:
        """The lowest multiplier at which a live bet cashes itself out."""
        return min((p.auto_cash_out for p in self.panels if p.state is PanelState.LIVE and p.auto_cash_out), default=None)

    def cash_out_autos(self, reached: Decimal, at: float) -> list[BetLine]:
        lines: list[BetLine] = []
        for panel in self.panels:
            if panel.state is PanelState.LIVE and panel.auto_cash_out and panel.auto_cash_out <= reached:
                lines += self._cash_out(panel, panel.auto_cash_out, at)
        return lines

    def crash(self, at: float) -> list[BetLine]:
        """What is still live is lost."""
        lines: list[BetLine] = []
        for panel in self.panels:
            if panel.state is PanelState.LIVE:
                panel.state = PanelState.IDLE
                lines.append(self._line("settle", panel, at, payout=ZERO))
        return lines

    @property
    def next_credit_at(self) -> float:
        return min((credit.due_at for credit in self._credits), default=math.inf)

    def pay_credits(self, now: float) -> list[BetLine]:
        """Payouts reach the balance some time after the cash-out."""
        lines: list[BetLine] = []
        for credit in sorted((c for c in self._credits if c.due_at <= now), key=lambda c: (c.due_at, c.panel)):
            self._credits.remove(credit)
            self.balance += credit.payout
            lines.append(
                BetLine(
                    "settle",
                    self.skin.name,
                    credit.panel,
                    credit.round,
                    credit.stake,
                    credit.auto_cash_out,
                    credit.due_at,
                    credit.payout,
                    self.balance,
                )
            )
        return lines

    # --- inside ---

    def _accept(self, panel: Panel, at: float) -> list[BetLine]:
        if panel.stake > self.balance:
            panel.state = PanelState.IDLE
            panel.auto_bet = False
            return []
        panel.state = PanelState.ACCEPTED
        self.balance -= panel.stake
        return [self._line("bet", panel, at)]

    def _cash_out(self, panel: Panel, multiplier: Decimal, at: float) -> list[BetLine]:
        """The settlement is written when the money arrives, so this returns no line yet."""
        payout = (panel.stake * multiplier).quantize(_CENT, ROUND_FLOOR)
        panel.state = PanelState.IDLE
        due_at = at + self.credit_delay_s
        self._credits.append(_Credit(due_at, panel.number, self.round, panel.stake, panel.auto_cash_out, payout))
        return []

    def _line(self, kind: Literal["bet", "cancel", "settle"], panel: Panel, at: float, payout: Decimal | None = None) -> BetLine:
        return BetLine(kind, self.skin.name, panel.number, self.round, panel.stake, panel.auto_cash_out, at, payout, self.balance)

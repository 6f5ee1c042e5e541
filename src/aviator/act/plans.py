"""A bet as data: the steps that place it, what must be seen after each, and how to undo it. Pure; engine process.

In: an order and the panel as it shows now. Out: steps that `act.performer` carries out and `act.transaction` undoes. A step can
be printed, stored and tested without a mouse.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from aviator.core.bets import BetOrder, ButtonState, PanelView, WindowView
from aviator.core.types import Field, Phase

AMOUNT = {1: Field.BET_AMOUNT_1, 2: Field.BET_AMOUNT_2}
AUTO = {1: Field.AUTO_CASH_OUT_1, 2: Field.AUTO_CASH_OUT_2}
BUTTON = {1: Field.BUTTON_1, 2: Field.BUTTON_2}
EMPTY = Decimal("0.00")
"""What an empty auto cash-out field shows."""
SELECT_ALL = "super+a" if sys.platform == "darwin" else "ctrl+a"

_PANEL_OF = {field: number for fields in (AMOUNT, AUTO, BUTTON) for number, field in fields.items()}
_NAMES = {**dict.fromkeys(AMOUNT.values(), "amount"), **dict.fromkeys(AUTO.values(), "auto cash-out")}


def auto_of(order: BetOrder) -> Decimal:
    """What the auto cash-out field must show for this order."""
    return EMPTY if order.auto_cash_out is None else order.auto_cash_out


def shown(view: WindowView, field: Field) -> Decimal | None:
    """The value that an amount or auto cash-out field shows."""
    panel = view.panel(_PANEL_OF[field])
    return panel.amount if field in AMOUNT.values() else panel.auto_cash_out


def named(field: Field) -> str:
    """The field as a person calls it: "amount of panel 1"."""
    return f"{_NAMES[field]} of panel {_PANEL_OF[field]}"


# --- what must be seen ---


class Condition(Protocol):
    """Something that a picture of the window shows, or not."""

    def miss(self, view: WindowView) -> str | None:
        """What is seen instead, as a part of a sentence; None where all is well."""
        ...


@dataclass(frozen=True, slots=True)
class InPlace:
    """The window lies where it is thought to."""

    def miss(self, view: WindowView) -> str | None:
        return None if view.in_place else "the window is not where it was, or something lies over it"


@dataclass(frozen=True, slots=True)
class PhaseIs:
    """The game takes bets, or whatever phase is meant."""

    phase: Phase

    def miss(self, view: WindowView) -> str | None:
        return None if view.phase is self.phase else f"the phase is {view.phase} and not {self.phase}"


@dataclass(frozen=True, slots=True)
class ButtonIs:
    """A click on the panel's button would do this."""

    panel: int
    state: ButtonState

    def miss(self, view: WindowView) -> str | None:
        button = view.panel(self.panel).button
        if button is self.state:
            return None
        return f"the button of panel {self.panel} {f'says {button}' if button else 'cannot be read'}, not {self.state}"


@dataclass(frozen=True, slots=True)
class Shows:
    """A field shows this value."""

    field: Field
    value: Decimal

    def miss(self, view: WindowView) -> str | None:
        value = shown(view, self.field)
        if value == self.value:
            return None
        return f"the {named(self.field)} {'cannot be read' if value is None else f'shows {value}'} and not {self.value}"


@dataclass(frozen=True, slots=True)
class Readable:
    """A field shows something that can be read."""

    field: Field

    def miss(self, view: WindowView) -> str | None:
        return f"the {named(self.field)} cannot be read" if shown(view, self.field) is None else None


@dataclass(frozen=True, slots=True)
class CanPay:
    """The balance is known and covers the stake."""

    stake: Decimal

    def miss(self, view: WindowView) -> str | None:
        if view.balance is None:
            return "the balance cannot be read"
        return f"the balance {view.balance} is less than the stake {self.stake}" if view.balance < self.stake else None


@dataclass(frozen=True, slots=True)
class BalanceIs:
    """The balance is what it was."""

    value: Decimal

    def miss(self, view: WindowView) -> str | None:
        if view.balance == self.value:
            return None
        return f"the balance {'cannot be read' if view.balance is None else f'is {view.balance}'} and not {self.value}"


def missing(view: WindowView, conditions: Iterable[Condition]) -> str | None:
    """The first thing that is not as it must be."""
    return next((miss for condition in conditions if (miss := condition.miss(view)) is not None), None)


# --- what is done ---


@dataclass(frozen=True, slots=True)
class Look:
    """Only look."""


@dataclass(frozen=True, slots=True)
class Type:
    """Make a field show a value."""

    field: Field
    value: Decimal


@dataclass(frozen=True, slots=True)
class Gate:
    """Ask limits and kill switch."""


@dataclass(frozen=True, slots=True)
class Click:
    """One click where the field is. On the big button it is the one thing that cannot be undone by typing."""

    field: Field


Action = Look | Type | Gate | Click


@dataclass(frozen=True, slots=True)
class Step:
    """`guard` must be seen right before each input, `expect` after them in two looks in a row."""

    name: str
    intent: str
    do: Action
    guard: tuple[Condition, ...] = ()
    expect: tuple[Condition, ...] = ()


def opening(order: BetOrder) -> Step:
    """The first look at the panel: can this bet be placed at all?"""
    panel = order.panel
    return Step(
        "look",
        f"see panel {panel} ready for a bet of {order.stake}",
        Look(),
        expect=(*_ready(panel), Readable(AMOUNT[panel]), Readable(AUTO[panel]), CanPay(order.stake)),
    )


def bet_steps(order: BetOrder, now: PanelView) -> tuple[Step, ...]:
    """Everything from the typing to the click; what the panel shows `now` as it must be is not typed."""
    panel, stake, auto = order.panel, order.stake, auto_of(order)
    ready = _ready(panel)
    typing = [
        Step(name, f"make the {named(field)} show {value}", Type(field, value), ready, (Shows(field, value),))
        for name, field, value, old in (
            ("amount", AMOUNT[panel], stake, now.amount),
            ("auto", AUTO[panel], auto, now.auto_cash_out),
        )
        if old != value
    ]
    correct = (*ready, Shows(AMOUNT[panel], stake), Shows(AUTO[panel], auto), CanPay(stake))
    return (
        *typing,
        Step("look again", f"see {stake} at {auto or 'no auto cash-out'} on panel {panel}", Look(), expect=correct),
        Step("gate", "ask the limits and the kill switch", Gate()),
        Step("click", f"click the button of panel {panel}", Click(BUTTON[panel]), guard=correct),
    )


def undo_steps(panel: int, before: PanelView) -> tuple[Step, ...]:
    """Put the fields back as they were, the last one first, in whatever phase; a panel with a bet on it takes no typing.

    A field that shows what it showed before needs no hands.
    """
    ready = (InPlace(), ButtonIs(panel, ButtonState.BET))
    old = ((AUTO[panel], before.auto_cash_out), (AMOUNT[panel], before.amount))
    return tuple(
        Step("undo", f"put {value} back into the {named(field)}", Type(field, value), ready, (InPlace(), Shows(field, value)))
        for field, value in old
        if value is not None
    )


def cancel_step(panel: int, phase: Phase) -> Step:
    """Take back a bet that must not stand, in the phase in which it was seen."""
    return Step(
        "cancel",
        f"click the button of panel {panel} to take the bet back",
        Click(BUTTON[panel]),
        guard=(InPlace(), PhaseIs(phase), ButtonIs(panel, ButtonState.CANCEL)),
    )


def keep_step() -> Step:
    """A click where it does nothing, so that the site sees somebody."""
    return Step("keep", "click somewhere harmless", Click(Field.PHASE), guard=(InPlace(),))


def _ready(panel: int) -> tuple[Condition, ...]:
    return InPlace(), PhaseIs(Phase.BETTING), ButtonIs(panel, ButtonState.BET)

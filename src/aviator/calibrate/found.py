"""What is found on a screenshot: values with their places, buttons, and the screen they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from aviator.core.types import Field, Phase
from aviator.see.regions import Box


@dataclass(frozen=True, slots=True)
class Found:
    """A value on a screen. `value` is None, and `text` empty, where two readings of the same pixels contradict each other."""

    text: str
    """As it stands on the screen: `355/732`, `58800.22 RUB`, `3,281.54x`."""
    value: Decimal | None
    confidence: float
    """The recogniser's, of the weakest letter."""
    box: Box
    """x, y, w, h around the ink of the text, currency and suffix included."""
    core: Box
    """Around the number alone."""
    total: Decimal | None = None
    """The m of players n/m."""


@dataclass(frozen=True, slots=True)
class Button:
    """A bet panel's big button. `box` is the whole coloured rectangle."""

    text: str
    box: Box
    state: str
    """bet, cancel, cash_out or unknown."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that was found."""

    phase: Phase | None
    """BETTING, PLAYING, ENDED, or None where the picture does not tell."""
    board: Box | None
    """The canvas in which score and messages stand; None where neither is there."""
    fields: Mapping[Field, Found]
    history: tuple[Found, ...]
    """In reading order; of a vertical strip from the top down. Values cut at an end are left out where that shows."""
    buttons: Mapping[Field, Button]
    newest: str = "left"
    """Which end of the strip is probably the newest."""

    @property
    def empty(self) -> bool:
        """Is nothing of a crash game there?"""
        return not (self.fields or self.history or self.buttons)

"""The vocabulary of all rooms: bookmakers, rectangles, phases, fields, readings and frames."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NewType, Self

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BookmakerId = NewType("BookmakerId", str)

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels; `x` and `y` may be negative on a display left of or above the main one."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    def moved(self, dx: int, dy: int) -> Rect:
        return Rect(self.x + dx, self.y + dy, self.w, self.h)

    def contains(self, other: Rect) -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def overlap(self, other: Rect) -> Rect | None:
        """The rectangle that both cover; None where they only touch or lie apart."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        w, h = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Rect(x, y, w, h) if w > 0 and h > 0 else None

    @classmethod
    def around(cls, rects: list[Rect]) -> Self:
        """The smallest rectangle that holds all of `rects` (at least one)."""
        x, y = min(r.x for r in rects), min(r.y for r in rects)
        return cls(x, y, max(r.right for r in rects) - x, max(r.bottom for r in rects) - y)


class Phase(StrEnum):
    """What a game is doing, as far as its pixels tell."""

    UNKNOWN = "UNKNOWN"
    BETTING = "BETTING"
    PLAYING = "PLAYING"
    ENDED = "ENDED"
    OFFLINE = "OFFLINE"


class Band(StrEnum):
    """The colour bands of PLAYING: LOW < 2 <= MID < 10 <= HIGH."""

    LOW = "LOW"
    MID = "MID"
    HIGH = "HIGH"

    @classmethod
    def of(cls, multiplier: Decimal) -> Band:
        if multiplier < 2:
            return cls.LOW
        return cls.MID if multiplier < 10 else cls.HIGH


class Field(StrEnum):
    """The things that are read off a bookmaker's window."""

    SCORE = "score"
    HISTORY = "history"
    BALANCE = "balance"
    PLAYERS = "players"
    TOTAL_WIN = "total_win"
    BET_AMOUNT_1 = "bet_amount_1"
    BET_AMOUNT_2 = "bet_amount_2"
    AUTO_CASH_OUT_1 = "auto_cash_out_1"
    AUTO_CASH_OUT_2 = "auto_cash_out_2"
    BUTTON_1 = "button_1"
    BUTTON_2 = "button_2"
    PHASE = "phase"


class Method(StrEnum):
    """How a reading was obtained."""

    GLYPHS = "glyphs"
    TESSERACT = "tesseract"
    TEACHER = "teacher"
    COLOUR = "colour"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """One field of one frame. `value` is None when unread; `confidence` is a measured match score in 0..1.

    `text` is what stands on the screen (`355/732`, `1.234,50 RSD`); `total` is the m of players `n/m`; `at` is Unix seconds.
    """

    field: Field
    value: Decimal | None
    text: str | None
    confidence: float
    method: Method
    at: float
    total: Decimal | None = None


class Source(StrEnum):
    """Which witness gave a round's multiplier."""

    LIVE = "live"
    STRIP = "strip"


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels of `rect`, rows x columns x BGRA (uint8), grabbed `at` Unix seconds and `tick` seconds of a monotonic clock."""

    pixels: npt.NDArray[np.uint8]
    rect: Rect
    at: float
    tick: float

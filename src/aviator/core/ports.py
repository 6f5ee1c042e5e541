"""What rooms need from one another or from the machine, as Protocols; `run` and `cli` supply the real things."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from aviator.core.bets import WindowView
from aviator.core.events import Command, Fact
from aviator.core.types import Field, Frame, Rect


class FrameSource(Protocol):
    """Where pixels come from: a live display, a video, a folder of images."""

    def grab(self, rect: Rect) -> Frame:
        """The pixels of `rect` now.

        Raises `SightLost` where they cannot be had now, `UserMistake` where they never can, `RecordingOver` when a recording
        has no more frames.
        """
        ...

    def close(self) -> None: ...


class Hands(Protocol):
    """Mouse and keyboard, or what pretends to be them. Absolute pixels of the screen. Calls return when the system has taken
    the input; all raise `HandsTied` when it does not."""

    def position(self) -> tuple[int, int]:
        """Where the pointer is now, whoever moved it."""
        ...

    def move(self, x: int, y: int) -> None: ...

    def click(self) -> None:
        """The left button, once, where the pointer is."""
        ...

    def key(self, combination: str) -> None:
        """Press and let go: "tab", "escape", "ctrl+a"."""
        ...

    def write(self, text: str) -> None:
        """Type characters into whatever has the focus."""
        ...

    def close(self) -> None: ...


class Eyes(Protocol):
    """How hands see one bookmaker's window."""

    def look(self) -> WindowView:
        """A fresh picture, read. Raises `SightLost` where there is none."""
        ...

    def place(self, field: Field) -> tuple[int, int]:
        """Where on the screen to click for this field: the middle of its box, where the window was last seen.

        Raises `UserMistake` where the profile does not know the field.
        """
        ...

    def typed(self, field: Field, value: Decimal) -> str:
        """The value as this site wants it typed: its decimal mark, no thousands, no currency."""
        ...


class Mind(Protocol):
    """What decides inside a worker, between its looks. It is asked some times a second and must answer at once."""

    def hear(self, command: Command) -> None:
        """Something that the engine tells it."""
        ...

    def step(self, at: float, facts: Sequence[Fact]) -> Sequence[Fact]:
        """What it wishes, after a look `at` Unix seconds that established these facts."""
        ...

"""Careful hands: each input is made only while nobody else has the mouse and the kill switch is not pressed.

In: `Hands`, the kill switch. Out: inputs, or `Hindered`. One object owns mouse and keyboard; engine process, thread `hands`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from aviator.act.kill import KillSwitch
from aviator.core.clock import Clock
from aviator.core.errors import AviatorError, HandsTied
from aviator.core.ports import Hands

NEAR_PX = 2
"""A scaled display may put the pointer a little beside where it was sent."""


class Cause(Enum):
    """What kept hands from going on."""

    SCREEN = "the screen does not show what it must"
    TIME = "too late"
    GATE = "a limit"
    KILLED = "the kill switch"
    PERSON = "a person at the mouse"
    CLICK = "nobody knows whether the click was made"
    MACHINE = "screen, mouse, keyboard or disk do not obey"


class Hindered(AviatorError):
    """The hands must not go on; the message is the reason, as a part of a sentence."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause


class Touch:
    """The only way to the mouse. Raises `Hindered`, and `HandsTied` from the hands themselves."""

    def __init__(self, hands: Hands, clock: Clock, kill: KillSwitch, yield_s: float) -> None:
        self._hands = hands
        self._clock = clock
        self._kill = kill
        self._yield_s = yield_s
        self._left: tuple[int, int] | None = None
        self._moved_at = float("-inf")

    def person(self) -> bool:
        """Has somebody else moved the mouse within the last `yield_s` seconds? To be asked often."""
        here = self._hands.position()
        if self._left is None:
            self._left = here
        elif here != self._left:
            self._notice(here)
        return self._clock.monotonic() - self._moved_at < self._yield_s

    def alert(self) -> None:
        """Raises `Hindered` when the kill switch is pressed."""
        pressed = self._kill.check()
        if pressed is not None:
            raise Hindered(Cause.KILLED, str(pressed))

    def move(self, place: tuple[int, int]) -> None:
        self._mine()
        self._input(lambda: self._hands.move(*place))
        here = self._hands.position()
        if max(abs(here[0] - place[0]), abs(here[1] - place[1])) > NEAR_PX:
            self._notice(here)
            raise Hindered(Cause.PERSON, "the pointer went elsewhere than it was sent")
        self._left = here

    def click(self, left_s: Callable[[], float] | None = None) -> None:
        """Once, where the pointer is; not when no time is left. After a cause of CLICK it may have been made."""
        self._mine()
        if left_s is not None and left_s() <= 0:
            raise Hindered(Cause.TIME, "the betting time was nearly over")
        try:
            self._input(self._hands.click)
        except HandsTied as error:
            raise Hindered(Cause.CLICK, str(error).removesuffix(".")) from error

    def key(self, combination: str) -> None:
        self._mine()
        self._input(lambda: self._hands.key(combination))

    def write(self, text: str) -> None:
        self._mine()
        self._input(lambda: self._hands.write(text))

    def _input(self, make: Callable[[], None]) -> None:
        """The last look at the kill switch and the input are one step: who pressed it and then finds no input under way
        (`KillSwitch.quiet`) knows that none follows."""
        with self._kill.input_lock:
            self.alert()
            make()

    def _mine(self) -> None:
        """Right before each input: is the pointer where it was left, and may hands act at all?"""
        self.alert()
        here = self._hands.position()
        if self._left is not None and here != self._left:
            self._notice(here)
        if self._clock.monotonic() - self._moved_at < self._yield_s:
            raise Hindered(Cause.PERSON, "a person is using the mouse")
        self._left = here

    def _notice(self, here: tuple[int, int]) -> None:
        self._left = here
        self._moved_at = self._clock.monotonic()

"""A page under the hands: clicks and text go in, pictures come out. For a rehearsal; the thread that learns.

In: a window's place, a source of pictures, hands. Out: what the page shows once it has come to rest. Raises `UserMistake`, one
sentence, where somebody else uses the mouse or the window is not in its place any more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from aviator.core.clock import Clock
from aviator.core.errors import UserMistake
from aviator.core.ports import FrameSource, Hands
from aviator.core.types import Frame, Rect
from aviator.see import anchor
from aviator.see.ink import Image
from aviator.see.regions import Box

GLANCE_S = 0.05
"""So often is looked whether something happened."""
_SELECT_ALL = "super+a" if sys.platform == "darwin" else "ctrl+a"
REACTS_S, _REST_S, _AT_LATEST_S = 0.25, 0.1, 2.0
"""A page shows what was typed after so long; what does not change for so long is at rest; longer than that is not waited."""
_NOTICE_S = 8.0
"""So long something may lie over the landmark; notices come and go."""


class Fingers:
    """One pair of hands for all pages of a rehearsal. A click is not made when somebody else moved the mouse since the last."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._left: tuple[int, int] | None = None

    def click(self, x: int, y: int) -> None:
        """At this place of the screen. Raises `UserMistake`."""
        if self._left not in (None, self._hands.position()):
            raise UserMistake("Somebody used the mouse: the page was left as it is, look whether its bet panels are as you like.")
        self._hands.move(x, y)
        self._left = self._hands.position()
        self._hands.click()

    def replace(self, text: str) -> None:
        """Put `text` in the place of what stands in the field that has the focus, and leave it."""
        self._hands.key(_SELECT_ALL)
        if text:
            self._hands.write(text)
        else:
            self._hands.key("backspace")
        self._hands.key("tab")


class Page:
    """One window under the fingers. All places are relative to the window's top left corner."""

    def __init__(self, window: Rect, source: FrameSource, fingers: Fingers, clock: Clock) -> None:
        self.clock = clock
        self._window = window
        self._source = source
        self._fingers = fingers
        self._landmark: tuple[Box, Image] | None = None

    def know_by(self, box: Box, picture: Image) -> None:
        """From now on no click is made while the window does not show this (rows x columns x BGRA) there."""
        self._landmark = box, anchor.grey(picture)

    def frame(self) -> Frame:
        return self._source.grab(self._window)

    def in_place(self) -> bool:
        """Does the window lie where it did, with nothing over its landmark?"""
        if self._landmark is None:
            return True
        box, picture = self._landmark
        return anchor.find(picture, anchor.grey(cut(self.frame().pixels, box))) is not None

    def click(self, box: Box, sure: Callable[[], bool] = lambda: False) -> None:
        """Click in the middle of a box; wait with it while a notice lies over the landmark, unless something else makes `sure`
        that the window is in place. Raises `UserMistake`."""
        deadline = self.clock.monotonic() + _NOTICE_S
        while not (self.in_place() or sure()):
            if self.clock.monotonic() > deadline:
                raise UserMistake("The window moved, or something lies over it: leave it alone while its page is used.")
            self.clock.sleep(GLANCE_S)
        x, y, w, h = box
        self._fingers.click(self._window.x + x + w // 2, self._window.y + y + h // 2)

    def fill(self, box: Box, text: str) -> None:
        """Put `text` in the place of what stands in the field there, nothing where it is empty."""
        self.click(box)
        self._fingers.replace(text)

    def settled(self, boxes: Sequence[Box], reacts_s: float = REACTS_S) -> Frame:
        """A picture on which these parts of the page have come to rest, `reacts_s` from now at the earliest."""
        self.clock.sleep(reacts_s)
        deadline = self.clock.monotonic() + _AT_LATEST_S
        frame, before = self.frame(), list[bytes]()
        while (now := [cut(frame.pixels, box).tobytes() for box in boxes]) != before and self.clock.monotonic() < deadline:
            before = now
            self.clock.sleep(_REST_S)
            frame = self.frame()
        return frame


def cut(picture: Image, box: Box) -> Image:
    x, y, w, h = box
    return picture[y : y + h, x : x + w]

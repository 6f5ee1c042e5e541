"""Grabs rectangles of the live display through mss (X11 shared memory, Windows GDI, macOS CoreGraphics).

In: a rectangle in absolute pixels. Out: a `Frame` of BGRA pixels. Used by the worker, one source per process.
"""

from contextlib import suppress

import mss
import mss.exception
import mss.models
import numpy as np

from aviator.core.clock import Clock
from aviator.core.errors import SightLost, UserMistake
from aviator.core.types import Frame, Rect

RETRY_S, RETRY_LATER_S = 0.25, 2.0
_FAILURES = (mss.exception.ScreenShotError, OSError, AssertionError)
"""Of these, mss raises the last where the connection to an X server breaks off between two grabs."""


def _open() -> mss.MSS:
    try:
        screen = mss.MSS()
        _ = screen.monitors  # asks the display for the first time
    except _FAILURES as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise UserMistake(f"There is no display to read ({reason}): start a desktop session or set DISPLAY.") from None
    return screen


def screen_rect(monitor: int = 1) -> Rect:
    """Where monitor number `monitor` lies (1 is the first; 0 all of them together), in absolute pixels."""
    with _open() as screen:
        if not 0 <= monitor < len(screen.monitors):
            raise UserMistake(f"screen.monitor is {monitor}, but there are monitors 1 to {len(screen.monitors) - 1} only.")
        return _rect(screen.monitors[monitor])


def monitor_rects() -> tuple[Rect, ...]:
    """Where each monitor lies, in absolute pixels; all of them as one where the system does not name them."""
    with _open() as screen:
        return tuple(_rect(monitor) for monitor in screen.monitors[1:] or screen.monitors[:1])


def _rect(monitor: mss.models.Monitor) -> Rect:
    return Rect(monitor["left"], monitor["top"], monitor["width"], monitor["height"])


class ScreenSource:
    """A `FrameSource` over the live display. Of a display that went away it asks ever less often whether it is back.

    Raises `UserMistake` where there is no display to begin with, unless it may `wait` for one.
    """

    def __init__(self, clock: Clock, wait: bool = False) -> None:
        self._clock = clock
        self._screen: mss.MSS | None = None
        self._area = Rect(0, 0, 0, 0)
        self._retry_at = float("-inf")
        self._pause_s = RETRY_S
        if not wait:
            self._open()

    def grab(self, rect: Rect) -> Frame:
        """The pixels of `rect` now. Raises `SightLost` when it does not lie on the screen, or the display is gone."""
        screen = self._screen or self._open_again("The display is gone.")
        if not self._area.contains(rect):
            off = f"The window ({rect.w}x{rect.h} at {rect.x}, {rect.y}) lies off the screen."
            screen = self._open_again(off)  # it may have another size by now
            if not self._area.contains(rect):
                raise SightLost(off)
        try:
            shot = screen.grab({"left": rect.x, "top": rect.y, "width": rect.w, "height": rect.h})
        except _FAILURES:
            locked = "The screen cannot be read: it may be locked."
            self._open_again(locked)
            raise SightLost(locked) from None
        self._retry_at, self._pause_s = float("-inf"), RETRY_S
        pixels = np.frombuffer(shot.raw, np.uint8).reshape(rect.h, rect.w, 4)
        return Frame(pixels, rect, self._clock.now(), self._clock.monotonic())

    def close(self) -> None:
        """Idempotent; the next `grab` opens the display again."""
        screen, self._screen = self._screen, None
        if screen is not None:
            with suppress(*_FAILURES):  # of a display that is gone nothing can be given back
                screen.close()

    def _open(self) -> mss.MSS:
        self._screen = _open()
        self._area = _rect(self._screen.monitors[0])
        return self._screen

    def _open_again(self, otherwise: str) -> mss.MSS:
        """Ask the display anew. Raises `SightLost` where it is gone, and, saying `otherwise`, where it was asked just before."""
        now = self._clock.monotonic()
        if now < self._retry_at:
            raise SightLost(otherwise)
        self._retry_at = now + self._pause_s
        self._pause_s = min(RETRY_LATER_S, 2 * self._pause_s)
        self.close()
        try:
            return self._open()
        except UserMistake:
            raise SightLost("The display is gone.") from None

"""Grabs rectangles of the live display through mss (X11 shared memory, Windows GDI, macOS CoreGraphics).

In: a rectangle in absolute pixels. Out: a `Frame` of BGRA pixels. Used by the worker, one source per process.
"""

import mss
import mss.exception
import numpy as np

from aviator.core.clock import Clock
from aviator.core.errors import UserMistake
from aviator.core.types import Frame, Rect


def _open() -> mss.MSS:
    try:
        return mss.MSS()
    except (mss.exception.ScreenShotError, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UserMistake(f"There is no display to read ({reason}): start a desktop session or set DISPLAY.") from None


def screen_rect(monitor: int = 1) -> Rect:
    """Where monitor number `monitor` lies (1 is the first; 0 all of them together), in absolute pixels."""
    with _open() as screen:
        if not 0 <= monitor < len(screen.monitors):
            raise UserMistake(f"screen.monitor is {monitor}, but there are monitors 1 to {len(screen.monitors) - 1} only.")
        m = screen.monitors[monitor]
        return Rect(m["left"], m["top"], m["width"], m["height"])


class ScreenSource:
    """A `FrameSource` over the live display."""

    def __init__(self, clock: Clock) -> None:
        self._screen = _open()
        self._clock = clock

    def grab(self, rect: Rect) -> Frame:
        """The pixels of `rect` now. Raises `UserMistake` when it does not lie on the screen."""
        try:
            shot = self._screen.grab({"left": rect.x, "top": rect.y, "width": rect.w, "height": rect.h})
        except mss.exception.ScreenShotError:
            raise UserMistake(
                f"The region {rect.w}x{rect.h} at ({rect.x}, {rect.y}) cannot be read: "
                "it is off the screen or the display is gone."
            ) from None
        pixels = np.frombuffer(shot.raw, np.uint8).reshape(rect.h, rect.w, 4)
        return Frame(pixels, rect, self._clock.now(), self._clock.monotonic())

    def close(self) -> None:
        self._screen.close()

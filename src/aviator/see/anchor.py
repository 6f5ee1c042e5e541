"""Finds a window again that was moved: by its anchor, a patch of the page that always looks the same.

In: the profile's anchor and pictures of the screen. Out: where the window lies now, or None - never a doubtful place, for the
next window may be another bookmaker's. Exact size only: a page that is zoomed is not found, and must not be. Worker process.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import cv2
import numpy as np

from aviator.core.ports import FrameSource
from aviator.core.types import Rect
from aviator.see.ink import Image
from aviator.see.regions import AnchorSpec

log = logging.getLogger(__name__)

SURE = 0.985
"""Correlation of the anchor with itself, drawn anew at another place: browsers place text on whole pixels when a window moves."""
RIVAL = 0.9
"""Another place that correlates so well makes the first one doubtful."""
SAME_GREY = 8.0
"""Correlation passes over brightness and contrast; the mean difference of the pixels must not be more than this."""
NEAR_PX = 80
"""Most windows that moved did not move far: so much around the old place is searched before the whole screen."""


def grey(pixels: Image) -> Image:
    """Rows x columns x BGRA -> rows x columns, as anchors are kept."""
    return cv2.cvtColor(np.ascontiguousarray(pixels[:, :, :3]), cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def find(anchor: Image, picture: Image) -> tuple[int, int] | None:
    """Where (x, y) `anchor` lies in `picture`, both grey; None where it does not, or might lie at two places."""
    h, w = anchor.shape
    if picture.shape[0] < h or picture.shape[1] < w:
        return None
    score = cv2.matchTemplate(picture, anchor, cv2.TM_CCOEFF_NORMED)
    # Where the picture is flat the correlation is not defined.
    np.nan_to_num(score, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    if best < SURE or cv2.absdiff(picture[y : y + h, x : x + w], anchor).mean() > SAME_GREY:
        return None
    score[max(0, y - h // 2) : y + h // 2 + 1, max(0, x - w // 2) : x + w // 2 + 1] = 0
    return (x, y) if cv2.minMaxLoc(score)[1] < RIVAL else None


class Tracker:
    """Looks for one bookmaker's window. `screen`: all that its source can show; `others`: windows that are not its own."""

    def __init__(self, anchor: AnchorSpec, window: Rect, screen: Rect, others: Sequence[Rect] = ()) -> None:
        assert anchor.picture is not None
        self.window = window
        self._picture = anchor.picture
        x, y, w, h = anchor.box
        self._box = Rect(x, y, w, h)
        self._screen = screen
        self._others = others
        self._refused: Rect | None = None

    def look(self, source: FrameSource, everywhere: bool = True) -> tuple[int, int] | None:
        """How far (right, down) the window was moved since the last call; None when it was not, or was not found.

        A search `everywhere` takes a tenth of a second on a usual screen, one around the old place a few milliseconds.
        """
        home = self._box.moved(self.window.x, self.window.y)
        near = _common(Rect(home.x - NEAR_PX, home.y - NEAR_PX, home.w + 2 * NEAR_PX, home.h + 2 * NEAR_PX), self._screen)
        for area in (near, self._screen if everywhere else None):
            if area and (place := find(self._picture, grey(source.grab(area).pixels))):
                shift = area.x + place[0] - home.x, area.y + place[1] - home.y
                return shift if shift != (0, 0) and self._follow(self.window.moved(*shift)) else None
        return None

    def _follow(self, window: Rect) -> bool:
        if self._screen.contains(window) and not any(_half(other, window) for other in self._others):
            self.window = window
            return True
        if window != self._refused:
            self._refused = window
            log.warning(
                "What looks like the window lies at %d, %d: partly off the screen, or where another one belongs",
                window.x,
                window.y,
            )
        return False


def _common(a: Rect, b: Rect) -> Rect | None:
    """What two rectangles have in common."""
    x, y = max(a.x, b.x), max(a.y, b.y)
    w, h = min(a.right, b.right) - x, min(a.bottom, b.bottom) - y
    return Rect(x, y, w, h) if w > 0 and h > 0 else None


def _half(own: Rect, window: Rect) -> bool:
    """Does `window` cover half of what belongs to another one?"""
    common = _common(own, window)
    return common is not None and 2 * common.w * common.h > own.w * own.h

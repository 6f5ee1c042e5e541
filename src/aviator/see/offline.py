"""Why nothing of a game can be read: in plain words, of what is seen and not of what might be guessed.

In: frames and looks while the game is lost. Out: a sentence's worth of reason. What the page itself says counts most; reading
that takes a tenth of a second and more, so it is done once for each picture that stays. Worker process.
"""

from __future__ import annotations

import cv2
import numpy as np

from aviator.core.types import Field, Frame
from aviator.see.anchor import SAME_GREY, grey
from aviator.see.ink import Image
from aviator.see.look import Look
from aviator.see.messages import meaning
from aviator.see.phase import Loss, Sight
from aviator.see.regions import Profile
from aviator.see.tesseract import Tesseract

STILL = "the page stands still"
OVERDUE = "the game does not go on: it shows the same phase for longer than one can last"
UNSEEN = "no picture of the screen came for a while"
NO_SCORE = "the multiplier cannot be read: something lies over it"
COVERED = "something lies over the game: a dialog or another window"
GONE = "nothing of the game is where it was learned: its window is covered, moved, zoomed or closed"
BLANK = "the page is blank"
BLACK = "all is black: the window is gone, or the screen is locked or asleep"

AGAIN_S = 1.0
"""While the game is lost its picture is judged so often (in seconds of a game at its usual pace)."""
WORDS_EVERY_S = 5.0
"""And its words are read at most so often, in seconds of the machine."""
_GRID = 8
"""Every so many pixels, across and down, are looked at."""
_ONE_COLOUR = 0.97
_DARK = 24
_CHANGED = 0.02
"""With so much of the picture changed, it may say something else."""
_MIDDLE = (0.3, 0.7), (0.2, 0.8)
"""The part of a picture, down and across, where pages speak up: more would take longer than a worker may stand still."""
_LEGIBLE_PX, _WIDEST_PX = 600, 1000
"""That part is made so wide where it is narrower, and no wider."""


class Diagnosis:
    """One bookmaker's. `pace` as in `PhaseMachine`."""

    def __init__(self, profile: Profile, pace: float, tesseract: Tesseract | None) -> None:
        self._profile = profile
        self._pace = pace
        self._tesseract = tesseract
        self._reason = UNSEEN
        self._due = 0.0
        self._said = ""
        self._words_due = 0.0
        self._told: Image | None = None

    def begin(self, loss: Loss, frame: Frame, look: Look) -> str:
        """The game was just lost from sight; why."""
        self._said, self._told, self._words_due = "", None, 0.0
        self._due = frame.at + AGAIN_S * self._pace
        if loss in {Loss.UNSEEN, Loss.OVERDUE}:
            self._reason = UNSEEN if loss is Loss.UNSEEN else OVERDUE
        elif look.sight is Sight.NOTHING:
            self._read_words(frame)
            self._reason = self._said or self._unseen(frame, look)
        else:  # it may only stall: no time for reading now
            self._reason = _still(look)
        return self._reason

    def go_on(self, frame: Frame, look: Look, sight: Sight) -> str:
        """It is still lost; what is seen now may tell more. `sight`: what the look was taken for."""
        if frame.at >= self._due and sight in {Sight.NOTHING, Sight.FROZEN}:
            self._due = frame.at + AGAIN_S * self._pace
            self._read_words(frame)
            self._reason = self._said or (self._unseen(frame, look) if look.sight is Sight.NOTHING else _still(look))
        return self._reason

    def _unseen(self, frame: Frame, look: Look) -> str:
        if colour := _only_colour(frame.pixels):
            return BLACK if max(colour) < _DARK else BLANK
        return COVERED if fields_read(look) or self._anchored(frame) else GONE

    def _anchored(self, frame: Frame) -> bool:
        """Is the patch that always looks the same where it belongs?"""
        anchor, extent = self._profile.anchor, self._profile.extent()
        if anchor is None or anchor.picture is None:
            return False
        x, y, w, h = anchor.box
        x, y = x - extent.x, y - extent.y
        if x < 0 or y < 0 or x + w > extent.w or y + h > extent.h:
            return False
        return bool(cv2.absdiff(grey(frame.pixels[y : y + h, x : x + w]), anchor.picture).mean() <= SAME_GREY)

    def _read_words(self, frame: Frame) -> None:
        if self._tesseract is None or frame.at < self._words_due:
            return
        small = np.ascontiguousarray(frame.pixels[::_GRID, ::_GRID, 1])
        if self._told is not None and (cv2.absdiff(small, self._told) > _DARK).mean() < _CHANGED:
            return
        self._told, self._words_due = small, frame.at + WORDS_EVERY_S
        self._said = meaning(self._tesseract.read_page(_middle(frame.pixels)))


def _still(look: Look) -> str:
    return NO_SCORE if look.sight is Sight.FLYING and look.score is None else STILL


def fields_read(look: Look) -> bool:
    """Is anything of text read but the score, whose place a message may have at other times?"""
    if look.strip and look.strip.values:
        return True
    return any(f is not Field.SCORE and r.value is not None for f, r in look.readings.items())


def _only_colour(pixels: Image) -> tuple[int, ...]:
    """The colour of nearly all of a picture, as B, G, R; empty where there is none."""
    sample = np.ascontiguousarray(pixels[::_GRID, ::_GRID]).view(np.uint32)
    colours, counts = np.unique(sample, return_counts=True)
    most = int(counts.argmax())
    if counts[most] < _ONE_COLOUR * counts.sum():
        return ()
    return tuple(int(colours[most]) >> shift & 0xFF for shift in (0, 8, 16))


def _middle(pixels: Image) -> Image:
    """The middle of a picture in grey, in a size that suits the recogniser."""
    h, w = pixels.shape[:2]
    down, across = (slice(int(begin * n), int(end * n)) for (begin, end), n in zip(_MIDDLE, (h, w), strict=True))
    middle = grey(pixels[down, across])
    scale = min(max(1.0, _LEGIBLE_PX / middle.shape[1]), _WIDEST_PX / middle.shape[1])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(middle, None, fx=scale, fy=scale, interpolation=way).astype(np.uint8, copy=False)

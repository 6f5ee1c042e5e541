"""Rehearsal: hands use a page while it is being learned, so that it shows what it never shows by itself.

In: a window whose fields were found by watching (`session`), and its page under the hands. Out: more for the calibration to
learn from: fields that were empty, every digit in the fields that are typed into, buttons that take back a bet. Nothing is
staked: a bet is queued only while a round is under way, and taken back at once; then everything is put back as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np

from aviator.calibrate.colours import CLOSE
from aviator.calibrate.formats import infer_format
from aviator.calibrate.page import GLANCE_S, Page, cut
from aviator.calibrate.panels import auto_captions
from aviator.calibrate.session import Calibration
from aviator.calibrate.shapes import ground
from aviator.calibrate.tokens import tokens
from aviator.core.errors import UserMistake
from aviator.core.types import Field, Frame
from aviator.see.ink import Image
from aviator.see.phase import Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import Box, Profile

log = logging.getLogger(__name__)

AMOUNTS = (Field.BET_AMOUNT_1, Field.BET_AMOUNT_2)
AUTOS = (Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2)
BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)
STAKES = ("12.34", "56.78", "90.12", "37.85", "64.09", "1234.56", "2468.37", "81.97", "45.60", "703.29", "158.46", "39.05")
STOPS = ("1.23", "4.56", "7.89", "10.20", "3.05", "98.76", "21.43", "6.57", "8.19", "35.40", "2.68", "47.91")
"""What is typed: together all digits, each at several places."""
LEAST_STAKE = "1"
"""Sites make the least they take of it."""
_TRIAL = "2"
"""Typed into a field that may be an auto cash-out; without decimals, for the site's mark is not known for sure yet."""
_REACH = 16
"""A field ends within so many times its caption's height beside it."""
_LEAST_WIDTH = 2.0
"""Fields are at least so many times as wide as their caption is high; switches are not."""
_ROUND_S, _TURNS_S = 120.0, 8.0
"""Nearly all rounds are shorter, of a game at its usual pace; a button has turned after so long, or will not."""
_SURE_LOOKS = 3
_TRIES = 3
_BET = "bet"


class Rehearsal:
    """One window. `pace`: the game's slowness, 1 for the usual one; `check` raises when the user wants to stop."""

    def __init__(self, calibration: Calibration, page: Page, pace: float, check: Callable[[], None]) -> None:
        self._calibration = calibration
        self._page = page
        self._pace = pace
        self._check = check
        survey, shot = calibration.survey, calibration.shots[0]
        if survey.landmark is None:
            raise UserMistake(
                "Nothing on this page always looks the same: its window would not be known again, so hands leave it alone."
            )
        page.know_by(survey.landmark, cut(shot.picture, survey.landmark))
        self._before = self._values()

    def find_autos(self) -> None:
        """Type something into auto cash-out fields that were empty, and look again for all fields."""
        boxes = self._empty_autos()
        if not boxes:
            return
        for box in boxes:
            self._page.fill(box, _TRIAL)
        frame = self._page.settled(boxes)
        self._calibration.study(frame.pixels, frame.at)
        for box in boxes:
            self._page.fill(box, "")
        self._calibration.find()

    def show_digits(self) -> None:
        """Let the fields that are typed into show all digits, then again what they showed before."""
        mark = self._decimal_mark()
        fields = [f for f in (*AMOUNTS, *AUTOS) if f in self._areas]
        try:
            for i in range(len(STAKES)):
                self._check()
                for f in fields:
                    self._page.fill(self._areas[f], _line_for(f, i).replace(".", mark))
                self._look(self._page.settled([self._areas[f] for f in fields]))
        finally:
            self._put_back()

    def queue_and_cancel(self, profile: Profile) -> list[Field]:
        """Press each button while a round is under way, and again at once. Returns those that did as they should.

        Raises `UserMistake` where a bet may be left in the queue.
        """
        return [b for b in BUTTONS if b in profile.buttons and _BET in profile.buttons[b].centres and self._queue(b, profile)]

    def _queue(self, button: Field, profile: Profile) -> bool:
        self._check()
        amount = AMOUNTS[BUTTONS.index(button)]
        box, reader = profile.buttons[button].box, MultiRegionReader(profile, (0, 0))
        if amount not in self._areas:
            return False
        self._page.fill(self._areas[amount], LEAST_STAKE)
        try:
            if not self._flying(button, reader):
                return False
            self._page.click(box)
            if not (frame := self._turned(button, reader, away=True)):
                log.warning("%s does not react to a click", button)
                return False
            self._page.clock.sleep(GLANCE_S)
            frames = [frame, self._page.frame()]
            self._cancel(button, box, reader)
        finally:
            self._put_back()
        for frame in frames:
            self._look(frame)
        self._calibration.study(frames[-1].pixels, frames[-1].at)
        return True

    def _cancel(self, button: Field, box: Box, reader: MultiRegionReader) -> None:
        """Whatever a button says that took a bet, one more click takes the bet back."""
        for _ in range(_TRIES):
            self._page.click(box)
            if self._turned(button, reader, away=False):
                return
        raise UserMistake(f"A bet was queued with {button} and cannot be taken back: look at the page.")

    def _flying(self, button: Field, reader: MultiRegionReader) -> bool:
        """Wait for a round under way, with the button ready. Its end alone lasts long enough to take a bet back."""
        looks = 0
        for frame in self._frames(_ROUND_S):
            sight = self._sight(frame, reader)
            looks = looks + 1 if sight is Sight.FLYING and self._state(frame, button, reader) == _BET else 0
            if looks >= _SURE_LOOKS:
                return True
        return False

    def _turned(self, button: Field, reader: MultiRegionReader, *, away: bool) -> Frame | None:
        """The picture on which the button has turned away from a bet, or back to it; None where it did not."""
        looks = 0
        for frame in self._frames(_TURNS_S):
            looks = looks + 1 if (self._state(frame, button, reader) != _BET) is away else 0
            if looks >= _SURE_LOOKS - 1:
                return frame
        return None

    def _frames(self, seconds: float) -> Iterator[Frame]:
        """Pictures for so long, of a game at its usual pace."""
        clock = self._page.clock
        deadline = clock.monotonic() + max(2.0, seconds * self._pace)
        while clock.monotonic() < deadline:
            self._check()
            yield self._page.frame()
            clock.sleep(GLANCE_S)

    @staticmethod
    def _state(frame: Frame, button: Field, reader: MultiRegionReader) -> str | None:
        reading = reader.read_field(button, _region(frame, reader, button), frame.at)
        return reading.text if reading else None

    @staticmethod
    def _sight(frame: Frame, reader: MultiRegionReader) -> Sight:
        score, phase = (reader.read_field(f, _region(frame, reader, f), frame.at) for f in (Field.SCORE, Field.PHASE))
        return reader.sight(score, phase)

    def _look(self, frame: Frame) -> None:
        self._calibration.look(frame.pixels, frame.at)

    @property
    def _areas(self) -> dict[Field, Box]:
        return {f: area.box for f, area in self._calibration.survey.areas.items()}

    def _values(self) -> dict[Field, Decimal]:
        """What the fields that are typed into show now; those that are missing are empty."""
        values: dict[Field, Decimal] = {}
        for shot in self._calibration.shots:
            found = shot.screen.fields
            values |= {f: value for f in (*AMOUNTS, *AUTOS) if f in found and (value := found[f].value) is not None}
        return values

    def _put_back(self) -> None:
        mark = self._decimal_mark()
        for f in (*AMOUNTS, *AUTOS):
            if f in self._areas and (f in self._before or f in AUTOS):
                value = self._before.get(f)
                self._page.fill(self._areas[f], f"{value:f}".replace(".", mark) if value is not None else "")
        self._page.settled([self._areas[f] for f in (*AMOUNTS, *AUTOS) if f in self._areas])

    def _decimal_mark(self) -> str:
        """As the multiplier is written."""
        scores = [s.screen.fields[Field.SCORE].text for s in self._calibration.shots if Field.SCORE in s.screen.fields]
        return infer_format(scores).decimal

    def _empty_autos(self) -> list[Box]:
        """The boxes of the fields beside the words "auto cash out" in which nothing was found."""
        survey, shot = self._calibration.survey, self._calibration.shots[-1]
        buttons = [survey.buttons[b] for b in BUTTONS if b in survey.buttons]
        captions = auto_captions(shot.lines, buttons, tokens(shot.lines, shot.picture[:, :, :3]))
        missing = [c for c, f in zip(captions, AUTOS, strict=False) if c and f not in survey.areas]
        return [box for caption in missing if (box := field_beside(shot.picture, caption))]


def _line_for(field: Field, i: int) -> str:
    """What to type i-th into a field; the two panels show different values, for a digit looks different beside another."""
    texts = STAKES if field in AMOUNTS else STOPS
    return texts[(i + 5 * (field in (AMOUNTS[1], AUTOS[1]))) % len(texts)]


def _region(frame: Frame, reader: MultiRegionReader, field: Field) -> Image:
    """The pixels of a field in a picture of the whole window."""
    x, y, w, h = reader.rect.x, reader.rect.y, reader.rect.w, reader.rect.h
    crop = reader.crop(field, Frame(frame.pixels[y : y + h, x : x + w], reader.rect, frame.at, frame.tick))
    assert crop is not None
    return crop


def field_beside(picture: Image, caption: Box) -> Box | None:
    """The field right of its caption: between two edges, wide enough for a number. None where there is none.

    The field's ground may be the page's own, then only its frame shows.
    """
    x, y, w, h = caption
    start, end = x + w + 1, min(picture.shape[1], x + w + _REACH * h)
    rows = slice(y + h // 2 - 1, y + h // 2 + 2)
    page = ground(np.ascontiguousarray(picture[y : y + h, x : x + w, :3]))
    off = np.abs(picture[rows, start:end, :3].astype(np.int16) - page.astype(np.int16)).max(axis=2).min(axis=0)
    other = np.flatnonzero(off > CLOSE // 3)
    if not other.size:
        return None
    first = int(other[0])
    runs = np.split(other, np.flatnonzero(np.diff(other) > 2) + 1)
    last = int(runs[0][-1])
    if last - first < _LEAST_WIDTH * h and len(runs) > 1:
        last = int(runs[1][-1])  # a frame around the page's own ground
    wide = last - first + 1
    return (start + first, y, wide, h) if wide >= _LEAST_WIDTH * h else None

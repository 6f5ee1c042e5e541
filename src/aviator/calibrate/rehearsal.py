"""Rehearsal: hands use a page while it is being learned, so that it shows what it never shows by itself.

In: a window whose fields were found by watching (`session`), and its page under the hands. Out: more for the calibration to
learn from: fields that were empty, and every digit in the fields that are typed into. `takeback` does the rest, with the buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from aviator.calibrate.colours import CLOSE
from aviator.calibrate.formats import infer_format
from aviator.calibrate.page import Page, cut
from aviator.calibrate.panels import auto_captions
from aviator.calibrate.session import Calibration
from aviator.calibrate.shapes import ground
from aviator.calibrate.takeback import TakeBack
from aviator.calibrate.tokens import tokens
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see.ink import Image
from aviator.see.regions import Box, Profile

AMOUNTS = (Field.BET_AMOUNT_1, Field.BET_AMOUNT_2)
AUTOS = (Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2)
BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)

SPREAD = 48
"""So many values are typed into each field: all digits, each at many places, for it is drawn a little differently at each."""
_OFTEN = 3
"""Values that will be bet with are typed so often: a drawing seen less often is not believed."""
_TRIAL = "2"
"""Typed into a field that may be an auto cash-out; without decimals, for the site's mark is not known for sure yet."""
_REACH = 16
"""A field ends within so many times its caption's height beside it."""
_LEAST_WIDTH = 2.0
"""Fields are at least so many times as wide as their caption is high; switches are not."""


StakedNumbers = Mapping[Field, Sequence[Decimal]]
"""The stakes and auto cash-outs that will be typed into the fields when bets are made."""


class Rehearsal:
    """One window. `pace`: the game's slowness, 1 for the usual one; `check` raises when the user wants to stop."""

    def __init__(
        self, calibration: Calibration, page: Page, pace: float, check: Callable[[], None], played: StakedNumbers | None = None
    ) -> None:
        self._played = played or {}
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

    @property
    def lines(self) -> int:
        """How many values are typed into each field."""
        return SPREAD + 2 * _OFTEN * max(map(len, self._played.values()), default=0)

    def type_in(self, i: int) -> None:
        """Type the i-th of so many `lines` into each field. When the page shows them, `photograph` it; at the end `put_back`."""
        self._check()
        for f in self._fields():
            self._page.fill(self._areas[f], _line(f, i, self._played.get(f, ())).replace(".", self.mark))

    def photograph(self) -> None:
        """Let the calibration see what was typed. REACTS_S after it was typed at the earliest."""
        frame = self._page.settled([self._areas[f] for f in self._fields()], 0.0)
        self._calibration.show(frame.pixels, frame.at, self._fields())

    def put_back(self) -> None:
        """Let the fields show what they showed before."""
        for f in self._fields():
            value = self._before.get(f)
            self._page.fill(self._areas[f], "" if value is None else f"{value:f}".replace(".", self.mark))
        self._page.settled([self._areas[f] for f in self._fields()])

    def take_back(self, profile: Profile) -> TakeBack:
        """What to do next on the page, with the profile learned so far."""
        return TakeBack(self._calibration, self._page, profile, self._pace, self.mark, self._before.get(Field.BALANCE))

    @property
    def mark(self) -> str:
        """The decimal mark, as the multiplier is written."""
        scores = [s.screen.fields[Field.SCORE].text for s in self._calibration.shots if Field.SCORE in s.screen.fields]
        return infer_format(scores).decimal

    @property
    def _areas(self) -> dict[Field, Box]:
        return {f: area.box for f, area in self._calibration.survey.areas.items()}

    def _values(self) -> dict[Field, Decimal]:
        """What the fields that are typed into show now, and the balance; those that are missing are empty."""
        values: dict[Field, Decimal] = {}
        for shot in self._calibration.shots:
            found = shot.screen.fields
            values |= {
                f: value for f in (*AMOUNTS, *AUTOS, Field.BALANCE) if f in found and (value := found[f].value) is not None
            }
        return values

    def _fields(self) -> list[Field]:
        """The fields to type into: amounts of which is known what they showed, and auto cash-outs, which may have been empty."""
        return [f for f in (*AMOUNTS, *AUTOS) if f in self._areas and (f in self._before or f in AUTOS)]

    def _empty_autos(self) -> list[Box]:
        """The boxes of the fields beside the words "auto cash out" in which nothing was found."""
        survey, shot = self._calibration.survey, self._calibration.shots[-1]
        buttons = [survey.buttons[b] for b in BUTTONS if b in survey.buttons]
        captions = auto_captions(shot.lines, buttons, tokens(shot.lines, shot.picture[:, :, :3]))
        missing = [c for c, f in zip(captions, AUTOS, strict=False) if c and f not in survey.areas]
        return [box for caption in missing if (box := field_beside(shot.picture, caption))]


def _line(field: Field, i: int, played: Sequence[Decimal]) -> str:
    """What is typed as the i-th line: after the spread, every other time what will be played."""
    later, other = divmod(i - SPREAD, 2)
    return f"{played[later % len(played)]:f}" if played and later >= 0 and not other else _text(field, i % SPREAD)


def _text(field: Field, i: int) -> str:
    """The i-th value for a field. The numbers that such multiples leave are spread evenly, and no two are alike."""
    i += SPREAD // 2 * (field in (AMOUNTS[1], AUTOS[1]))
    if field in AUTOS:
        return f"{Decimal(101 + i * 6181 % (8899 if i % 3 == 0 else 899)) / 100}"
    return f"{Decimal(1000 + i * 38197 % (489000 if i % 6 == 0 else 89000)) / 100}"


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

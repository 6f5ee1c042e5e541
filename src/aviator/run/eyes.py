"""How hands see one bookmaker's window: a fresh picture of its bet panels, balance and phase, whenever they ask.

In: the profile, the window's place, pixels. Out: `WindowView`s, places to click, values as this site wants them typed; on demand
the crops that were read, as evidence. Thread `hands` of the engine process; it knows nothing of what the worker sees.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from decimal import Decimal

import cv2
import numpy as np

from aviator.calibrate.panels import state_of
from aviator.core.bets import PANELS, ButtonState, PanelView, WindowView
from aviator.core.clock import Clock
from aviator.core.errors import UserMistake
from aviator.core.ports import FrameSource
from aviator.core.types import Field, Frame, Phase, Rect
from aviator.run.keepsakes import Keepsakes
from aviator.see import anchor
from aviator.see.anchor import Tracker
from aviator.see.capture import ScreenSource
from aviator.see.glyphs import INKED
from aviator.see.ink import Image, parse_colour
from aviator.see.phase import Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import FieldSpec, Profile
from aviator.see.tesseract import SHARED, Tesseract

log = logging.getLogger(__name__)

ZERO = Decimal("0.00")
SEARCH_EVERY_S = 1.0
"""A window that is not near its place is looked for on the whole screen no more often than this."""
_DASH = 0.35
"""What stands in an empty field is no higher than so much of a line: a dash."""
_PALE = (90, 230)
"""Ink of text that is there, but not in its full strength."""
_WORDS_PX = 96
"""Buttons are enlarged to about this height before their words are read."""
_AMOUNTS = (Field.BET_AMOUNT_1, Field.BET_AMOUNT_2)
_AUTOS = (Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2)
_BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)
_LOOKED_AT = (Field.SCORE, Field.PHASE, Field.BALANCE, *_AMOUNTS, *_AUTOS, *_BUTTONS)
_PHASES = {Sight.WAITING: Phase.BETTING, Sight.FLYING: Phase.PLAYING, Sight.ENDED: Phase.ENDED}
_UNSEEN = (PanelView(None, None, None), PanelView(None, None, None))


class ScreenEyes:
    """`core.ports.Eyes` over a screen. `screen`: all that can be seen, where a window that moved is looked for; `others`: windows
    that are not its own. The display is opened at the first look, by the thread that looks.

    Raises `UserMistake` where the profile has no landmark, without which nobody knows whether the window is where it should be.
    """

    def __init__(
        self,
        profile: Profile,
        window: Rect,
        screen: Rect,
        clock: Clock,
        *,
        others: Sequence[Rect] = (),
        keepsakes: Keepsakes | None = None,
        source: FrameSource | None = None,
        tesseract: Tesseract = SHARED,
    ) -> None:
        if profile.anchor is None or profile.anchor.picture is None:
            raise UserMistake(
                f"The profile {profile.name} has no landmark to know its window by: learn it again with `aviator calibrate`."
            )
        self._profile = profile
        self._clock = clock
        self._landmark = profile.anchor.picture
        self._boxes = profile.boxes()
        x, y, w, h = profile.anchor.box
        self._home = Rect(x, y, w, h)
        self._extent = Rect.around([profile.extent(), self._home])
        self._source = source or ScreenSource(clock, wait=True)
        self._tracker = Tracker(profile.anchor, window, screen, others)
        self._search_at = float("-inf")
        self._reader = MultiRegionReader(profile, (0, 0), tesseract, opinion_every_s=0.0)
        self._tesseract = tesseract
        self._words: dict[bytes, ButtonState | None] = {}
        self._keepsakes = keepsakes

    def look(self) -> WindowView:
        """A fresh picture, read; nothing is read off a window that is not in place. Raises `SightLost` where there is none."""
        at = self._clock.now()
        frame = self._source.grab(self._extent.moved(self._tracker.window.x, self._tracker.window.y))
        if anchor.find(self._landmark, anchor.grey(self._crop(frame, self._home))) is None:
            self._seek()
            return WindowView(at, False, Phase.UNKNOWN, None, _UNSEEN)
        crops: dict[Field, Image] = {f: self._crop(frame, Rect(*self._boxes[f])) for f in _LOOKED_AT if f in self._boxes}
        if self._keepsakes:
            self._keepsakes.keep(crops)
        first, second = (self._panel(number, crops, at) for number in PANELS)
        return WindowView(at, True, self._phase(crops, at), self._value(Field.BALANCE, crops, at), (first, second))

    def place(self, field: Field) -> tuple[int, int]:
        """Where on the screen to click for this field: the middle of its box, where the window was last seen."""
        if field not in self._boxes:
            raise UserMistake(
                f"The profile {self._profile.name} does not know the {str(field).replace('_', ' ')}: learn it again with "
                "`aviator calibrate`, and let it use the page."
            )
        (x, y, w, h), window = self._boxes[field], self._tracker.window
        return window.x + x + w // 2, window.y + y + h // 2

    def typed(self, field: Field, value: Decimal) -> str:
        """The value as this site wants it typed: its decimal mark, no thousands, no currency, cents only where there are some."""
        spec = self._profile.fields.get(field)
        if spec is None or spec.format.decimals == (0,):
            spec = self._profile.fields[Field.SCORE]  # a number with decimals on every site
        text = f"{value:.0f}" if value == value.to_integral_value() else f"{value:.2f}"
        return text.replace(".", spec.format.decimal)

    def close(self) -> None:
        self._source.close()

    def _crop(self, frame: Frame, box: Rect) -> Image:
        x, y = box.x - self._extent.x, box.y - self._extent.y
        return frame.pixels[y : y + box.h, x : x + box.w]

    def _seek(self) -> None:
        """Look for the window where it is not. Once found it is looked at there from the next time on."""
        now = self._clock.monotonic()
        if everywhere := now >= self._search_at:
            self._search_at = now + SEARCH_EVERY_S
        if shift := self._tracker.look(self._source, everywhere):
            log.info("%s: the window moved by %d, %d pixels", self._profile.name, *shift)

    def _phase(self, crops: dict[Field, Image], at: float) -> Phase:
        """Of this picture alone. A multiplier that cannot be read may be in flight or at its end."""
        score, colour = (self._reader.read_field(f, crops[f], at) for f in (Field.SCORE, Field.PHASE))
        if score is not None and score.value is None:
            return Phase.UNKNOWN
        return _PHASES.get(self._reader.sight(score, colour), Phase.UNKNOWN)

    def _panel(self, number: int, crops: dict[Field, Image], at: float) -> PanelView:
        amount, auto, button = (fields[number - 1] for fields in (_AMOUNTS, _AUTOS, _BUTTONS))
        cash_out = None
        if auto in crops:
            cash_out = ZERO if empty(self._profile, auto, crops[auto]) else self._value(auto, crops, at)
        state = self._button(button, crops[button], at) if button in crops else None
        return PanelView(self._value(amount, crops, at), cash_out, state)

    def _value(self, field: Field, crops: dict[Field, Image], at: float) -> Decimal | None:
        if field not in crops:
            return None
        reading = self._reader.read_field(field, undimmed(self._profile.fields[field], crops[field]), at)
        return reading.value if reading else None

    def _button(self, field: Field, crop: Image, at: float) -> ButtonState | None:
        """By its colour; by its words where it has none that was learned."""
        reading = self._reader.read_field(field, crop, at)
        if reading and reading.text:
            return ButtonState(reading.text)
        pixels = crop.tobytes()
        if pixels not in self._words:
            self._words = {pixels: self._read_words(crop)}
        return self._words[pixels]

    def _read_words(self, crop: Image) -> ButtonState | None:
        scale = max(1.0, _WORDS_PX / crop.shape[0])
        large = cv2.resize(anchor.grey(crop), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        states = {state_of(line) for line in self._tesseract.read_page(np.asarray(large, np.uint8))} - {None}
        return ButtonState(str(states.pop())) if len(states) == 1 else None


def undimmed(spec: FieldSpec, crop: Image) -> Image:
    """The crop with its text as strong as it was learned, where it is paler: fields are while a bet stands."""
    ink = spec.inks[0]
    strength = int(ink.ink().of(crop).max()) if ink.on_ground else 255
    if not _PALE[0] <= strength < _PALE[1]:
        return crop
    r, g, b = parse_colour(ink.colour)
    ground, gain = np.array((b, g, r, 255), np.float32), 255 / strength
    return np.clip(ground + (crop.astype(np.float32) - ground) * gain + 0.5, 0, 255).astype(np.uint8)


def empty(profile: Profile, field: Field, crop: Image) -> bool:
    """Does nothing stand in the field, or no more than a dash?"""
    spec: FieldSpec = profile.fields[field]
    line = profile.atlases[spec.font].line
    above, below = line.above * line.scale, line.below * line.scale
    ink = spec.inks[0].ink().of(np.ascontiguousarray(crop[spec.base - above : spec.base + below]))
    rows = np.flatnonzero((ink > INKED).any(axis=1))
    return not rows.size or int(rows[-1] - rows[0]) + 1 <= _DASH * above

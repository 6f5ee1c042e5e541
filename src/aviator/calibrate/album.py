"""Collects what a window's fields look like over time: every different picture of each area, and the regions' mean colours.

In: pictures of the window with their times, after a `Survey`. Kept: crops, not windows; beyond a limit every other one goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aviator.calibrate.colours import Mean, mean_colour
from aviator.calibrate.survey import Survey
from aviator.core.types import Field
from aviator.see.ink import Image
from aviator.see.regions import Box

_MOST_BYTES = 60_000_000
"""Crops of one field take so much memory at most; then every other one goes."""

_VALUE = 7.0
"""A value on the strip is about so many heights of its digits wide, at most."""


@dataclass(frozen=True, slots=True)
class Snap:
    """One picture of a field's area (rows x columns x BGRA), first seen at `at`."""

    pixels: Image
    at: float


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture of the window: the mean colours of its regions, and since when it showed what the score's area shows; None
    where that was not kept."""

    at: float
    means: dict[Field, Mean]
    score_at: float | None = None


@dataclass(slots=True)
class _Roll:
    """The different pictures of one area, in the order they came."""

    snaps: list[Snap] = field(default_factory=list)
    every: int = 1
    _waiting: int = 0
    _last: bytes = b""
    _shown_at: float | None = None

    def add(self, pixels: Image, at: float) -> float | None:
        """The time of the picture that shows this, None where it was passed over."""
        now = pixels.tobytes()
        if now == self._last:
            return self._shown_at
        self._last = now
        self._waiting += 1
        if self._waiting < self.every and self.snaps:
            self._shown_at = None
            return None
        self._waiting, self._shown_at = 0, at
        self.snaps.append(Snap(pixels.copy(), at))
        if len(self.snaps) * len(now) > _MOST_BYTES:
            del self.snaps[1::2]
            self.every *= 2
        return at


class Album:
    """Everything seen of one window since its survey."""

    def __init__(self, survey: Survey) -> None:
        self._regions: dict[Field, Box] = {Field.PHASE: survey.board, **survey.buttons}
        self._areas = {f: area.box for f, area in survey.areas.items()}
        if strip := survey.areas.get(Field.HISTORY):
            self._areas[Field.HISTORY] = _wider(strip.box, round(_VALUE * strip.height), survey.window[0])
        self._rolls = {f: _Roll() for f in self._areas}
        self.moments: list[Moment] = []

    def add(self, picture: Image, at: float) -> None:
        """What everything looks like, in a picture that is one of many at a steady rate."""
        shown = {f: self._rolls[f].add(_crop(picture, box), at) for f, box in self._areas.items()}
        means = {f: mean_colour(_crop(picture, box)) for f, box in self._regions.items()}
        self.moments.append(Moment(at, means, shown.get(Field.SCORE)))

    def add_fields(self, picture: Image, at: float, fields: Iterable[Field]) -> None:
        """What these fields look like, in a picture that was taken for their sake."""
        for f in fields:
            if f in self._areas:
                self._rolls[f].add(_crop(picture, self._areas[f]), at)

    def box(self, f: Field) -> Box:
        """What the pictures of a field show: its area, of the strip also what may belong to it at both ends."""
        return self._areas[f]

    def snaps(self, f: Field) -> list[Snap]:
        return self._rolls[f].snaps

    def snaps_within(self, f: Field, box: Box) -> list[Snap]:
        """The pictures, cut to a `box` that lies within theirs."""
        x, y = box[0] - self._areas[f][0], box[1] - self._areas[f][1]
        return [Snap(_crop(snap.pixels, (x, y, box[2], box[3])), snap.at) for snap in self._rolls[f].snaps]


def _wider(box: Box, by: int, width: int) -> Box:
    x, y, w, h = box
    left, right = max(0, x - by), min(width, x + w + by)
    return left, y, right - left, h


def _crop(picture: Image, box: Box) -> Image:
    x, y, w, h = box
    return picture[y : y + h, x : x + w]

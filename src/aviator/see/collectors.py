"""PhaseCollector and RGBCollector: phase changes and colour samples as facts. Pure.

In: phase changes; frames' regions. Out: `PhaseChanged`, `RgbSampled`.
"""

from collections.abc import Callable, Mapping, Sequence

import cv2

from aviator.core.events import PhaseChanged, RgbSampled
from aviator.core.types import BookmakerId
from aviator.see.ink import Image
from aviator.see.phase import Change, Loss

RGB_EVERY_S = 0.5


class PhaseCollector:
    """Every change of phase becomes a fact."""

    def __init__(self, bookmaker: BookmakerId) -> None:
        self._bookmaker = bookmaker

    def step(self, changes: Sequence[Change], why: Callable[[Loss], str] = lambda _: "") -> list[PhaseChanged]:
        """`why` gives the reason for a game being lost from sight."""
        return [PhaseChanged(self._bookmaker, c.at, c.before, c.after, why(c.loss) if c.loss else "") for c in changes]


class RGBCollector:
    """Twice a second the mean and spread of each region's colours."""

    def __init__(self, bookmaker: BookmakerId) -> None:
        self._bookmaker = bookmaker
        self._due = float("-inf")

    def step(self, at: float, regions: Callable[[], Mapping[str, Image]]) -> list[RgbSampled]:
        """`regions` gives name -> rows x columns x BGRA; called only when a sample is due."""
        if at < self._due:
            return []
        self._due = max(self._due + RGB_EVERY_S, at + RGB_EVERY_S / 2)
        return [self._sample(at, name, pixels) for name, pixels in regions().items()]

    def _sample(self, at: float, name: str, pixels: Image) -> RgbSampled:
        mean, spread = cv2.meanStdDev(pixels)
        b, g, r = (round(float(v), 2) for v in mean[:3, 0])
        bs, gs, rs = (round(float(v), 2) for v in spread[:3, 0])
        return RgbSampled(self._bookmaker, at, name, r, g, b, rs, gs, bs)

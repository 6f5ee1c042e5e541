"""What one region of a window last showed: its pixels, to see whether they changed, or the state that its mean colour tells.

In: frames. Out: crops and readings. Worker process.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from aviator.core.types import Field, Frame, Method, Reading
from aviator.see.ink import Image, parse_colour
from aviator.see.regions import Box, ColourSpec

COLOUR_NEAR = 26
"""A region's mean colour this close to a learned centre is that state."""
COLOUR_SAMPLE = 4
"""Every so many pixels, across and down, of a region go into its mean colour."""


class Region:
    """One region of the frame and what was last made of it. `matters`: the part of its pixels that its reading depends on."""

    def __init__(self, box: Box, matters: tuple[slice, slice]) -> None:
        self.box = x, y, w, h = box
        down, across = matters
        self._place = slice(y, y + h), slice(x, x + w)
        self._matters = _within(y, h, down), _within(x, w, across)
        self._last = b""
        self.reading: Reading | None = None

    def crop(self, frame: Frame) -> Image:
        return frame.pixels[self._place]

    def changed(self, packed: npt.NDArray[np.uint32]) -> bool:
        """Did a pixel that matters change since the last call? `packed`: the frame with one number a pixel."""
        now = packed[self._matters].tobytes()
        if now == self._last:
            return False
        self._last = now
        return True


class Palette:
    """The states of a region that is known by its mean colour."""

    def __init__(self, spec: ColourSpec) -> None:
        self._states = [state for state, colours in spec.centres.items() for _ in colours]
        self._centres = np.array([parse_colour(c)[::-1] for colours in spec.centres.values() for c in colours], np.float64)

    def read(self, field: Field, crop: Image, at: float) -> Reading | None:
        """The state whose learned mean colour is closest; None when none is close."""
        # As whole pixels: copying single bytes would take ten times as long.
        sample = np.ascontiguousarray(crop.view(np.uint32)[::COLOUR_SAMPLE, ::COLOUR_SAMPLE, 0])
        away = np.abs(self._centres - cv2.mean(sample.view(np.uint8).reshape(-1, 1, 4))[:3]).max(axis=1)
        nearest = int(away.argmin())
        off = float(away[nearest])
        return Reading(field, None, self._states[nearest], 1 - off / 255, Method.COLOUR, at) if off <= COLOUR_NEAR else None


def _within(start: int, length: int, part: slice) -> slice:
    """A part of the stretch of `length` from `start` on, as a slice of the whole."""
    first, last, step = part.indices(length)
    return slice(start + first, start + last, step)

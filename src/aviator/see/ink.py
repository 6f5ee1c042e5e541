"""Turns coloured pixels into ink: one channel, 0 where there is none, 255 where a stroke covers the pixel fully.

Text over a plain ground is found by its distance from the ground, values on grounds of their own by the distance from what
is right above them; text over moving rays, glow and curves by its closeness to the text's own colour.
Distance is the largest difference over the three channels (Chebyshev): for a pixel that
anti-aliasing mixed as a*text + (1-a)*ground it is proportional to a, so ink is the stroke's coverage.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Red, green, blue, 0..255."""


def parse_colour(text: str) -> Colour:
    """`#rrggbb` -> (r, g, b). Raises ValueError on anything else."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"{text!r} is not a colour like #28a909")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def format_colour(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


_FAINTEST = 0.4
"""Text on grounds of its own has at least this share of the usual contrast."""
_TRACE = 40
"""Ink that a soft edge leaves."""
_STEPS = 4
"""Steps of ink over scenery."""


@dataclass(frozen=True)
class Ink:
    """How to find one field's strokes: away from `colour` when `on_ground`, else close to it.

    `span` is the distance between the colours of text and ground. With `by_columns` each column has a ground of its own: the
    colour of its uppermost pixel, where nothing is written. Pills, their borders and gradients are no ink then, and texts of
    different colours have the same ink.
    """

    colour: Colour
    span: int
    on_ground: bool
    by_columns: bool = False

    def of(self, pixels: Image) -> Image:
        """Rows x columns x BGRA -> rows x columns of ink."""
        if self.by_columns:
            return self._off_columns(pixels)
        away = cv2.absdiff(pixels, self._bgra)
        nearest = np.maximum(np.maximum(away[:, :, 0], away[:, :, 1]), away[:, :, 2])
        return cv2.LUT(nearest, self._table)  # type: ignore[return-value]

    def _off_columns(self, pixels: Image) -> Image:
        away = np.ascontiguousarray(cv2.absdiff(pixels, np.broadcast_to(pixels[:1], pixels.shape))[:, :, :3]).max(axis=2)
        # The strongest ink around tells the text's own contrast; where there is none, noise must stay noise.
        reach = 2 * (pixels.shape[0] // 2) + 1
        strongest = cv2.dilate(away.max(axis=0, keepdims=True), np.ones((1, reach), np.uint8))
        span = np.maximum(strongest.astype(np.float32), _FAINTEST * self.span)
        ink = np.asarray(np.round(255 * np.minimum(away / np.maximum(span, 1), 1)), np.uint8)
        # Strokes that reach the first or the last row are a pill's outline: text has room above and below.
        count, marked, stats, _ = cv2.connectedComponentsWithStats((ink > _TRACE).astype(np.uint8), connectivity=8)
        tops, lows = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT]
        whole = (tops > 1) & (lows < len(ink)) & (np.arange(count) > 0)
        near = cv2.dilate(whole[marked].astype(np.uint8), np.ones((3, 3), np.uint8))
        return np.where(near > 0, ink, 0).astype(np.uint8)

    @cached_property
    def _bgra(self) -> npt.NDArray[np.float64]:
        r, g, b = self.colour
        return np.array((b, g, r, 255), np.float64)

    @cached_property
    def _table(self) -> Image:
        """Distance -> ink, as a look-up table of 256 entries."""
        away = np.clip(np.arange(256) / max(1, self.span), 0.0, 1.0)
        if self.on_ground:
            return np.round(255 * away).astype(np.uint8)
        # Scenery moves behind the text and shimmers through its edges. In few steps most digits look the same again and again,
        # and what was read before need not be read anew. A trace below 0.225 is none.
        return np.round(255 / _STEPS * np.floor(_STEPS * (1.0 - away) + 0.1)).astype(np.uint8)

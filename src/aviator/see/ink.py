"""Turns coloured pixels into ink: one channel, 0 where there is none, 255 where a stroke covers the pixel fully.

Text over a plain ground is found by its distance from the ground; text over moving rays, glow and curves by its closeness
to the text's own colour. Distance is the largest difference over the three channels (Chebyshev): for a pixel that
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


_STEPS = 4
"""Steps of ink over scenery."""


@dataclass(frozen=True)
class Ink:
    """How to find one field's strokes: away from `colour` when `on_ground`, else close to it.

    `span` is the distance between the colours of text and ground.
    """

    colour: Colour
    span: int
    on_ground: bool

    def of(self, pixels: Image) -> Image:
        """Rows x columns x BGRA -> rows x columns of ink."""
        away = cv2.absdiff(pixels, self._bgra)
        nearest = np.maximum(np.maximum(away[:, :, 0], away[:, :, 1]), away[:, :, 2])
        return cv2.LUT(nearest, self._table)  # type: ignore[return-value]

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

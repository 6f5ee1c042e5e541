"""Finds the colours of a field's text and ground, and the mean colours that tell states apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from aviator.see.ink import Colour, Image, format_colour
from aviator.see.region_state import COLOUR_SAMPLE
from aviator.see.regions import InkSpec

CLOSE = 14
"""Colours this close (Chebyshev) are the same, as far as a compressed or dithered picture can tell."""

_COARSE = np.uint8(0xF8)
_APART = 3 * CLOSE
"""A text is at least this far from what is usual beside it, or nobody could read it."""

_SCENERY_PERCENTILE = 15
"""The scenery's nearest usual colours are no ink yet; what is nearer still is a curve in the text's own colour."""

_ONE_GROUND = 0.9
"""So much of what is above the values of a strip has its colour, where it has but one."""

_WORTH = 0.1
"""A colour is a candidate for the text's if it stands out of the scenery at least this much as well as the best."""

Mean = tuple[float, float, float]
"""Red, green, blue, 0..255."""


def ground_ink(crops: Sequence[Image]) -> InkSpec:
    """For text over a plain ground: how to tell it from the ground. In: areas in which such texts stand."""
    ground = common_colour(np.concatenate([_pixels(c) for c in crops]))
    strokes = [s for s in (_strokes(c, ground) for c in crops) if s.size]
    peaks = [np.percentile(s, 90) for s in strokes]
    # A field that is locked now and then, and dimmed with it, must be read then, too.
    return InkSpec(format_colour(ground), int(np.percentile(peaks, 25)) if peaks else 255, on_ground=True)


def strip_ink(rows: Sequence[Image]) -> InkSpec:
    """For values that may stand on grounds of their own: one ground where there is one, else that of each column.

    In: rows of values, with ground above them.
    """
    tops = np.concatenate([_pixels(row[:1]) for row in rows])
    ground = common_colour(np.concatenate([_pixels(row) for row in rows]))
    if (away(tops, ground) <= CLOSE).mean() > _ONE_GROUND:
        return ground_ink(rows)
    off = [np.abs(row.astype(np.int16) - row[:1]).max(axis=(0, 2)) for row in rows]
    peaks = np.concatenate([o[o > 3 * CLOSE] for o in off])
    span = int(np.percentile(peaks, 50)) if peaks.size else 255
    return InkSpec(format_colour(ground), max(1, span), on_ground=True, by_columns=True)


def text_ink(pairs: Sequence[tuple[Image, Image]], when: str) -> InkSpec:
    """For text over scenery that moves: how to tell it by its own colour. In: pixels where text stands, and beside it."""
    inside, beside = [_pixels(i) for i, _ in pairs], [_pixels(b) for _, b in pairs]
    text = text_colour(inside, beside)
    span = int(_scenery_distance(np.concatenate(beside), text))
    return InkSpec(format_colour(text), max(_APART, span), on_ground=False, when=when)


def text_colour(inside: Sequence[Image], beside: Sequence[Image]) -> Colour:
    """The colour that is common where the text stands and rare beside it. In: n x RGB.

    Colours are counted in coarse steps, for a compressed picture shows no colour twice. Moving scenery shows colours
    that are common in one place by chance: one that is near to what is usual beside the text is passed over for one that is not.
    """
    pixels, scenery = np.concatenate(inside), np.concatenate(beside)
    here, there = _histogram(pixels & _COARSE), _histogram(scenery & _COARSE)
    scale = sum(map(len, inside)) / max(1, sum(map(len, beside)))
    excess = {_centre(c): here[c] - scale * there[c] for c in here}
    best, *others = sorted(excess, key=lambda c: -excess[c])
    enough = _WORTH * excess[best]
    candidates = [best, *(c for c in others if excess[c] >= enough)]
    step = next((c for c in candidates if _scenery_distance(scenery, c) > _APART), best)
    return _whole(np.median(pixels[away(pixels, step) <= CLOSE], axis=0))


def _scenery_distance(scenery: Image, colour: Colour) -> float:
    """How far from `colour` the nearest usual colours of n x RGB pixels are."""
    return float(np.percentile(away(scenery, colour), _SCENERY_PERCENTILE)) if len(scenery) else 255.0


def _centre(step: Colour) -> Colour:
    r, g, b = step
    return r + 4, g + 4, b + 4


def colour_in(inside: Image, beside: Image) -> Colour:
    """`text_colour` of one picture (rows x columns x BGRA)."""
    return text_colour([_pixels(inside)], [_pixels(beside)])


def mean_colour(crop: Image) -> Mean:
    """The mean colour of a region, as the reader takes it."""
    b, g, r = cv2.mean(np.ascontiguousarray(crop[::COLOUR_SAMPLE, ::COLOUR_SAMPLE]))[:3]
    return r, g, b


def centres(means: Sequence[Mean], count: int = 4) -> tuple[str, ...]:
    """K-means centres of mean colours, as `#rrggbb`."""
    points = np.array(means, np.float32)
    if (k := min(count, len(np.unique(points.round(), axis=0)))) == 1:
        return (format_colour(_whole(points.mean(axis=0))),)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 0.1)
    cv2.setRNGSeed(1)
    _, _, found = cv2.kmeans(points, k, None, stop, 5, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    return tuple(sorted({format_colour(_whole(centre)) for centre in found}))


def _whole(mean: npt.NDArray[np.float32]) -> Colour:
    r, g, b = (round(float(v)) for v in mean)
    return r, g, b


def away(pixels: Image, colour: Colour) -> npt.NDArray[np.int16]:
    """Chebyshev distance of n x RGB pixels from `colour`."""
    apart: npt.NDArray[np.int16] = np.abs(pixels.astype(np.int16) - np.array(colour, np.int16)).max(axis=1)
    return apart


def common_colour(pixels: Image) -> Colour:
    """The most frequent colour of n x RGB pixels."""
    (colour, _), *_ = _histogram(pixels).most_common(1)
    return colour


def _strokes(crop: Image, ground: Colour) -> npt.NDArray[np.int16]:
    """How far from the ground the pixels are that are not of it."""
    apart = away(_pixels(crop), ground)
    return apart[apart > 3 * CLOSE]


def _pixels(image: Image) -> Image:
    """Rows x columns x BGRA -> n x RGB."""
    return image[:, :, 2::-1].reshape(-1, 3)


def _histogram(pixels: Image) -> Counter[Colour]:
    # One number a colour: sorting those is many times faster than sorting rows.
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    return Counter({(int(c) >> 16, int(c) >> 8 & 255, int(c) & 255): int(n) for c, n in zip(colours, counts, strict=True)})

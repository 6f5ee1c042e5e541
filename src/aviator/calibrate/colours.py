"""Finds the colours of a field's text and ground, and the mean colours that tell states apart."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import numpy.typing as npt

from aviator.calibrate.samples import Text, crop
from aviator.see.ink import Colour, Image, format_colour
from aviator.see.reader import COLOUR_SAMPLE
from aviator.see.regions import InkSpec

_CLOSE = 14


def ground_ink(pictures: list[tuple[Image, Text]]) -> InkSpec:
    """For text over a plain ground: how to tell it from the ground. In: whole windows and where in them the text stands."""
    inside = [_pixels(crop(p, t.ink_box)) for p, t in pictures]
    ground = _mode(np.concatenate(inside))
    peaks = [np.percentile(a, 97) for a in (_away(i, ground) for i in inside) if a.max() > 3 * _CLOSE]
    return InkSpec(format_colour(ground), int(np.percentile(peaks, 25)), on_ground=True)


def text_ink(pictures: list[tuple[Image, Text]], when: str) -> InkSpec:
    """For text over scenery that moves: how to tell it by its own colour."""
    inside = [_pixels(crop(p, t.ink_box)) for p, t in pictures]
    beside = [_pixels(_rim(p, t)) for p, t in pictures]
    text = _text_colour(inside, beside)
    span = int(np.median(np.concatenate([_away(b, text) for b in beside])))
    return InkSpec(format_colour(text), span, on_ground=False, when=when)


def mean_centres(crops: list[Image], count: int = 4) -> tuple[str, ...]:
    """K-means centres of the crops' mean colours, as `#rrggbb`."""
    means = np.array([c[::COLOUR_SAMPLE, ::COLOUR_SAMPLE, 2::-1].mean(axis=(0, 1)) for c in crops], np.float32)
    if (k := min(count, len(np.unique(means.round(), axis=0)))) == 1:
        return (format_colour(tuple(round(float(v)) for v in means.mean(axis=0))),)  # type: ignore[arg-type]
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 0.1)
    cv2.setRNGSeed(1)
    _, _, centres = cv2.kmeans(means, k, None, stop, 5, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    colours = {format_colour((round(float(r)), round(float(g)), round(float(b)))) for r, g, b in centres}
    return tuple(sorted(colours))


def _pixels(image: Image) -> Image:
    """Rows x columns x BGRA -> n x RGB."""
    return image[:, :, 2::-1].reshape(-1, 3)


def _rim(picture: Image, text: Text) -> Image:
    """The field's area beside the text, where there is only ground."""
    x, y, w, h = text.area
    left, right = text.ink_box[0], text.ink_box[0] + text.ink_box[2]
    parts = [crop(picture, (x, y, max(1, left - 3 - x), h)), crop(picture, (right + 3, y, max(1, x + w - right - 3), h))]
    return np.concatenate(parts, axis=1)


def _away(pixels: Image, colour: Colour) -> npt.NDArray[np.int16]:
    away: npt.NDArray[np.int16] = np.abs(pixels.astype(np.int16) - np.array(colour, np.int16)).max(axis=1)
    return away


def _mode(pixels: Image) -> Colour:
    (colour, _), *_ = _histogram(pixels).most_common(1)
    return colour


def _histogram(pixels: Image) -> Counter[Colour]:
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    return Counter({(int(r), int(g), int(b)): int(n) for (r, g, b), n in zip(colours, counts, strict=True)})


def _text_colour(inside: list[Image], outside: list[Image]) -> Colour:
    """The colour that is common where the text stands and rare beside it."""
    here, beside = _histogram(np.concatenate(inside)), _histogram(np.concatenate(outside))
    scale = sum(map(len, inside)) / max(1, sum(map(len, outside)))
    return max(here, key=lambda c: here[c] - scale * beside[c])

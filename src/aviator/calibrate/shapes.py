"""Shapes in a picture: the ink of a text, the coloured patch that it stands on, its colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from aviator.see.ink import Image
from aviator.see.regions import Box

Mask = npt.NDArray[np.bool_]

_LEAST_CONTRAST = 24
_LARGE = 30
_OTHER_COLOUR = 40
_COVERED = 0.85
_SAME_TEXT = 40
"""Pixels this close (Chebyshev) to a text's colour may be of its strokes."""
_SPAN = 2.0
"""So far, in heights of a digit, more of a number is looked for: two digits."""
_BLANK = 0.6
"""The widest blank within a number, in heights of a digit."""
_PADDING = 0.35
"""So much plain ground, in heights of a digit, is on both sides of a whole value at least."""
_AT_RIM = 0.2


def clip(box: Box, picture: Image) -> Box:
    """The part of `box` that lies on the picture, at least one pixel."""
    height, width = picture.shape[:2]
    x, y = min(max(0, box[0]), width - 1), min(max(0, box[1]), height - 1)
    return x, y, max(1, min(box[0] + box[2], width) - x), max(1, min(box[1] + box[3], height) - y)


def cut(picture: Image, box: Box) -> Image:
    x, y, w, h = clip(box, picture)
    return picture[y : y + h, x : x + w, :3]


def ground(crop: Image) -> npt.NDArray[np.float64]:
    """The most frequent colour, blue, green, red, as a mean of what is close to it."""
    flat = crop.reshape(-1, 3).astype(np.int32)
    coarse = (flat >> 4) @ np.array((256, 16, 1))
    often = np.bincount(coarse).argmax()
    mean: npt.NDArray[np.float64] = flat[coarse == often].mean(axis=0)
    return mean


def ink(crop: Image) -> Mask:
    """Where the strokes are: what differs from the most frequent colour, parted by Otsu's threshold."""
    away = np.abs(crop.astype(np.int16) - ground(crop).astype(np.int16)).max(axis=2).astype(np.uint8)
    level, _ = cv2.threshold(away, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask: Mask = away > max(level, _LEAST_CONTRAST)
    return mask


def ink_box(picture: Image, rough: Box) -> Box:
    """`rough` shrunk to its ink: to the rows of strokes around its middle, and their first and last column."""
    x, y, w, h = clip(rough, picture)
    crop = picture[y : y + h, x : x + w, :3]
    mask = ink(crop)
    if h >= _LARGE and (mask[0].mean() > _AT_RIM or mask[-1].mean() > _AT_RIM or longest_run(np.asarray(mask.any(axis=1))).all()):
        mask = _enclosed(crop)
    # What is ink from top to bottom at a rim is the edge of a neighbouring thing.
    for inwards in (range(mask.shape[1]), range(mask.shape[1] - 1, -1, -1)):
        for column in inwards:
            if not mask[:, column].all():
                break
            mask[:, column] = False
    rows = np.flatnonzero(longest_run(np.asarray(mask.any(axis=1))))
    if not len(rows):
        return x, y, w, h
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return x + int(columns[0]), y + int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1


def _enclosed(crop: Image) -> Mask:
    """The strokes of large text over scenery: of the crop's few colours the one that stays off the rim most."""
    flat = crop.reshape(-1, 3).astype(np.float32)
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    _, labels, _ = cv2.kmeans(flat, 4, np.empty(0, np.int32), criteria, 2, cv2.KMEANS_PP_CENTERS)
    classes = np.asarray(labels).reshape(crop.shape[0], crop.shape[1])
    rim = np.ones(classes.shape, bool)
    edge = max(1, round(0.06 * classes.shape[0]))
    rim[edge:-edge, edge:-edge] = False
    best: Mask = np.zeros(classes.shape, bool)
    least = 1.0
    for i in range(4):
        mask = classes == i
        share = float(mask[rim].mean()) / max(1e-6, float(mask[~rim].mean()))
        if mask.mean() > 0.06 and share < least:
            best, least = mask, share
    return best


def longest_run(rows: Mask) -> Mask:
    """The longest run of rows (or columns) with ink."""
    best, start = slice(0, 0), None
    for i, row in enumerate([*rows.tolist(), False]):
        if row and start is None:
            start = i
        elif not row and start is not None:
            if i - start > best.stop - best.start:
                best = slice(start, i)
            start = None
    out = np.zeros(len(rows), bool)
    out[best] = True
    return out


def more_before(picture: Image, number: Box) -> Box | None:
    """`number`, the box of large digits, with what stands before it as if it were of it: as high, level, of the same colour,
    no further than a blank away. None where nothing does."""
    x, y, w, h = number
    room, reach = h // 4, min(x, round(_SPAN * h))
    crop = cut(picture, (x, y - room, w, h + 2 * room))
    strokes = cv2.erode(_enclosed(crop).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if not strokes.any():
        return None
    colour = np.median(crop[strokes], axis=0)
    zone = cut(picture, (x - reach, y - room, reach + w, h + 2 * room))
    alike = np.abs(zone.astype(np.int16) - colour.astype(np.int16)).max(axis=2) <= _SAME_TEXT
    _, _, stats, _ = cv2.connectedComponentsWithStats(alike.astype(np.uint8), connectivity=8)
    pieces = [(left, top, wide, high) for left, top, wide, high, _ in sorted(stats[1:].tolist()) if 0.6 * h < high < 1.1 * h]
    digits, before = [p for p in pieces if p[0] + p[2] > reach], [p for p in pieces if p[0] + p[2] <= reach]
    if not digits:
        return None
    begin, level, _, height = digits[0]
    for left, top, wide, high in reversed(before):
        if max(abs(top - level), abs(high - height)) <= h // 10 and wide < h and begin - (left + wide) <= _BLANK * h:
            begin = left
    return (x - reach + begin, y, reach - begin + w, h) if begin < digits[0][0] else None


def ink_colour(picture: Image, box: Box) -> tuple[int, int, int]:
    """Hue (0..179), saturation and value of the middle of a text's strokes."""
    crop = cut(picture, box)
    mask = ink(crop).astype(np.uint8)
    core = cv2.erode(mask, np.ones((3, 3), np.uint8))
    chosen = core if core.any() else mask
    if not chosen.any():
        return 0, 0, 0
    colour = np.median(crop[chosen.astype(bool)], axis=0).astype(np.uint8)
    hue, saturation, value = cv2.cvtColor(colour.reshape(1, 1, 3), cv2.COLOR_BGR2HSV)[0, 0]
    return int(hue), int(saturation), int(value)


def clear(text: Box, picture: Image) -> bool:
    """Is there plain ground on both sides? A value that a toast or the strip's end cuts touches another colour."""
    x, y, w, h = text
    room = max(2, round(0.16 * h))
    rims = [cut(picture, (x, top, w, room)).reshape(-1, 3) for top in (y - room, y + h)]
    base = np.median(np.concatenate(rims), axis=0)
    wide = max(2, round(_PADDING * h))
    for left in (x - wide - 1, x + w + 1):  # the column right beside may still be of the outermost stroke
        if left < 0 or left + wide > picture.shape[1]:
            continue
        away = np.abs(cut(picture, (left, y, wide, h)).astype(np.int16) - base.astype(np.int16)).max(axis=2)
        if ((away > _OTHER_COLOUR).mean(axis=0) > _COVERED).any():
            return False
    return True


@dataclass(frozen=True, slots=True)
class Patch:
    """An area of about one colour. `full`: the share of its box that it fills; `open`: it has no end within sight."""

    box: Box
    full: float
    hsv: tuple[int, int, int]
    open: bool


def patch(picture: Image, text: Box, spread: int = 70) -> Patch:
    """The area on which `text` stands: of one colour, with gradients as far as `spread`."""
    x, y, w, h = text
    margin_x, margin_y = max(8 * h, 2 * w, 60), max(7 * h, 40)
    left, top, width, height = clip((x - margin_x, y - margin_y, w + 2 * margin_x, h + 2 * margin_y), picture)
    area = np.ascontiguousarray(picture[top : top + height, left : left + width, :3])
    scale = min(1.0, 400 / max(area.shape[:2]))
    small = area if scale == 1 else np.asarray(cv2.resize(area, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    spot = tuple(int(v * scale) for v in (x - left, y - top, w, h))
    mask = _flood(small, (spot[0], spot[1], max(1, spot[2]), max(1, spot[3])), spread)
    if not mask.any():
        return Patch(text, 0.0, (0, 0, 0), False)
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    # Single rows and columns of stray pixels are no part of the shape.
    ys = np.flatnonzero(mask.sum(axis=1) > 0.25 * mask.sum(axis=1).max())
    xs = np.flatnonzero(mask.sum(axis=0) > 0.25 * mask.sum(axis=0).max())
    inner = mask[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
    colour = np.median(small[mask], axis=0).astype(np.uint8)
    hue, saturation, value = cv2.cvtColor(colour.reshape(1, 1, 3), cv2.COLOR_BGR2HSV)[0, 0]
    box = (
        left + round(xs[0] / scale),
        top + round(ys[0] / scale),
        round(len(range(xs[0], xs[-1] + 1)) / scale),
        round(len(range(ys[0], ys[-1] + 1)) / scale),
    )
    rims = {
        "left": (mask[:, 0].any(), left == 0),
        "right": (mask[:, -1].any(), left + width == picture.shape[1]),
        "top": (mask[0].any(), top == 0),
        "low": (mask[-1].any(), top + height == picture.shape[0]),
    }
    # A patch that the picture's own edge cuts is still one; one that runs on beyond what was looked at is none.
    edge = any(reached and not last for reached, last in rims.values()) or sum(reached for reached, _ in rims.values()) > 1
    return Patch(box, float(inner.mean()), (int(hue), int(saturation), int(value)), bool(edge))


def _flood(area: Image, spot: Box, spread: int) -> Mask:
    """Everything that hangs together with the ground right around the text, in small steps of colour, and lies close to it."""
    x, y, w, h = clip((spot[0] - 2, spot[1] - 2, spot[2] + 4, spot[3] + 4), area)
    crop = area[y : y + h, x : x + w]
    base = ground(crop)
    near = np.abs(crop.astype(np.int16) - base.astype(np.int16)).max(axis=2) <= 10
    alike = np.abs(area.astype(np.int16) - base.astype(np.int16)).max(axis=2) <= spread
    mask = np.zeros((area.shape[0] + 2, area.shape[1] + 2), np.uint8)
    mask[1:-1, 1:-1] = ~alike
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (2 << 8)
    for cy, cx in np.argwhere(near)[:: max(1, int(near.sum()) // 12)]:
        if mask[y + cy + 1, x + cx + 1] == 0:
            cv2.floodFill(area, mask, (int(x + cx), int(y + cy)), (0, 0, 0), (5, 5, 5), (5, 5, 5), flags)
    out: Mask = mask[1:-1, 1:-1] == 2
    return out

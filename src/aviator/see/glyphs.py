"""Reads a line of text by comparing its connected strokes with a font's atlas.

In: ink (see `ink`) of one line. Out: glyphs in reading order, each with a measured match score. The score of a glyph is
the normalised cross-correlation with its best template, less what its size and place differ by; doubt (a weak best match
or a close second) is left to the caller to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from aviator.see.ink import Image

_W, _H = 16, 20
"""Every glyph is brought to this size before it is compared."""
_STROKE = 110
"""Ink above this is stroke. A little under one half, so that thin strokes at small sizes stay whole."""
_PLACE_WEIGHT = 0.6
_REMEMBERED = 20_000
_MARGIN_FOR_SURE = 0.06
"""A best match that leads by this much over the best other character is not in doubt because of that other one."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Template:
    """A glyph as learned: its character, its ink, and how far its lower edge lies below the base line, in pixels."""

    char: str
    ink: Image
    drop: int


@dataclass(frozen=True, slots=True)
class Glyph:
    """A recognised stroke group: where it is in the line and how well it matched (0..1)."""

    char: str
    confidence: float
    x: int
    w: int


class Atlas:
    """A font at one size: templates and the height of its digits in pixels."""

    def __init__(self, templates: list[Template], height: int) -> None:
        self.templates = templates
        self.height = height
        self.chars = [t.char for t in templates]
        self._vectors = np.stack([_vector(t.ink) for t in templates]) if templates else np.zeros((0, _W * _H), np.float32)
        self._vectors = _normalised(self._vectors)
        self._places = np.array([_place(t.ink.shape[1], t.ink.shape[0], t.drop, height) for t in templates], np.float32)
        self._slack = np.float32(1.3 / max(1, height))
        self._others = np.array([[a != b for b in self.chars] for a in self.chars], bool)
        self.widest = max((t.ink.shape[1] for t in templates), default=0)
        self.narrowest = min((t.ink.shape[1] for t in templates if t.char.isdigit()), default=1)
        self._smallest_area = min((int((t.ink > _STROKE).sum()) for t in templates), default=1)
        self._seen: dict[tuple[int, int, bytes], tuple[str, float]] = {}

    def read(self, ink: Image) -> list[Glyph]:
        """The glyphs of a line, left to right; empty where nothing has the height of this font's digits."""
        boxes = self._boxes(ink)
        if not boxes:
            return []
        return self._glyphs(ink, boxes)

    def _boxes(self, ink: Image) -> list[tuple[int, int, int, int, int]]:
        """(x, y, w, h, drop below the base line) of every stroke group on the line, by x."""
        _, binary = cv2.threshold(ink, _STROKE, 255, cv2.THRESH_BINARY)
        _, _, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
        found = [row for row in stats[1:].tolist() if row[4] * 3 >= self._smallest_area]
        tall = sorted(y + h for _, y, _, h, _ in found if 0.75 * self.height <= h <= 1.25 * self.height)
        if not tall:
            return []
        base = tall[len(tall) // 2]
        top, low = base - 1.3 * self.height, base + 0.45 * self.height
        return sorted((x, y, w, h, y + h - base) for x, y, w, h, _ in found if y >= top and y + h <= low)

    def _glyphs(self, ink: Image, boxes: list[tuple[int, int, int, int, int]]) -> list[Glyph]:
        out: list[Glyph | None] = [None] * len(boxes)
        unseen: list[tuple[int, tuple[int, int, bytes], Image]] = []
        for i, (x, y, w, h, drop) in enumerate(boxes):
            patch = ink[y : y + h, x : x + w]
            key = (w, drop, patch.tobytes())
            if known := self._seen.get(key):
                out[i] = Glyph(known[0], known[1], x, w)
            else:
                unseen.append((i, key, patch))
        if unseen:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            places = np.array([_place(k[0], p.shape[0], k[1], self.height) for _, k, p in unseen], np.float32)
            for (i, key, _), (char, confidence) in zip(unseen, self._match([p for _, _, p in unseen], places), strict=True):
                self._seen[key] = (char, confidence)
                out[i] = Glyph(char, confidence, boxes[i][0], boxes[i][2])
        return self._split_joined(ink, boxes, [g for g in out if g])

    def _match(self, patches: list[Image], places: Floats) -> list[tuple[str, float]]:
        """Best character and confidence of each patch."""
        vectors = _normalised(np.stack([_vector(p) for p in patches]))
        away = np.abs(places[:, None, :] - self._places[None]) - self._slack
        scores = vectors @ self._vectors.T - _PLACE_WEIGHT * np.clip(away, 0, None).sum(axis=2)
        best = scores.argmax(axis=1)
        out = []
        for row, k in zip(scores, best.tolist(), strict=True):
            top = float(row[k])
            rival = float(row[self._others[k]].max(initial=-1.0))
            doubt = max(0.0, _MARGIN_FOR_SURE - (top - rival)) / _MARGIN_FOR_SURE
            out.append((self.chars[k], max(0.0, top) * (1.0 - 0.5 * doubt)))
        return out

    def _split_joined(self, ink: Image, boxes: list[tuple[int, int, int, int, int]], glyphs: list[Glyph]) -> list[Glyph]:
        """Stroke groups that are no glyph and wide enough for two are cut where that explains them best."""
        out = []
        for box, glyph in zip(boxes, glyphs, strict=True):
            x, y, w, h, drop = box
            if glyph.confidence < 0.8 and w > 1.15 * self.narrowest and h >= 0.75 * self.height:
                parts = self._cut(ink[y : y + h, x : x + w], drop)
                if parts and min(p.confidence for p in parts) > glyph.confidence:
                    out += [Glyph(p.char, p.confidence, x + p.x, p.w) for p in parts]
                    continue
            out.append(glyph)
        return out

    def _cut(self, patch: Image, drop: int) -> list[Glyph]:
        """The best way to cut a joined stroke group into glyphs: dynamic programming over the thinnest columns."""
        width = patch.shape[1]
        weight = patch.sum(axis=0, dtype=np.int64)
        valleys = [c for c in range(2, width - 1) if weight[c] <= weight[c - 1] and weight[c] <= weight[c + 1]]
        cuts = [0, *sorted(sorted(valleys, key=lambda c: int(weight[c]))[:12]), width]
        best: dict[int, tuple[float, list[Glyph]]] = {0: (1.0, [])}
        for end in cuts[1:]:
            for start in (c for c in cuts if c < end and c in best and end - c <= 1.15 * self.widest):
                glyph = self._piece(patch, start, end, drop)
                if glyph is None:
                    continue
                worst = min(best[start][0], glyph.confidence)
                if end not in best or worst > best[end][0]:
                    best[end] = (worst, [*best[start][1], glyph])
        return best[width][1] if width in best and len(best[width][1]) > 1 else []

    def _piece(self, patch: Image, start: int, end: int, drop: int) -> Glyph | None:
        piece = patch[:, start:end]
        rows = np.flatnonzero(piece.max(axis=1) > _STROKE)
        columns = np.flatnonzero(piece.max(axis=0) > _STROKE)
        if not rows.size:
            return None
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        low = drop - (patch.shape[0] - bottom)
        places = np.array([_place(right - left, bottom - top, low, self.height)], np.float32)
        char, confidence = self._match([piece[top:bottom, left:right]], places)[0]
        return Glyph(char, confidence, start + left, right - left)


def text_of(glyphs: list[Glyph], space: float) -> str:
    """The glyphs as text, with a blank where the gap between two is `space` pixels or more."""
    if not glyphs:
        return ""
    out = glyphs[0].char
    for left, right in pairwise(glyphs):
        out += (" " if right.x - left.x - left.w >= space else "") + right.char
    return out


def _place(width: int, height: int, drop: int, line: int) -> tuple[float, float, float]:
    """Size and place of a glyph in units of the font's digit height."""
    return width / line, height / line, drop / line


def _vector(patch: Image) -> Image:
    """A glyph's ink with a rim of nothing around it, at the common size, as one row."""
    h, w = patch.shape
    framed = np.zeros((h + 2, w + 2), np.uint8)
    framed[1:-1, 1:-1] = patch
    shrink = w + 2 > _W or h + 2 > _H
    return cv2.resize(framed, (_W, _H), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR).reshape(-1)  # type: ignore[return-value]


def _normalised(vectors: npt.NDArray[np.uint8] | Floats) -> Floats:
    """Rows of mean 0 and length 1, so that a product of two is their normalised cross-correlation."""
    centred = vectors.astype(np.float32)
    centred -= centred.mean(axis=1, keepdims=True)
    length = np.sqrt((centred * centred).sum(axis=1, keepdims=True))
    centred /= np.maximum(length, 1e-6)
    return centred

"""The teacher: a strong, slow recogniser of text (RapidOCR), which finds and names what stands on an unknown screen.

In: pictures. Out: lines of text with measured confidence and their boxes. It belongs to calibration and `aviator read`; a running
worker never loads it (half a gigabyte of packages, some 10 ms a crop).
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aviator.calibrate import shapes
from aviator.calibrate.signs import with_signs
from aviator.core.errors import UserMistake
from aviator.core.extras import missing_sentence
from aviator.see.ink import Image
from aviator.see.regions import Box

_BATCH = 8


@dataclass(frozen=True, slots=True)
class Letter:
    """One recognised character and the columns it takes up in the picture, about."""

    char: str
    confidence: float
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text on one line, its confidence (0..1), its box on the picture, and its letters without the blanks."""

    text: str
    confidence: float
    box: Box
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """What one line says, its confidence (0..1), and about where its letters' middles are, in columns of the crop."""

    text: str
    confidence: float
    middles: tuple[float, ...]


class Teacher:
    """One loaded recogniser. Raises `UserMistake` where its packages are not installed.

    `heed` is called every few crops, at most some tenths of a second apart; what it raises ends the work.
    """

    def __init__(self, threads: int = 2, heed: Callable[[], None] = lambda: None) -> None:
        self._heed = heed
        # The runtime would report its use to its maker and leave a file in the temporary folder.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise UserMistake(missing_sentence("rapidocr", error)) from None
        self._spelled: dict[bytes, Spelling] = {}
        """What was named before: pictures of a window's fields come again and again."""
        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "error",
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "Rec.rec_batch_num": _BATCH,
            }
        )

    def lines(self, picture: Image) -> list[Line]:
        """Every line of text on a picture (rows x columns x BGR or BGRA), in no particular order."""
        self._heed()
        found = self._engine(
            picture[:, :, :3], use_det=True, use_rec=True, use_cls=False, return_word_box=True, return_single_char_box=True
        )
        if getattr(found, "txts", None) is None or getattr(found, "boxes", None) is None:
            return []  # where nothing is found, the recogniser answers with another type, which has no boxes
        texts = zip(found.txts, found.scores, found.boxes, found.word_results, strict=True)
        lines = [Line(str(text), float(score), _box(corners), _letters(letters)) for text, score, corners, letters in texts]
        return [_signed(line, picture) for line in lines]

    def lines_again(self, picture: Image, known: Sequence[tuple[Image, Sequence[Line]]]) -> list[Line]:
        """`lines` of another picture of the same window: what stands unchanged where it was read before is not read again.

        `known`: earlier pictures of the same size, and their lines.
        """
        out: list[Line] = []
        new: list[Box] = []
        for box in self.places(picture):
            line = next(
                (ln for before, lines in known for ln in lines if _same_place(ln.box, box) and _same(before, picture, ln.box)),
                None,
            )
            if line:
                out.append(line)
            else:
                new.append(box)
        crops = [np.ascontiguousarray(picture[y : y + h, x : x + w]) for x, y, w, h in new]
        spelled = zip(new, self.spell(crops), strict=True)
        return out + [_line(spelling, box) for box, spelling in spelled if spelling.text.strip()]

    def places(self, picture: Image) -> list[Box]:
        """Where something is written, be it in letters that the recogniser does not know."""
        self._heed()
        found = self._engine(picture[:, :, :3], use_det=True, use_rec=False, use_cls=False)
        corners = getattr(found, "boxes", None)
        return [] if corners is None else [_box(c) for c in corners]

    def name(self, crops: Sequence[Image]) -> list[tuple[str, float]]:
        """Text and confidence of pictures of one line each."""
        return [(spelling.text, spelling.confidence) for spelling in self.spell(crops)]

    def spell_anew(self, crop: Image) -> Spelling:
        """What a picture of one line says, without remembering what was read before; for measuring."""
        self._spelled.clear()
        return self.spell([crop])[0]

    def spell(self, crops: Sequence[Image]) -> list[Spelling]:
        """What pictures of one line each say, letter by letter."""
        from rapidocr.ch_ppocr_rec.typings import TextRecInput

        if self._engine.text_rec is None:
            self._engine(np.zeros((32, 96, 3), np.uint8), use_det=False, use_rec=True, use_cls=False)  # loads the recogniser
        keys = [hashlib.sha256(crop.tobytes()).digest() + bytes(str(crop.shape), "ascii") for crop in crops]
        new = {key: np.ascontiguousarray(c[:, :, :3]) for key, c in zip(keys, crops, strict=True) if key not in self._spelled}
        # Pictures of a batch are padded to the widest: those of one shape go together.
        ordered = sorted(new, key=lambda key: new[key].shape[1] / new[key].shape[0])
        for i in range(0, len(ordered), _BATCH):
            self._heed()
            some = ordered[i : i + _BATCH]
            batch = [new[key] for key in some]
            named = self._engine.text_rec(TextRecInput(img=batch, return_word_box=True))
            spelled = zip(some, batch, named.txts, named.scores, named.word_results, strict=True)
            self._spelled |= {key: _spelling(crop, str(text), float(score), info) for key, crop, text, score, info in spelled}
        return [self._spelled[key] for key in keys]


def _same_place(a: Box, b: Box) -> bool:
    """Do the boxes lie within a few pixels of one another?"""
    slack = 2 + b[3] // 8
    return all(abs(p - q) <= slack for p, q in zip(a, b, strict=True))


def _same(before: Image, now: Image, box: Box) -> bool:
    x, y, w, h = box
    return np.array_equal(before[y : y + h, x : x + w], now[y : y + h, x : x + w])


def _line(spelling: Spelling, box: Box) -> Line:
    """A line from its letters' middles: each reaches half way to its neighbours."""
    chars = [c for c in spelling.text if not c.isspace()]
    middles = spelling.middles
    half = box[3] / 4 if len(middles) < 2 else float(np.median(np.diff(middles))) / 2
    letters = tuple(
        Letter(char, spelling.confidence, box[0] + round(m - half), box[0] + round(m + half))
        for char, m in zip(chars, middles, strict=False)
    )
    return Line(spelling.text, spelling.confidence, box, letters)


def _signed(line: Line, picture: Image) -> Line:
    """The line with signs for what the recogniser takes for digits."""
    x, y, w, h = shapes.clip(line.box, picture)
    text = with_signs(line.text, [(c.left + c.right) / 2 - x for c in line.letters], picture[y : y + h, x : x + w])
    if text == line.text:
        return line
    first = replace(line.letters[0], char=text[0])
    return replace(line, text=text, letters=(first, *line.letters[1:]))


def _spelling(crop: Image, text: str, score: float, info: Any) -> Spelling:
    steps = [step for word in info.word_cols for step in word]
    wide = crop.shape[1] / max(1.0, float(info.line_txt_len))
    middles = tuple((step + 0.5) * wide for step in steps)
    return Spelling(with_signs(text, middles, crop), score, middles)


def _box(corners: Any) -> Box:
    (left, top), (right, low) = corners.min(axis=0), corners.max(axis=0)
    return int(left), int(top), int(right - left), int(low - top)


def _letters(letters: Any) -> tuple[Letter, ...]:
    return tuple(Letter(char, float(score), int(corners[0][0]), int(corners[2][0])) for char, score, corners in letters)

"""MultiRegionReader: one frame of a bookmaker's window -> a `Look`.

In: frames of `rect`, the part of the screen that holds all the profile's regions. Out: readings, the strip, and what the
frame looks like. A region whose pixels did not change keeps its reading. Text is matched with the profile's glyphs; what
is in doubt goes to Tesseract, at a limited rate; what is still in doubt is None, and its crop is kept as evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from aviator.core.types import Field, Frame, Method, Reading
from aviator.see import floating
from aviator.see.doubt import (
    borne_out,
    like_a_number,
    sure_of,
    weakest_of,
    with_thousands,
    without_neighbours,
    without_scenery,
)
from aviator.see.evidence import Evidence
from aviator.see.glyphs import Atlas, Glyph, ink_line, text_of
from aviator.see.ink import Image, Ink
from aviator.see.look import Look, Strip
from aviator.see.numbers import parse_players
from aviator.see.phase import Sight
from aviator.see.region_state import COLOUR_SAMPLE, Palette, Region
from aviator.see.regions import Box, FieldSpec, Profile
from aviator.see.tesseract import Tesseract

SAME_COLOUR = 0.75
"""Text told by its own colour must show so much of its ink: the score in flight is not to be read as the score at the end."""
SURE_TESSERACT = 0.75
NEARLY_SURE, LEAST_TESSERACT = 0.85, 0.5
"""Where glyphs and Tesseract, each in doubt by itself, read the same value."""
SECOND_OPINION_EVERY_S = 0.5
_OPINIONS = 40
"""Second opinions that are remembered: a value in doubt stays on the strip for a while, and another one may stand there too."""
STRIP_SETTLES_S = 0.09
"""The strip slides in small steps when a round ends; unchanged for so long, it is at rest."""

_MARGIN = 2
"""Columns around a value on the strip that a second opinion is shown too."""

_SIGHTS = {
    "waiting": Sight.WAITING,
    "low": Sight.FLYING,
    "mid": Sight.FLYING,
    "high": Sight.FLYING,
    "ended": Sight.ENDED,
    "black": Sight.DARK,
}


@dataclass(slots=True)
class ReaderStats:
    """Counts since the reader began."""

    fields_read: int = 0
    cache_hits: int = 0
    fallbacks: int = 0
    unread: int = 0


class _Appearance(NamedTuple):
    """One way in which the score is drawn. `part`: rows and columns of its box within the score's region."""

    number: int
    spec: FieldSpec
    when: str
    ink: Ink
    part: tuple[slice, slice]


def _part(box: Box, around: Box) -> tuple[slice, slice]:
    x, y = box[0] - around[0], box[1] - around[1]
    return slice(y, y + box[3]), slice(x, x + box[2])


class MultiRegionReader:
    """Reads one bookmaker. `origin`: the window's top left corner on the screen.

    Without `tesseract` there is no second opinion, and at most one in `opinion_every_s`; without `evidence` no crop is kept.
    """

    def __init__(
        self,
        profile: Profile,
        origin: tuple[int, int],
        tesseract: Tesseract | None = None,
        evidence: Evidence | None = None,
        opinion_every_s: float = SECOND_OPINION_EVERY_S,
    ) -> None:
        self.stats = ReaderStats()
        self.moved = False
        """Did a pixel that matters change between the last two frames?"""
        self._profile = profile
        self._specs = {f: _as_drawn(spec, profile.atlases[spec.font]) for f, spec in profile.fields.items()}
        extent = profile.extent()
        self.rect = extent.moved(*origin)
        self._regions = {
            f: Region((x - extent.x, y - extent.y, w, h), self._matters(f)) for f, (x, y, w, h) in profile.boxes().items()
        }
        self._inks: dict[Field, list[tuple[str, Ink]]] = {
            f: [(i.when, i.ink()) for i in spec.inks] for f, spec in profile.fields.items()
        }
        around = profile.boxes().get(Field.SCORE, (0, 0, 0, 0))
        specs = [s for s in (profile.fields.get(Field.SCORE), *profile.scores) if s]
        self._scores = [
            _Appearance(i, _as_drawn(s, profile.atlases[s.font]), ink.when, ink.ink(), _part(s.box, around))
            for i, (s, ink) in enumerate((s, ink) for s in specs for ink in s.inks)
        ]
        self._palettes = {f: Palette(spec) for f, spec in (profile.buttons | {Field.PHASE: profile.phase}).items()}
        self._evidence = evidence
        self._tesseract = tesseract
        self._opinion_every_s = opinion_every_s
        self._second_opinion_at = float("-inf")
        self._opinions: dict[tuple[Field, int, bytes], tuple[str, float]] = {}
        self._owed: set[Field] = set()
        """Fields in doubt that have not had their turn at Tesseract."""
        self._marks_ends = profile.marks_ends
        self._score_when, self._score_shown = "", -1
        self._strip: Strip | None = None
        self._strip_moved_at = 0.0

    def regions(self, frame: Frame) -> dict[str, Image]:
        """The phase region and the buttons, for colour samples."""
        return {str(f): self._regions[f].crop(frame) for f in (Field.PHASE, *self._profile.buttons)}

    def crop(self, field: Field, frame: Frame) -> Image | None:
        """The pixels of a region of the frame, None where this bookmaker has no such field."""
        return self._regions[field].crop(frame) if field in self._regions else None

    def box(self, field: Field) -> Box | None:
        """Where a region lies on the frame, None where this bookmaker has no such field."""
        return self._regions[field].box if field in self._regions else None

    def ink(self, field: Field, crop: Image) -> Image:
        """The strokes of a text field's crop; the score's in the colour it has now."""
        inks = self._inks[field]
        return next((ink for when, ink in inks if when == self._score_when), inks[0][1]).of(crop)

    def read(self, frame: Frame) -> Look:
        """Everything on the frame. `frame.rect` must be `self.rect`."""
        packed = frame.pixels.view(np.uint32)[:, :, 0]
        readings: dict[Field, Reading] = {}
        self.moved = False
        for field, region in self._regions.items():
            changed = region.changed(packed)
            self.moved = self.moved or changed
            if not changed and field not in self._owed:
                self.stats.cache_hits += 1
            else:
                region.reading = self.read_field(field, region.crop(frame), frame.at)
                self.stats.fields_read += 1
            if region.reading:
                readings[field] = region.reading
        score = readings.get(Field.SCORE)
        if self._strip and self._strip.settled != (settled := frame.at - self._strip_moved_at >= STRIP_SETTLES_S):
            self._strip = replace(self._strip, settled=settled)
        sight = self.sight(score, readings.get(Field.PHASE))
        return Look(frame.at, sight, score.value if score else None, score.confidence if score else 0.0, self._strip, readings)

    def read_field(self, field: Field, crop: Image, at: float) -> Reading | None:
        """What the pixels of one region show, changed or not; None where there is nothing (and for the strip)."""
        self._owed.discard(field)
        if field in self._palettes:
            return self._palettes[field].read(field, crop, at)
        spec = self._specs[field]
        if field is Field.HISTORY:
            self._strip, self._strip_moved_at = self._read_strip(spec, crop, at), at
            return None
        if field is Field.SCORE:
            return self._read_score(crop, at)
        return self._read_text(field, spec, self._inks[field][0][1], crop, at)

    def _read_score(self, crop: Image, at: float) -> Reading | None:
        """The score has one appearance in flight and another at the end; the one that shows digits tells which it is."""
        doubtful: Reading | None = None
        for shown in sorted(self._scores, key=lambda s: (s.number != self._score_shown, s.when != self._score_when)):
            part = np.ascontiguousarray(crop[shown.part]) if self._profile.scores else crop
            reading = self._read_text(Field.SCORE, shown.spec, shown.ink, part, at)
            if reading and reading.value is not None:
                self._score_when, self._score_shown = shown.when, shown.number
                return reading
            doubtful = doubtful or reading
        return doubtful

    def _read_text(self, field: Field, spec: FieldSpec, ink: Ink, crop: Image, at: float) -> Reading | None:
        """A reading, with value None when in doubt; None when there is nothing to read."""
        atlas = self._profile.atlases[spec.font]
        if spec.floats:
            if (brought := floating.settled(crop, ink)) is None:
                return None
            crop = brought
        line = ink_line(crop, ink, atlas.line, spec.base)
        glyphs = without_neighbours(atlas.read(line)) if ink.on_ground else without_scenery(atlas.read(line, SAME_COLOUR))
        glyphs = with_thousands(glyphs, line, spec.format)
        sure = sure_of(atlas)
        if not like_a_number(glyphs):
            return None
        text, confidence = text_of(glyphs, spec.space), weakest_of(glyphs)
        value, total = _parse(field, spec, text)
        if value is not None and confidence >= sure:
            return Reading(field, value, text, confidence, Method.GLYPHS, at, total)
        reading = self._second_opinion(field, spec, ink, crop, glyphs, at)
        if reading is None:
            self.stats.unread += 1
            if self._evidence:
                self._evidence.keep(field, crop, at, f"{confidence:.2f}")
            return Reading(field, None, None, confidence, Method.NONE, at)
        return reading

    def _second_opinion(
        self, field: Field, spec: FieldSpec, ink: Ink, crop: Image, glyphs: list[Glyph], at: float
    ) -> Reading | None:
        """What Tesseract reads, where it is sure and bears out what is sure of the glyphs, or nearly sure of the same value."""
        if self._tesseract is None:
            return None
        strokes = ink.of(crop)
        key = field, strokes.shape[1], blake2b(strokes.tobytes(), digest_size=16).digest()
        if (opinion := self._opinions.get(key)) is None:
            if at - self._second_opinion_at < self._opinion_every_s:
                self._owed.add(field)
                return None
            self._second_opinion_at = at
            self.stats.fallbacks += 1
            opinion = self._opinions[key] = self._tesseract.read(strokes)
            if len(self._opinions) > _OPINIONS:
                del self._opinions[next(iter(self._opinions))]
        text, confidence = opinion
        value, total = _parse(field, spec, text)
        if value is None or not borne_out(text, glyphs, self._profile.atlases[spec.font]):
            return None
        own, _ = _parse(field, spec, text_of(glyphs, spec.space))
        if confidence < (LEAST_TESSERACT if own == value and weakest_of(glyphs) >= NEARLY_SURE else SURE_TESSERACT):
            return None
        return Reading(field, value, text, confidence, Method.TESSERACT, at, total)

    def _read_strip(self, spec: FieldSpec, crop: Image, at: float) -> Strip:
        """The values on the strip, from the newest to the first one in doubt."""
        atlas, ink = self._profile.atlases[spec.font], self._inks[Field.HISTORY][0][1]
        groups: list[tuple[Image, list[Glyph]]] = []
        for row in spec.cut_rows(crop):
            line = ink_line(row, ink, atlas.line, spec.base)
            glyphs = with_thousands(atlas.read(line), line, spec.format)
            groups += [(row, group) for group in _groups(glyphs, spec.apart)]
        sure = sure_of(atlas)
        if spec.last_first:
            groups.reverse()
        if spec.newest in {"left", "right"}:
            # The oldest value may be cut between two digits and look whole.
            groups = groups[:-1]
        values: list[Decimal] = []
        weakest = 1.0
        for row, group in groups:
            confidence = weakest_of(group)
            value = spec.format.parse(text_of(group, spec.space)) if confidence >= sure else None
            if value is None and like_a_number(group):
                start, end = max(0, group[0].x - _MARGIN) * atlas.line.scale, (group[-1].right + _MARGIN) * atlas.line.scale
                part = np.ascontiguousarray(row[:, start:end])
                if reading := self._second_opinion(Field.HISTORY, spec, ink, part, group, at):
                    value, confidence = reading.value, reading.confidence
            if value is None:
                # Something lies over the strip: how many values it hides cannot be seen, and it may cut the last one before it.
                return Strip(tuple(values[:-1]), False, False, weakest)
            values.append(value)
            weakest = min(weakest, confidence)
        return Strip(tuple(values), True, False, weakest)

    def _matters(self, field: Field) -> tuple[slice, slice]:
        """Rows and columns of a region that its reading depends on."""
        spec = self._profile.fields.get(field)
        if spec is None:
            return slice(None, None, COLOUR_SAMPLE), slice(None, None, COLOUR_SAMPLE)
        if spec.rows or spec.floats or any(ink.by_columns for ink in spec.inks):
            return slice(None), slice(None)
        line = self._profile.atlases[spec.font].line
        return slice(spec.base - line.above * line.scale, spec.base + line.below * line.scale), slice(None)

    def sight(self, score: Reading | None, phase: Reading | None) -> Sight:
        """What a frame looks like whose score and phase were just read so."""
        if score is not None and score.value is not None:
            return Sight.ENDED if self._score_when == "ended" and self._marks_ends else Sight.FLYING
        if phase is None or phase.text is None:
            return Sight.NOTHING
        return _SIGHTS[phase.text]


def _as_drawn(spec: FieldSpec, atlas: Atlas) -> FieldSpec:
    """A mark between thousands that no glyph was learned of cannot be asked for: it may be seen or not."""
    known = spec.format.thousands.isspace() or any(t.char == spec.format.thousands for t in atlas.templates)
    return spec if known else replace(spec, format=replace(spec.format, thousands=""))


def _groups(glyphs: list[Glyph], gap: float) -> list[list[Glyph]]:
    """Glyphs with less than `gap` columns between them belong together."""
    groups: list[list[Glyph]] = []
    for glyph in glyphs:
        if groups and glyph.x - groups[-1][-1].right < gap:
            groups[-1].append(glyph)
        else:
            groups.append([glyph])
    return groups


def _parse(field: Field, spec: FieldSpec, text: str) -> tuple[Decimal | None, Decimal | None]:
    if field is Field.PLAYERS:
        return parse_players(text.removesuffix(spec.format.suffix).removeprefix(spec.format.prefix).strip()) or (None, None)
    return spec.format.parse(text), None

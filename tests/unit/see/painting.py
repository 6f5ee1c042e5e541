"""Paints what a bookmaker's window would show, from the glyphs, colours and boxes of its own profile."""

from collections.abc import Iterable
from functools import cache
from math import ceil
from random import Random

import numpy as np
from tests.known import PROFILES

from aviator.core.types import Field, Frame, Rect
from aviator.see.glyphs import Atlas, Template
from aviator.see.ink import Image, parse_colour
from aviator.see.numbers import NumberFormat
from aviator.see.regions import ColourSpec, FieldSpec, InkSpec, Profile, load

NAMES = sorted(path.stem for path in PROFILES.glob("*.toml"))

profile = cache(lambda name: load(PROFILES / f"{name}.toml"))


def drawings(atlas: Atlas, char: str) -> list[Template]:
    return [t for t in atlas.templates if t.char == char]


def set_line(atlas: Atlas, text: str, gap: int = 1, space: float = 0.0, rng: Random | None = None) -> Image:
    """The ink of `text`, set from the font's own glyphs with `gap` empty columns between two, with some room at both ends."""
    rows = atlas.line.above + atlas.line.below
    parts = [np.zeros((rows, 4), np.uint8)]
    for char in text:
        if char == " ":
            parts.append(np.zeros((rows, ceil(space) + 1), np.uint8))
            continue
        kinds = drawings(atlas, char)
        parts += [(rng.choice(kinds) if rng else kinds[0]).ink, np.zeros((rows, gap), np.uint8)]
    return np.concatenate([*parts, np.zeros((rows, 4), np.uint8)], axis=1)


def written(form: NumberFormat, digits: str) -> str:
    """`1234.56` as this format writes it."""
    whole, _, part = digits.partition(".")
    text = f"{int(whole):,}".replace(",", form.thousands) + (form.decimal + part if part else "")
    return form.prefix + text + form.suffix


class Window:
    """A frame that is painted field by field. Nothing is on it at first but a colour that no profile knows."""

    def __init__(self, profile: Profile, origin: tuple[int, int] = (0, 0)) -> None:
        self.profile = profile
        self._extent = profile.extent()
        self.rect = self._extent.moved(*origin)
        self.pixels = np.full((self.rect.h, self.rect.w, 4), (255, 0, 255, 255), np.uint8)
        for field in profile.fields:
            self.clear(field)

    def frame(self, at: float) -> Frame:
        return Frame(self.pixels.copy(), self.rect, at, at)

    def area(self, field: Field) -> Image:
        x, y, w, h = self.profile.boxes()[field]
        return self.pixels[y - self._extent.y :, x - self._extent.x :][:h, :w]

    def clear(self, field: Field, when: str = "flight") -> None:
        self.area(field)[:, :, 2::-1] = _colours(_ink(self.profile.fields[field], when))[0]

    def show(self, field: Field, text: str, when: str = "flight", gap: int = 1) -> None:
        spec = self.profile.fields[field]
        self.ink(field, set_line(self.profile.atlases[spec.font], text, gap, spec.space), when)

    def strip(self, texts: Iterable[str]) -> None:
        """`texts` newest first, as far as they fit."""
        spec = self.profile.fields[Field.HISTORY]
        atlas = self.profile.atlases[spec.font]
        lines = [set_line(atlas, text, 1, spec.space) for text in texts]
        if spec.newest == "right":
            lines.reverse()
        apart = np.zeros((atlas.line.above + atlas.line.below, ceil(spec.apart)), np.uint8)
        self.ink(Field.HISTORY, np.concatenate([part for line in lines for part in (line, apart)], axis=1))

    def ink(self, field: Field, line: Image, when: str = "flight") -> None:
        """Paint a line of ink in the field's own colours."""
        self.clear(field, when)
        spec = self.profile.fields[field]
        cut = self.profile.atlases[spec.font].line
        area = self.area(field)
        large = line.repeat(cut.scale, axis=0).repeat(cut.scale, axis=1)
        top = spec.base - cut.above * cut.scale
        large = large[max(0, -top) :][: area.shape[0] - max(0, top), : area.shape[1]]
        ground, text = _colours(_ink(spec, when))
        share = large[:, :, None] / 255
        mixed = np.round(share * text + (1 - share) * ground).astype(np.uint8)
        area[max(0, top) : max(0, top) + large.shape[0], : large.shape[1], 2::-1] = mixed

    def colour(self, field: Field, state: str) -> None:
        """Fill a button or the phase region with one of its learned colours."""
        spec: ColourSpec = self.profile.phase if field is Field.PHASE else self.profile.buttons[field]
        self.area(field)[:, :, 2::-1] = parse_colour(spec.centres[state][0])


def shown(name: str, values: dict[Field, str], when: str = "flight") -> Window:
    window = Window(profile(name))
    for field, value in values.items():
        window.show(field, written(profile(name).fields[field].format, value), when)
    return window


def _ink(spec: FieldSpec, when: str) -> InkSpec:
    return next((i for i in spec.inks if i.when == when), spec.inks[0])


def _colours(ink: InkSpec) -> tuple[np.ndarray, np.ndarray]:
    """Ground and text; the one that the profile does not name lies `span` from the other."""
    known = np.array(parse_colour(ink.colour), np.int64)
    other = np.where(known + ink.span <= 255, known + ink.span, np.maximum(known - ink.span, 0))
    return (known, other) if ink.on_ground else (other, known)


def rect_of(profile: Profile, x: int = 0, y: int = 0) -> Rect:
    return Rect(x, y, *profile.window)

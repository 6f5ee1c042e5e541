"""A bookmaker's profile: where its fields are, in which colours and font, how it writes numbers, how its phases look.

In: `NAME.toml` with `NAME.png` beside it, the sheet of the fonts' glyphs. Out: a checked, frozen `Profile`.
All boxes are relative to the window's top left corner, so that a moved window needs no new profile.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tomli_w

from aviator.core.errors import UserMistake
from aviator.core.options import HIDDEN, build, option, sentence
from aviator.core.safe_text import shown
from aviator.core.toml import read_toml
from aviator.core.types import Field, Rect
from aviator.see import floating
from aviator.see.glyphs import Atlas, Line, Template
from aviator.see.ink import Image, Ink, parse_colour
from aviator.see.numbers import NumberFormat
from aviator.see.picture import decode, read_bytes

Box = tuple[int, int, int, int]
"""x, y, width, height."""

MAX_PX = 32_768
"""Maximum side of a window, and of the glyph sheet."""
_HEX = "#[0-9a-fA-F]{6}"


COMPLETE, ROUNDS, UNUSABLE = "complete", "rounds", "unusable"
"""Grades: live reading and strip confirm each other; rounds are exact without a second witness; rounds are lost or not read."""


def _box() -> Any:
    return option(MISSING, low=0, high=MAX_PX)


def _colours(**limits: Any) -> Any:
    return option(MISSING, pattern=_HEX, form="colours like #28a909", **limits)


@dataclass(frozen=True, slots=True)
class InkSpec:
    """Colours of a field's text: `colour` is the ground's when `on_ground`, else the text's own.

    `when` tells for the score whether these are its colours in "flight" or when the round has "ended".
    """

    colour: str = _colours()
    span: int = option(MISSING, low=1, high=255)
    on_ground: bool = option(MISSING)
    when: str = option("", choices=("", "flight", "ended"))
    by_columns: bool = False

    def ink(self) -> Ink:
        return Ink(parse_colour(self.colour), self.span, self.on_ground, self.by_columns)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of text, whose base line is row `base` of its box. Gaps of `space` columns of the line are a blank.

    In the strip of past rounds, gaps of `apart` columns part two values, and `newest` says at which end the newest is. A strip of
    several rows, or a column of values, has `rows`: where each begins in the box, all of them `row_height` high; `base` counts
    from there.
    """

    box: Box = _box()
    font: str = option(MISSING, longest=100)
    base: int = option(MISSING, low=1, high=MAX_PX)
    inks: tuple[InkSpec, ...] = option(MISSING, count=(1, 20))
    space: float = option(MISSING, low=0, high=MAX_PX)
    format: NumberFormat = NumberFormat()
    newest: str = option("", choices=("", "left", "right", "top", "bottom"))
    apart: float = option(0.0, low=0, high=MAX_PX)
    rows: tuple[int, ...] = option((), low=0, high=MAX_PX, count=(0, 200))
    row_height: int = option(0, low=0, high=MAX_PX)
    floats: bool = False
    """Text that moves, grows or pulses: `base` counts in the rows that `see.floating` brings it to."""

    @property
    def slot(self) -> int:
        """Height of what one line is cut from: of a row, or of the whole box."""
        if self.floats:
            return floating.ROWS
        return self.row_height if self.rows else self.box[3]

    @property
    def last_first(self) -> bool:
        """Does the newest value of a strip stand last, in reading order?"""
        return self.newest in {"right", "bottom"}

    def cut_rows(self, crop: Image) -> list[Image]:
        """The rows of the box's pixels, from the top down; all of it where there is one."""
        return [crop[top : top + self.row_height] for top in self.rows] or [crop]


@dataclass(frozen=True, slots=True)
class ColourSpec:
    """A region known by its mean colour: state -> the colours it was seen with."""

    box: Box = _box()
    centres: dict[str, tuple[str, ...]] = _colours(count=(1, 1000))


@dataclass(frozen=True, slots=True)
class FontSpec:
    """A row of glyphs on the sheet, from row `y` on, each as high as the line, one empty column between them."""

    line: Line
    y: int = option(MISSING, low=0, high=MAX_PX)
    chars: str = option(MISSING, longest=1000)
    widths: tuple[int, ...] = option(MISSING, low=1, high=MAX_PX, count=(1, 1000))


@dataclass(frozen=True, slots=True)
class AnchorSpec:
    """A patch of the page that always looks the same: by it a window that was moved is found again.

    Its grey `picture` (rows x columns) lies on the glyph sheet from row `y` on.
    """

    box: Box = _box()
    y: int = option(0, low=0, high=MAX_PX)
    picture: Image | None = field(default=None, compare=False, metadata=HIDDEN)


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the reader knows about a bookmaker's window of size `window` (width, height)."""

    name: str = option(MISSING, longest=200)
    window: tuple[int, int] = option(MISSING, low=1, high=MAX_PX)
    phase: ColourSpec = option(MISSING)
    fields: dict[Field, FieldSpec] = option(MISSING, count=(1, 100))
    buttons: dict[Field, ColourSpec] = option(MISSING)
    fonts: dict[str, FontSpec] = option(MISSING, count=(1, 100))
    atlases: dict[str, Atlas] = field(default_factory=dict, metadata=HIDDEN)
    anchor: AnchorSpec | None = None
    scores: tuple[FieldSpec, ...] = option((), count=(0, 10))
    """Other appearances of the score besides that in `fields`: at a round's end it may be smaller or stand elsewhere."""
    grade: str = option("", choices=("", COMPLETE, ROUNDS, UNUSABLE))
    """How well it recorded rounds when it was tried; empty where it was not tried."""
    provisional: bool = False
    """Were fewer rounds seen than make the grade certain?"""
    grade_reason: str = option("", longest=300)
    """Why the grade is no better."""
    tried_rounds: str = option("", longest=40)
    """Rounds recorded of those seen, as "2 of 2"."""

    def boxes(self) -> dict[Field, Box]:
        """Every region of the window that is looked at; the score's holds all of its appearances."""
        boxes = (
            {f: s.box for f, s in self.fields.items()}
            | {f: s.box for f, s in self.buttons.items()}
            | {Field.PHASE: self.phase.box}
        )
        if self.scores:
            around = Rect.around([Rect(*box) for box in (boxes[Field.SCORE], *(s.box for s in self.scores))])
            boxes[Field.SCORE] = around.x, around.y, around.w, around.h
        return boxes

    @property
    def marks_ends(self) -> bool:
        """Is the score drawn otherwise at a round's end than in flight, by colour, size or place?"""
        scores = [s for s in (self.fields.get(Field.SCORE), *self.scores) if s]
        return {"flight", "ended"} <= {ink.when for spec in scores for ink in spec.inks}

    def faults(self) -> list[str]:
        """Where the profile contradicts itself."""
        window, wrong = Rect(0, 0, *self.window), []
        texts = [*self.fields.items(), *((Field.SCORE, s) for s in self.scores)]
        boxes: list[tuple[str, Box]] = [(f, s.box) for f, s in texts]
        boxes += [(f, s.box) for f, s in (*self.buttons.items(), (Field.PHASE, self.phase))]
        for name, box in boxes + ([("anchor", self.anchor.box)] if self.anchor else []):
            if box[2] < 1 or box[3] < 1 or not window.contains(Rect(*box)):
                wrong.append(f"the box of {name} is not inside the window, or has no area")
        if self.scores and Field.SCORE not in self.fields:
            wrong.append("it says where else the score is drawn but has no field score")
        wrong += filter(None, (self._fault(f, spec) for f, spec in texts))
        for name, font in self.fonts.items():
            if len(font.chars) != len(font.widths):
                wrong.append(f"the font {shown(name)} has {len(font.chars)} characters but {len(font.widths)} widths")
        return wrong

    def _fault(self, f: Field, spec: FieldSpec) -> str:
        """Where one field of text contradicts itself or the fonts; empty where it does not."""
        if (font := self.fonts.get(spec.font)) is None:
            return f"it names the font {shown(spec.font)} but does not have it"
        if not font.line.above * font.line.scale <= spec.base <= spec.slot - font.line.below * font.line.scale:
            return f"the line of {f} is not inside its box"
        if spec.floats and f is Field.HISTORY:
            return "the strip of past rounds cannot float"
        if spec.rows and max(spec.rows) + spec.row_height > spec.box[3]:
            return f"the rows of {f} are not inside its box"
        return ""

    def extent(self) -> Rect:
        """The smallest part of the window that holds all regions, relative to the window."""
        return Rect.around([Rect(*box) for box in self.boxes().values()])


def load(path: Path) -> Profile:
    """Read a profile. Raises `UserMistake` when a file is missing or broken."""
    try:
        table = read_toml(path)
    except FileNotFoundError as error:
        raise UserMistake(f"The profile {path} cannot be used: {error.strerror}.") from None
    except UserMistake as error:
        raise UserMistake(f"The profile {path} cannot be used: it {str(error).removeprefix(f'{path} ')}") from None
    wrong: list[str] = []
    profile: Profile | None = build(Profile, table, "", wrong)
    if profile is None or (wrong := profile.faults()):
        raise UserMistake(f"The profile {path} cannot be used: {sentence(wrong)}.")
    sheet_path = path.with_suffix(".png")
    try:
        sheet = decode(read_bytes(sheet_path), sheet_path, cv2.IMREAD_GRAYSCALE, smallest=1)
    except UserMistake as error:
        if "pixels" in str(error):
            raise
        raise UserMistake(f"The profile's glyph sheet {sheet_path} is missing or no picture.") from None
    for name, font in profile.fonts.items():
        edges = _edges(font.widths)
        height = font.line.above + font.line.below
        if font.y + height > sheet.shape[0] or edges[-1] - 1 > sheet.shape[1]:
            raise UserMistake(f"The glyph sheet {path.with_suffix('.png')} does not hold the font {name} of the profile {path}.")
        rows = sheet[font.y : font.y + height]
        cut = [np.ascontiguousarray(rows[:, x : x + w]) for x, w in zip(edges, font.widths, strict=False)]
        templates = [Template(char, ink.astype(np.uint8)) for char, ink in zip(font.chars, cut, strict=True)]
        profile.atlases[name] = Atlas(font.line, templates)
    if anchor := profile.anchor:
        picture = sheet[anchor.y : anchor.y + anchor.box[3], : anchor.box[2]].astype(np.uint8)
        if picture.shape != (anchor.box[3], anchor.box[2]):
            raise UserMistake(f"The glyph sheet {path.with_suffix('.png')} does not hold the anchor of the profile {path}.")
        profile = replace(profile, anchor=replace(anchor, picture=picture))
    return profile


def save(profile: Profile, path: Path) -> None:
    """Write `path` and the glyph sheet beside it; the fonts' glyphs are laid out anew from the atlases."""
    fonts: dict[str, FontSpec] = {}
    rows: list[Image] = []
    for name, atlas in profile.atlases.items():
        y = sum(r.shape[0] + 1 for r in rows)
        chars = "".join(t.char for t in atlas.templates)
        fonts[name] = FontSpec(atlas.line, y, chars, tuple(t.ink.shape[1] for t in atlas.templates))
        rows.append(np.concatenate([np.pad(t.ink, ((0, 0), (0, 1))) for t in atlas.templates], axis=1))
    anchor = None
    if profile.anchor and profile.anchor.picture is not None:
        anchor = replace(profile.anchor, y=sum(r.shape[0] + 1 for r in rows), picture=None)
        rows.append(profile.anchor.picture)
    width = max(r.shape[1] for r in rows)
    sheet = np.concatenate([np.pad(r, ((0, 1), (0, width - r.shape[1]))) for r in rows])
    table = asdict(replace(profile, fonts=fonts, atlases={}, anchor=anchor))
    del table["atlases"]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path.with_suffix(".png")), sheet)
    # Numbers that belong together stand on one line.
    text = re.sub(r"\[\n([^\[\]{}]*?),?\n\s*\]", lambda m: f"[{' '.join(m[1].split())}]", tomli_w.dumps(_plain(table)))
    path.write_text(_HEAD + text, encoding="utf-8")


def _edges(widths: Sequence[int]) -> list[int]:
    """Where glyphs of these widths begin in their row of the sheet."""
    edges: list[int] = np.cumsum([0, *(w + 1 for w in widths)]).tolist()
    return edges


_HEAD = "# Learned from a window's pixels; boxes are x, y, width, height from the window's top left corner.\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items() if v is not None}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def own_profiles() -> Path:
    """The user's folder of profiles: AVIATOR_PROFILES, else where programs keep such files on this system."""
    if told := os.environ.get("AVIATOR_PROFILES"):
        return Path(told)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", Path.home() / "AppData" / "Roaming"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "aviator" / "profiles"


def profile_names(folder: Path | None = None) -> list[str]:
    """The names of the profiles in `folder` (else the user's), sorted; none where there is no such folder."""
    return sorted(path.stem for path in (folder or own_profiles()).glob("*.toml"))


class NoProfile(UserMistake):
    """There is no profile `name` in `place`, which is said for people."""

    def __init__(self, message: str, name: str, place: str) -> None:
        super().__init__(message)
        self.name, self.place = name, place


def find_profile(name: str, window: Rect, folder: Path | None = None) -> Path:
    """The profile `name` that fits a window of this size, in `folder`, else in the user's.

    A profile for a window of another size than the one it was named after is called NAME-WIDTHxHEIGHT.
    Raises `UserMistake` with the names there are.
    """
    place = folder or own_profiles()
    for wanted in (f"{name}-{window.w}x{window.h}", name):
        if (path := place / f"{wanted}.toml").is_file():
            return path
    names = profile_names(place)
    near = difflib.get_close_matches(name, names, n=1)
    there = f"there are: {', '.join(names)}" if names else "there are none yet"
    raise NoProfile(
        f"There is no profile {name!r} in {place}{f', did you mean {near[0]!r}' if near else ''} ({there}): "
        f"learn it with `aviator calibrate {name}`.",
        name,
        f"{place} ({there})",
    )

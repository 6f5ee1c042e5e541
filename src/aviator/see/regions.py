"""A bookmaker's profile: where its fields are, in which colours and font, how it writes numbers, how its phases look.

In: `NAME.toml` with `NAME.png` beside it, the sheet of the fonts' glyphs. Out: a checked, frozen `Profile`.
All boxes are relative to the window's top left corner, so that a moved window needs no new profile.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import tomli_w

from aviator.core.errors import UserMistake
from aviator.core.types import Field, Rect
from aviator.see.glyphs import Atlas, Line, Template
from aviator.see.ink import Image, Ink, parse_colour
from aviator.see.numbers import NumberFormat

Box = tuple[int, int, int, int]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True)
class InkSpec:
    """Colours of a field's text: `colour` is the ground's when `on_ground`, else the text's own.

    `when` tells for the score whether these are its colours in "flight" or when the round has "ended".
    """

    colour: str
    span: int
    on_ground: bool
    when: str = ""

    def ink(self) -> Ink:
        return Ink(parse_colour(self.colour), self.span, self.on_ground)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of text, whose base line is row `base` of its box. Gaps of `space` columns of the line are a blank.

    In the strip of past rounds, gaps of `apart` columns part two values, and `newest` says at which end the newest is.
    """

    box: Box
    font: str
    base: int
    inks: tuple[InkSpec, ...]
    space: float
    format: NumberFormat = NumberFormat()
    newest: str = ""
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class ColourSpec:
    """A region known by its mean colour: state -> the colours it was seen with."""

    box: Box
    centres: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FontSpec:
    """A row of glyphs on the sheet, from row `y` on, each as high as the line, one empty column between them."""

    line: Line
    y: int
    chars: str
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnchorSpec:
    """A patch of the page that always looks the same: by it a window that was moved is found again.

    Its grey `picture` (rows x columns) lies on the glyph sheet from row `y` on.
    """

    box: Box
    y: int = 0
    picture: Image | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the reader knows about a bookmaker's window of size `window` (width, height)."""

    name: str
    window: tuple[int, int]
    phase: ColourSpec
    fields: dict[Field, FieldSpec]
    buttons: dict[Field, ColourSpec]
    fonts: dict[str, FontSpec]
    atlases: dict[str, Atlas] = field(default_factory=dict)
    anchor: AnchorSpec | None = None

    def boxes(self) -> dict[Field, Box]:
        """Every region of the window that is looked at."""
        return (
            {f: s.box for f, s in self.fields.items()}
            | {f: s.box for f, s in self.buttons.items()}
            | {Field.PHASE: self.phase.box}
        )

    def colours(self) -> list[str]:
        """Every colour the profile names."""
        centres = [c for s in (self.phase, *self.buttons.values()) for colours in s.centres.values() for c in colours]
        return centres + [ink.colour for s in self.fields.values() for ink in s.inks]

    def check(self) -> None:
        """Raises ValueError where the profile contradicts itself."""
        for colour in self.colours():
            parse_colour(colour)
        if lacking := {s.font for s in self.fields.values()} - self.fonts.keys():
            raise ValueError(f"it names the font {min(lacking)} but does not have it")

    def extent(self) -> Rect:
        """The smallest part of the window that holds all regions, relative to the window."""
        return Rect.around([Rect(*box) for box in self.boxes().values()])


def load(path: Path) -> Profile:
    """Read a profile. Raises `UserMistake` when a file is missing or broken."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        profile = msgspec.convert(table, Profile)
        profile.check()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, ValueError) as error:
        raise UserMistake(f"The profile {path} cannot be used: {str(error).rstrip('.')}.") from None
    sheet = cv2.imread(str(path.with_suffix(".png")), cv2.IMREAD_GRAYSCALE)
    if sheet is None:
        raise UserMistake(f"The profile's glyph sheet {path.with_suffix('.png')} is missing or no picture.")
    for name, font in profile.fonts.items():
        edges = _edges(font.widths)
        height = font.line.above + font.line.below
        if len(font.chars) != len(font.widths) or font.y + height > sheet.shape[0] or edges[-1] - 1 > sheet.shape[1]:
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

"""A hryvnia sign is no 2, and a 2 no hryvnia sign: written in real fonts, named by the real teacher."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

import aviator
from aviator.calibrate.signs import with_signs
from aviator.calibrate.teacher import Teacher
from aviator.see.ink import Image

FONTS = Path(aviator.__file__).parent / "sim" / "web" / "fonts"
SIGNED = ["montserrat-*-400", "montserrat-*-600", "montserrat-*-800"]
"""Fonts that have the sign; digits and sign are in two files."""
UNSIGNED = [
    "lato-*-400",
    "lato-*-900",
    "open-sans-*-600",
    "oswald-*-400",
    "oswald-*-600",
    "roboto-*-400",
    "roboto-*-700",
    "rubik-*-700",
]
SIZES = (12, 13, 14, 16, 20, 28)
SUMS = ("1,250.00", "87.40", "5,000.00", "230.75", "22.85", "0")


def font(name: str, part: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"{name.replace('*', part)}-normal.woff2"), size)


def line(name: str, size: int, sign: str, digits: str) -> Image:
    """The text on a crop with some room."""
    page = Picture.new("RGB", (12 * size, 2 * size), (20, 24, 34))
    draw = ImageDraw.Draw(page)
    x = 8.0
    for part, text in (("latin-ext", sign), ("latin", digits)):
        if text:
            draw.text((x, 1.5 * size), text, font=font(name, part, size), fill=(235, 240, 250), anchor="ls")
            x += font(name, part, size).getlength(text)
    return np.ascontiguousarray(np.array(page)[:, : round(x) + 8, ::-1])


@pytest.mark.parametrize("name", SIGNED)
def test_a_sum_in_hryvnias_is_not_ten_times_as_much(teacher: Teacher, name: str) -> None:
    crops = [(size, digits, line(name, size, "₴", digits)) for size in SIZES for digits in SUMS[:-1]]
    named = teacher.spell([crop for *_, crop in crops])
    wrong = [(size, digits, s.text) for (size, digits, _), s in zip(crops, named, strict=True) if s.text == f"2{digits}"]
    assert not wrong
    told = sum(s.text == f"₴{digits}" for (_, digits, _), s in zip(crops, named, strict=True))
    assert told >= 5, "mostly the recogniser finds it no digit by itself"


@pytest.mark.parametrize("name", [*SIGNED, *UNSIGNED])
def test_a_2_stays_a_2(teacher: Teacher, name: str) -> None:
    crops = [line(name, size, "", f"2{digits}") for size in SIZES for digits in SUMS]
    assert not [s.text for s in teacher.spell(crops) if "₴" in s.text]


def test_what_cannot_be_a_sum_is_left_alone() -> None:
    blank = np.zeros((20, 60, 3), np.uint8)
    assert with_signs("2", [5.0], blank) == "2"
    assert with_signs("2x", [5.0, 12.0], blank) == "2x"
    assert with_signs("22.50", [5.0, 12.0, 15.0, 20.0, 26.0], blank) == "22.50"
    assert with_signs("", [], blank) == ""


def test_a_multiplier_is_no_sum() -> None:
    """Even if it looked so: the score stands over rays, from which its strokes are hard to part."""
    crop, middles = line(SIGNED[0], 13, "₴", "87.40x"), [15.2, 23.8, 32.5, 38.0, 43.0, 51.0, 59.0]
    assert with_signs("287.40", middles[:-1], crop) == "₴87.40"
    assert with_signs("287.40x", middles, crop) == "287.40x"

"""Strips of pills, of several rows, and columns: every whole value is read, in its order, and what is in doubt ends the strip."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from tests.unit.see import pills
from tests.unit.see.painting import Window, profile, set_line
from tests.unit.see.pills import LINE_TOP, PAGE

from aviator.core.types import Field, Frame
from aviator.see.ink import Image, format_colour
from aviator.see.look import Strip
from aviator.see.reader import STRIP_SETTLES_S, MultiRegionReader
from aviator.see.regions import FieldSpec, InkSpec, Profile
from aviator.see.selfcheck import Sign, sign_of

KNOWN = profile("balkanbet")
FONT = KNOWN.fields[Field.HISTORY].font
ATLAS = KNOWN.atlases[FONT]
BELOW, PITCH = 4, 30
HIGH = LINE_TOP + ATLAS.line.above + ATLAS.line.below + BELOW
AT = 1_700_000_000.0
INKS = {
    "pills": InkSpec(format_colour(PAGE), 200, on_ground=True, by_columns=True),
    "plain": InkSpec(format_colour(PAGE), 223, on_ground=True),
}


def spec(rows: int, newest: str, looks: str = "pills", width: int = 400) -> FieldSpec:
    """A strip of so many rows; of 0 for one whose box is its row."""
    tops = tuple(PITCH * i for i in range(rows))
    box = (30, 110, width, tops[-1] + HIGH if rows else HIGH)
    base, known = LINE_TOP + ATLAS.line.above, KNOWN.fields[Field.HISTORY]
    return FieldSpec(box, FONT, base, (INKS[looks],), known.space, known.format, newest, known.apart, tops, HIGH if rows else 0)


def window_of(strip: FieldSpec) -> Profile:
    return replace(KNOWN, fields={Field.SCORE: KNOWN.fields[Field.SCORE], Field.HISTORY: strip})


def blotted(text: str, at: int) -> Image:
    """The ink of a value of which one digit is nothing that was ever learned."""
    bars = np.zeros((ATLAS.line.above + ATLAS.line.below, 12), np.uint8)
    bars[1:-1:2, 1:-1] = 255
    return np.concatenate([set_line(ATLAS, text[:at])[:, :-4], bars, set_line(ATLAS, text[at + 1 :])[:, 4:]], axis=1)


def painted(strip: FieldSpec, rows: Sequence[Sequence[str | Image]], looks: str = "pills") -> Image:
    """The strip's box, with these values on it."""
    lines = [[set_line(ATLAS, value) if isinstance(value, str) else value for value in values] for values in rows]
    return pills.strip(strip.box[2], strip.box[3], strip.rows or (0,), lines, looks)


def frame(strip: FieldSpec, crop: Image, at: float = AT) -> Frame:
    window = Window(window_of(strip))
    window.area(Field.HISTORY)[:] = crop
    return window.frame(at)


def values(count: int, seed: int = 1) -> list[str]:
    rng = Random(seed)
    return [f"{rng.choice([rng.uniform(1, 3), rng.uniform(3, 400)]):.2f}" for _ in range(count)]


def numbers(texts: Sequence[str]) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def read(strip: FieldSpec, crop: Image) -> Strip:
    shown = MultiRegionReader(window_of(strip), (0, 0)).read(frame(strip, crop)).strip
    assert shown is not None
    return shown


@pytest.mark.parametrize("looks", ["pills", "plain"])
@pytest.mark.parametrize("newest", ["left", "right"])
@pytest.mark.parametrize("counts", [(5,), (5, 3), (4, 5, 2)])
def test_rows_are_read_one_after_the_other(counts: tuple[int, ...], newest: str, looks: str) -> None:
    """The oldest value may be cut and is left out."""
    past = values(sum(counts), seed=len(counts))
    order = iter(past if newest == "left" else past[::-1])
    rows = [[next(order) for _ in range(count)] for count in counts]
    strip = spec(len(counts) if len(counts) > 1 else 0, newest, looks)
    shown = read(strip, painted(strip, rows, looks))
    assert shown.values == numbers(past[:-1])
    assert shown.clear
    assert shown.confidence > 0.9


@pytest.mark.parametrize("looks", ["pills", "plain"])
@pytest.mark.parametrize("newest", ["top", "bottom"])
def test_a_column_is_read_whole(newest: str, looks: str) -> None:
    """Each value has a row of its own: none is cut."""
    past = values(6)
    strip = spec(6, newest, looks, 90)
    shown = read(strip, painted(strip, [[value] for value in (past if newest == "top" else past[::-1])], looks))
    assert (shown.values, shown.clear) == (numbers(past), True)


def test_an_empty_row_is_no_value() -> None:
    past = values(3)
    strip = spec(4, "top", width=90)
    assert read(strip, painted(strip, [[past[0]], [], [past[1]], [past[2]]])).values == numbers(past)
    assert read(strip, painted(strip, [])) == Strip((), True, False, 1.0)


@pytest.mark.parametrize("newest", ["left", "right"])
def test_what_lies_over_a_row_ends_the_strip_there(newest: str) -> None:
    """How many values it hides cannot be seen, and it may cut the one before it."""
    past = values(8)
    shown = past if newest == "left" else past[::-1]
    strip = spec(2, newest)
    second = 5 if newest == "left" else 3  # the first value of the row that is looked at last
    lines = [blotted(value, 0) if value == past[second] else value for value in shown]
    crop = painted(strip, [lines[:5], lines[5:]])
    got = read(strip, crop)
    assert not got.clear
    assert got.values == numbers(past[: second - 1])


@pytest.mark.parametrize("looks", ["pills", "plain"])
def test_a_change_in_any_row_is_seen(looks: str) -> None:
    """And the strip is at rest again only when it stood still for a while."""
    past = values(9)
    strip = spec(2, "left", looks)
    reader = MultiRegionReader(window_of(strip), (0, 0))

    def seen(rows: Sequence[Sequence[str]], at: float) -> Strip:
        shown = reader.read(frame(strip, painted(strip, rows, looks), at)).strip
        assert shown is not None
        return shown

    assert seen([past[:5], past[5:8]], AT).values == numbers(past[:7])
    assert seen([past[:5], past[5:8]], AT + 2 * STRIP_SETTLES_S).settled
    assert not reader.moved
    changed = seen([past[:5], [past[8], *past[6:8]]], AT + 3 * STRIP_SETTLES_S)
    assert reader.moved
    assert changed.values == numbers([*past[:5], past[8], past[6]])
    assert not changed.settled


def test_above_the_line_of_a_pill_its_ground_counts_too() -> None:
    """The first row of the box tells each column's ground: when it alone changes, the strip is read anew."""
    strip = spec(0, "left")
    reader = MultiRegionReader(window_of(strip), (0, 0))
    crop = painted(strip, [values(4)])
    reader.read(frame(strip, crop))
    hidden = crop.copy()
    hidden[0, :, :3] = 255
    look = reader.read(frame(strip, hidden))
    assert reader.moved
    assert look.strip
    assert look.strip.values == ()


class Told:
    """A second opinion, and the sizes of what it was shown."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shown: list[tuple[int, ...]] = []

    def read(self, ink: Image) -> tuple[str, float]:
        self.shown.append(ink.shape)
        return self.text, 0.99


def test_a_value_in_doubt_is_shown_with_its_own_row() -> None:
    past = ["1.24", "3.10", "27.48", "8.73", "5.55"]
    strip = spec(2, "left")
    crop = painted(strip, [past[:2], [blotted(past[2], 1), *past[3:]]])
    unread = read(strip, crop)
    assert unread.values == numbers(past[:1])
    told = Told("27.48")
    reader = MultiRegionReader(window_of(strip), (0, 0), tesseract=told)  # type: ignore[arg-type]
    look = reader.read(frame(strip, crop))
    assert look.strip
    assert look.strip.values == numbers(past[:4])
    assert [shape[0] for shape in told.shown] == [HIGH]
    assert told.shown[0][1] < 80
    assert np.array_equal(strip.cut_rows(crop)[1], crop[PITCH : PITCH + HIGH])


@pytest.mark.parametrize("rows", [1, 2])
def test_pills_without_values_are_nothing_and_foreign_strokes_are_not(rows: int) -> None:
    """What the check of a window asks of a strip that is not read."""
    strip, empty = spec(rows, "left"), np.zeros((ATLAS.line.above + ATLAS.line.below, 60), np.uint8)
    reader = MultiRegionReader(window_of(strip), (0, 0))
    for value, sign in ((empty, Sign.NOTHING), (blotted("27.48", 0), Sign.OTHER)):
        crop = painted(strip, [[value] * 4] * rows)
        look = reader.read(frame(strip, crop))
        assert sign_of(Field.HISTORY, strip, look, crop) is sign

"""What the teacher says of painted fields and strips, and what becomes of it."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import cv2
import numpy as np
import pytest
from tests.unit.see.painting import profile, set_line, written

from aviator.calibrate.album import Snap
from aviator.calibrate.areas import Area
from aviator.calibrate.label import Labels, label_plain, label_strip, newest_end, settle
from aviator.calibrate.teacher import Teacher
from aviator.core.types import Field
from aviator.see.numbers import NumberFormat

KNOWN = profile("admiral")
FORM = KNOWN.fields[Field.HISTORY].format
GROUND, TEXT, PILL, TOAST = (20, 24, 28), (220, 200, 90), (44, 48, 56), (60, 60, 160)
WIDTH, HEIGHT, TOP = 420, 26, 6
DIGITS_PX = 9


def put(picture: np.ndarray, line: np.ndarray, x: int, colour: tuple[int, int, int] = TEXT) -> int:
    """Ink in the font's colour from column `x` on, as much as there is room for; returns the column behind it."""
    line = line[:, : max(0, picture.shape[1] - x)]
    share = line[:, :, None] / 255
    part = picture[TOP : TOP + line.shape[0], x : x + line.shape[1]]
    part[:] = np.round(share * np.array(colour) + (1 - share) * part)
    return x + line.shape[1]


def opaque(picture: np.ndarray) -> np.ndarray:
    return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])


def area(left: int, width: int, apart: float = 0.0) -> Area:
    base = TOP + KNOWN.atlases["history"].line.above
    return Area((0, 0, WIDTH, HEIGHT), (left, base - DIGITS_PX, width, DIGITS_PX), DIGITS_PX, apart)


def values(rng: Random, count: int) -> list[str]:
    return [f"{rng.choice([rng.uniform(1, 3), rng.uniform(3, 90)]):.2f}" for _ in range(count)]


def strip(past: list[str], pills: bool, toast: bool) -> np.ndarray:
    """Past rounds as a site shows them, each in a pill perhaps, and perhaps news in a coloured box over some of them."""
    picture = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
    x = 4
    for value in past:
        line = set_line(KNOWN.atlases["history"], written(FORM, value))
        if x >= WIDTH:
            break
        if pills:
            cv2.rectangle(picture, (x, 2), (x + line.shape[1], HEIGHT - 3), PILL, -1)
        x = put(picture, line, x) + 8
    if toast:
        cv2.rectangle(picture, (180, 0), (300, HEIGHT), TOAST, -1)
        cv2.putText(picture, "You won 12.50", (184, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255,) * 3, 1, cv2.LINE_AA)
    return opaque(picture)


def strips(newest: str, pills: bool = False, toasts: bool = False) -> tuple[list[Snap], set[str]]:
    """Twelve rounds of a strip, and every value it showed."""
    rng = Random(3)
    past = values(rng, 12)
    shown, snaps = set(past), []
    for i in range(12):
        row = past if newest == "left" else past[:8][::-1]
        snaps.append(Snap(strip(row, pills, toasts and i % 4 == 3), float(i)))
        past = [*values(rng, 1), *past]
        shown.add(past[0])
    return snaps, shown


def texts(labels: Labels) -> list[str]:
    return [label.text for label in labels.labels]


@pytest.mark.parametrize("newest", ["left", "right"])
@pytest.mark.parametrize("looks", ["plain", "pills", "toasts"])
def test_a_strip_is_parted_into_its_values(teacher: Teacher, newest: str, looks: str) -> None:
    snaps, shown = strips(newest, looks == "pills", looks == "toasts")
    labels = label_strip(snaps, area(8, WIDTH - 16, 14.0), teacher, newest)
    assert labels is not None
    assert labels.format == replace(FORM, thousands=""), "no value was that large"
    assert len(labels.labels) > 12
    assert {text.removesuffix("x") for text in texts(labels)} <= shown, "no half of a value, nor of the news"
    assert labels.newest == newest
    assert 3 < labels.apart < 14


@pytest.mark.parametrize("newest", ["left", "right"])
def test_the_newest_value_is_learned_from_too(teacher: Teacher, newest: str) -> None:
    """It may shine as no other, and nothing behind it is read where it is not; the oldest may be cut."""
    row = values(Random(4), 7)
    labels = label_strip([Snap(strip(row, False, False), float(i)) for i in range(3)], area(8, WIDTH - 16, 14.0), teacher, newest)
    assert labels is not None
    oldest = row[-1] if newest == "left" else row[0]
    assert {text.removesuffix("x") for text in texts(labels)} == set(row) - {oldest}


def test_a_strip_that_moves_the_other_way_than_was_thought_is_believed(teacher: Teacher) -> None:
    """Else the oldest value, which may be cut for minutes, would be learned from."""
    snaps, _ = strips("right")
    mistaken, told = (label_strip(snaps, area(8, WIDTH - 16, 14.0), teacher, newest) for newest in ("left", "right"))
    assert mistaken is not None
    assert told is not None
    assert (mistaken.newest, texts(mistaken)) == ("right", texts(told))


def test_each_label_stands_where_its_text_is(teacher: Teacher) -> None:
    snaps, _ = strips("left")
    labels = label_strip(snaps, area(8, WIDTH - 16, 14.0), teacher, "left")
    assert labels is not None
    for label in labels.labels:
        line = set_line(KNOWN.atlases["history"], label.text)
        inked = np.flatnonzero(line.max(axis=0) > 60)
        start, end = label.columns
        assert end - start == pytest.approx(inked[-1] + 1 - inked[0], abs=1)
        assert label.cut(2).shape == (HEIGHT, end - start + 4, 4)
        assert label.value == Decimal(label.text.removesuffix("x"))


def money(amounts: list[str], dim: bool = False) -> list[Snap]:
    """A sum behind its caption; the field is dimmed in every third picture."""
    atlas, form = KNOWN.atlases["balance"], KNOWN.fields[Field.BALANCE].format
    snaps = []
    for i, amount in enumerate(amounts):
        picture = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
        put(picture, set_line(KNOWN.atlases["history"], "x"), 2)
        colour = (122, 112, 59) if dim and i % 3 == 0 else TEXT
        put(picture, set_line(atlas, written(form, amount), 1, 4), 150, colour)
        snaps.append(Snap(opaque(picture), float(i)))
    return snaps


@pytest.mark.parametrize("dim", [False, True])
def test_a_plain_field_is_named_without_what_stands_beside_it(teacher: Teacher, dim: bool) -> None:
    amounts = [f"{Random(i).uniform(1, 10_000):.2f}" for i in range(12)]
    labels = label_plain(money(amounts, dim), area(150, 80), teacher)
    assert labels is not None
    assert [str(label.value) for label in labels.labels] == amounts
    assert labels.format.suffix == "RSD"
    assert all(label.columns[0] > 145 for label in labels.labels)
    assert len({label.ink for label in labels.labels}) == 1
    assert labels.labels[0].ink.on_ground


def test_a_field_that_shows_no_number_has_no_labels(teacher: Teacher) -> None:
    empty = [Snap(opaque(np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)), 0.0)]
    assert label_plain(empty, area(150, 80), teacher) is None
    assert label_strip(empty, area(8, WIDTH - 16, 14.0), teacher, "left") is None


def test_readings_settle_by_majority() -> None:
    """Unsure ones and those that break the format are None; letters around a number are mended."""
    usual = [(f"{n / 100:.2f}x", 0.99) for n in range(101, 131)]
    odd = [("2.07×", 0.99), ("407x", 0.99), ("9.99x", 0.5), ("Win!", 0.99)]
    settled = settle(usual + odd)
    assert settled is not None
    form, found = settled
    assert form == NumberFormat(".", "", (2,), "", "x")
    assert found[:30] == [(text, Decimal(text.removesuffix("x"))) for text, _ in usual]
    assert found[30:] == [("2.07x", Decimal("2.07")), None, None, None]
    assert settle([("9.99x", 0.5), ("Win!", 0.99)]) is None


PAST = [Decimal(n) for n in (1, 2, 3, 4, 5, 6, 7, 8)]


@pytest.mark.parametrize("rounds", [1, 3])
def test_the_newest_value_is_where_the_strip_moves_in(rounds: int) -> None:
    new = [Decimal(90 + i) for i in range(rounds)]
    moved = [*new, *PAST][:8]
    assert newest_end([PAST, moved]) == "left"
    assert newest_end([PAST[::-1], moved[::-1]]) == "right"
    unread = [None if i == 4 else v for i, v in enumerate(moved)]
    assert newest_end([PAST, unread]) == "left"


def test_a_strip_that_never_moved_has_no_newest_end() -> None:
    assert newest_end([PAST, PAST]) == ""
    assert newest_end([PAST]) == ""
    assert newest_end([PAST, [Decimal(50 + i) for i in range(8)]]) == "", "all new: nothing to compare"
    assert newest_end([[Decimal(1)] * 8] * 2) == "", "all alike: it may have moved either way"

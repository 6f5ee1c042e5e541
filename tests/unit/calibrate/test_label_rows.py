"""What the teacher says of values on pills, in several rows or in a column, and what becomes of it."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from tests.unit.see import pills
from tests.unit.see.painting import profile, set_line

from aviator.calibrate.album import Snap
from aviator.calibrate.areas import Area
from aviator.calibrate.label import Labels, label_strip
from aviator.calibrate.teacher import Teacher
from aviator.core.types import Field
from aviator.see.ink import parse_colour

KNOWN = profile("balkanbet")
ATLAS = KNOWN.atlases[KNOWN.fields[Field.HISTORY].font]
DIGITS = 11
HIGH, PITCH = pills.LINE_TOP + ATLAS.line.above + ATLAS.line.below + 4, 30
WIDTHS = {1: 90, 5: 400, 7: 540}
ROUNDS = 10


def texts(count: int, rng: Random) -> list[str]:
    return [f"{rng.choice([rng.uniform(1, 3), rng.uniform(3, 400)]):.2f}" for _ in range(count)]


def area(columns: int, rows: int) -> Area:
    tops = tuple(PITCH * i for i in range(rows)) if rows > 1 else ()
    width, core = WIDTHS[columns], (pills.LEFT, pills.LINE_TOP + ATLAS.line.above - DIGITS, WIDTHS[columns] - 16, DIGITS)
    height = tops[-1] + HIGH if tops else HIGH
    return Area((0, 0, width, height), core, DIGITS, 14.0, tops, HIGH if tops else 0, column=columns == 1)


def film(place: Area, columns: int, newest: str, looks: str) -> tuple[list[Snap], list[list[str]]]:
    """Some rounds of a strip, and in reading order what it showed."""
    rng, snaps, shown = Random(columns), [], []
    count = columns * len(place.rows or (0,))
    past = texts(count, rng)
    for i in range(ROUNDS):
        order = past[:count] if newest == "left" else past[:count][::-1]
        lines = [set_line(ATLAS, text) for text in order]
        rows = [lines[i : i + columns] for i in range(0, count, columns)]
        snaps.append(Snap(pills.strip(*place.box[2:], place.rows or (0,), rows, looks), float(i)))
        shown.append(order)
        past = [*texts(1, rng), *past]
    return snaps, shown


def read(labels: Labels | None) -> set[str]:
    assert labels is not None
    return {label.text for label in labels.labels}


def of(shown: Sequence[Sequence[str]]) -> set[str]:
    return {text for row in shown for text in row}


@pytest.mark.parametrize("looks", ["pills", "plain"])
@pytest.mark.parametrize("newest", ["left", "right"])
@pytest.mark.parametrize(("columns", "rows"), [(7, 1), (5, 2)])
def test_values_of_rows_are_named_but_the_oldest(teacher: Teacher, columns: int, rows: int, newest: str, looks: str) -> None:
    place = area(columns, rows)
    snaps, shown = film(place, columns, newest, looks)
    labels = label_strip(snaps, place, teacher, newest)
    whole = of([row[:-1] if newest == "left" else row[1:] for row in shown])
    assert read(labels) <= whole, "no half of a value"
    assert len(read(labels)) >= 0.9 * len(whole)
    assert labels is not None
    assert labels.newest == newest
    assert labels.labels[0].ink.by_columns is (looks == "pills")
    assert labels.format.decimals == (2,)
    assert 3 < labels.apart < 30


@pytest.mark.parametrize("looks", ["pills", "plain"])
@pytest.mark.parametrize("newest", ["left", "right"])
def test_values_of_a_column_are_named_all(teacher: Teacher, newest: str, looks: str) -> None:
    """At the left of a column's values, in reading order, is its top: none of them is cut."""
    place = area(1, 6)
    snaps, shown = film(place, 1, newest, looks)
    labels = label_strip(snaps, place, teacher, newest)
    assert read(labels) <= of(shown)
    assert len(read(labels)) >= 0.9 * len(of(shown))
    assert labels is not None
    assert labels.newest == newest
    oldest = of(shown[:1]) - of(shown[1:])
    assert oldest <= read(labels)


def test_each_label_is_cut_from_its_own_row(teacher: Teacher) -> None:
    place = area(5, 2)
    snaps, _ = film(place, 5, "left", "pills")
    labels = label_strip(snaps, place, teacher, "left")
    assert labels is not None
    for label in labels.labels:
        assert label.pixels.shape == (HIGH, WIDTHS[5], 4)
        assert any(np.array_equal(label.pixels, row) for snap in snaps for row in place.cut_rows(snap.pixels))
        line = set_line(ATLAS, label.text)
        inked = np.flatnonzero(line.max(axis=0) > 60)
        start, end = label.columns
        assert end - start == pytest.approx(np.ptp(inked) + 1, abs=1)
        shown = label.ink.ink().of(label.cut(3)).max(axis=0) > 60
        assert np.flatnonzero(shown)[[0, -1]].tolist() == pytest.approx([3, end - start + 2], abs=1)


def test_one_ground_for_all_is_known_by_its_colour(teacher: Teacher) -> None:
    place = area(5, 2)
    snaps, _ = film(place, 5, "left", "plain")
    labels = label_strip(snaps, place, teacher, "left")
    assert labels is not None
    ink = labels.labels[0].ink
    assert parse_colour(ink.colour) == pills.PAGE
    assert ink.on_ground

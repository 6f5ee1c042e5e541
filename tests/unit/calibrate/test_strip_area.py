"""Where past rounds stand: in a row, in several, or in a column; from pictures on which some were found."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from tests.unit.see.lettering import lettered
from tests.unit.see.pills import blend, page

from aviator.calibrate.areas import Area, Shot
from aviator.calibrate.found import Found, Screen
from aviator.calibrate.strip_area import strip_area
from aviator.see.glyphs import LINE_PX

WINDOW = (600, 400)
HIGH = LINE_PX
ABOVE = round(HIGH / 4)
LEFT, TOP, PITCH, STEP = 40, 60, 34, 70

Places = Sequence[tuple[int, int]]


def shot(places: Places, shift: int = 0, hidden: Places = ()) -> Shot:
    """A picture with a value at each of these columns and rows of the strip; those `hidden` are there but were not found."""
    picture, history = page(*WINDOW), []
    for column, row in (*places, *hidden):
        ink = lettered(f"{1 + column}.{10 + row + shift}", 1.0)
        x, y = LEFT + STEP * column, TOP + PITCH * row
        blend(picture, ink, x, y, (255, 255, 255))
        if (column, row) in places:
            core = x, y, ink.shape[1], HIGH
            history.append(Found("", Decimal(1), 0.99, core, core))
    return Shot(picture, (), Screen(None, None, {}, tuple(history), {}))


def grid(columns: int, rows: int) -> list[tuple[int, int]]:
    return [(x, y) for y in range(rows) for x in range(columns)]


def area_of(shots: Sequence[Shot]) -> Area:
    area = strip_area(shots, WINDOW)
    assert area is not None
    return area


def test_a_strip_of_one_row_has_no_rows() -> None:
    area = area_of([shot(grid(6, 1), i) for i in range(3)])
    assert (area.rows, area.row_height, area.column) == ((), 0, False)
    assert area.box[1] == TOP - ABOVE, "with ground above its digits, and little of it: a pill is tight"
    assert area.box[1] + area.box[3] > TOP + HIGH
    assert area.box[0] < LEFT
    assert area.box[0] + area.box[2] > LEFT + 6 * STEP - 20
    assert area.height == HIGH
    assert 10 < area.apart < STEP - 40, "between two values"


@pytest.mark.parametrize(("columns", "rows"), [(6, 2), (6, 3), (2, 5)])
def test_several_rows_are_parted(columns: int, rows: int) -> None:
    area = area_of([shot(grid(columns, rows), i) for i in range(3)])
    assert area.rows == tuple(PITCH * i for i in range(rows))
    assert not area.column
    assert area.box[1] == TOP - ABOVE
    assert area.core[1] == TOP, "the core is that of the first row"
    assert 10 < area.apart < STEP - 40, "values of one row are compared"
    assert ABOVE + HIGH < area.row_height <= PITCH, "no row reaches into the next one"
    assert area.box[3] == area.rows[-1] + area.row_height
    cuts = area.cut_rows(np.arange(WINDOW[1])[area.box[1] : area.box[1] + area.box[3], None])
    assert [int(cut[0, 0]) for cut in cuts] == [TOP - ABOVE + PITCH * i for i in range(rows)]
    assert {len(cut) for cut in cuts} == {area.row_height}
    assert np.array_equal(area.cut(1, np.arange(area.box[3])), np.arange(area.box[3])[PITCH : PITCH + area.row_height])


def test_one_value_a_row_is_a_column() -> None:
    area = area_of([shot(grid(1, 7), i) for i in range(3)])
    assert area.column
    assert area.rows == tuple(PITCH * i for i in range(7))
    assert area.apart == HIGH, "or each digit would be a value"


def test_two_values_in_two_rows_are_no_column() -> None:
    assert not area_of([shot(grid(1, 2), i) for i in range(3)]).column


def test_holes_between_rows_are_filled() -> None:
    """A row that was never read - its colour, its size - is a row all the same; else its values would be missing unseen."""
    area = area_of([shot([p for p in grid(1, 9) if p[1] not in {3, 6, 7}], i, hidden=[(0, 3), (0, 6), (0, 7)]) for i in range(3)])
    assert area.rows == tuple(PITCH * i for i in range(9))
    assert area.column


def test_what_is_seen_now_and_then_is_no_row() -> None:
    """A toast with a multiplier below the strip, on one picture of four; half a picture is enough for a row."""
    usual = [shot(grid(6, 1), i) for i in range(3)]
    area = area_of([*usual, shot([*grid(6, 1), (2, 4)])])
    assert area.rows == ()
    assert area.box[3] < PITCH
    assert area_of([*usual[:2], *[shot([*grid(6, 1), (2, 1)])] * 2]).rows == (0, PITCH)


def test_rows_that_are_a_little_off_are_one() -> None:
    """Digits of another height, or a pixel or two lower."""
    shots = [shot(grid(6, 2), i) for i in range(4)]
    low = [
        Shot(s.picture, (), Screen(None, None, {}, tuple(_lower(f, 3 * (i % 2)) for i, f in enumerate(s.screen.history)), {}))
        for s in shots
    ]
    area = area_of(low)
    assert len(area.rows) == 2
    assert area.rows[1] == pytest.approx(PITCH, abs=2)
    one = strip_area([Shot(s.picture, (), Screen(None, None, {}, s.screen.history[:6], {})) for s in low], WINDOW)
    assert one is not None
    assert one.rows == ()
    assert one.core[3] == HIGH, "as high as its digits are"


def _lower(found: Found, by: int) -> Found:
    x, y, w, h = found.core
    return Found(found.text, found.value, found.confidence, (x, y + by, w, h), (x, y + by, w, h))


def test_rows_beyond_the_windows_edge_are_left_out() -> None:
    whole = [shot(grid(1, 10), i) for i in range(2)]
    x, y, _, _ = area_of(whole).box
    edge = y + PITCH * 9 + ABOVE + HIGH - 1  # the last row has no ground below it any more
    cut = [Shot(s.picture[:edge], (), s.screen) for s in whole]
    area = strip_area(cut, (WINDOW[0], edge))
    assert area is not None
    assert area.rows == tuple(PITCH * i for i in range(9))
    assert area.box[:2] == (x, y)


def test_values_that_stand_somewhere_else_on_each_picture_are_no_strip() -> None:
    assert strip_area([shot([(i, 2 * i)]) for i in range(4)], WINDOW) is None
    assert strip_area([], WINDOW) is None
    assert strip_area([shot([])], WINDOW) is None

"""A score that moves, grows or pulses: wherever it stands and however large it is, it comes out alike."""

import cv2
import numpy as np
import pytest
from tests.unit.see.lettering import lettered
from tests.unit.see.pills import PAGE, blend, page

from aviator.see.floating import BASE, ROWS, brought, digit_rows, settled
from aviator.see.glyphs import INKED, LINE_PX
from aviator.see.ink import Image, Ink

WHITE = (255, 255, 255)
INK = Ink(WHITE, 200, on_ground=False)
WIDTH, HEIGHT = 420, 160


def board(text: str, scale: float, y: int, x: int = 40) -> tuple[Image, int]:
    """A text on a board, its digits from row `y` on; and the row behind their last."""
    picture, large = page(WIDTH, HEIGHT), lettered(text, scale)
    blend(picture, large, x, y, WHITE)
    return picture, y + large.shape[0]


@pytest.mark.parametrize("text", ["1.00x", "17.45x", "203.88x"])
@pytest.mark.parametrize(("scale", "y"), [(0.8, 90), (2.0, 30), (3.3, 7), (5.0, 60)])
def test_digits_are_found_wherever_they_stand(text: str, scale: float, y: int) -> None:
    picture, low = board(text, scale, y)
    found = digit_rows(INK.of(picture))
    assert found is not None
    assert found == pytest.approx((y, low), abs=max(1, scale)), "to a row of the glyphs"


@pytest.mark.parametrize(("scale", "y"), [(1.5, 90), (2.0, 30), (3.3, 7), (5.0, 60)])
def test_a_text_comes_out_alike_in_every_size_and_place(scale: float, y: int) -> None:
    usual, other = (settled(board("17.45x", *where)[0], INK) for where in ((3.0, 50), (scale, y)))
    assert usual is not None
    assert other is not None
    assert usual.shape[0] == other.shape[0] == ROWS
    shown = [INK.of(picture) > 128 for picture in (usual, other)]
    for ink in shown:
        rows = np.flatnonzero(ink.any(axis=1))
        assert rows[-1] + 1 == pytest.approx(BASE, abs=1)
        assert rows[-1] + 1 - rows[0] == pytest.approx(LINE_PX, abs=1)
    widths = [np.ptp(np.flatnonzero(ink.any(axis=0))) for ink in shown]
    assert widths[0] == pytest.approx(widths[1], rel=0.08)


@pytest.mark.parametrize("y", [0, 117])
def test_a_text_at_the_edge_of_its_area_keeps_its_place(y: int) -> None:
    """What lies beyond is taken to go on as it ends."""
    picture, low = board("17.45x", 3.0, y)
    assert low < HEIGHT
    found = settled(picture, INK)
    assert found is not None
    assert found.shape[0] == ROWS
    rows = np.flatnonzero((INK.of(found) > 128).any(axis=1))
    assert rows[-1] + 1 == pytest.approx(BASE, abs=1)


def test_the_text_with_the_most_ink_counts() -> None:
    """Not a caption below it, nor the curve that flies through the rows between."""
    picture, low = board("17.45x", 3.0, 20)
    blend(picture, lettered("123456", 1.0), 40, 110, WHITE)
    cv2.line(picture, (0, low + 20), (WIDTH, low + 18), (255, 255, 255, 255), 2)
    found = digit_rows(INK.of(picture))
    assert found is not None
    assert found == pytest.approx((20, low), abs=2)


def test_a_thin_waist_does_not_part_a_digit() -> None:
    ink = np.zeros((60, 40), np.uint8)
    ink[10:24, 5:30] = ink[26:40, 5:30] = 255
    ink[24:26, 5:8] = 255
    assert digit_rows(ink) == (10, 40)
    ink[24:32] = 0
    assert digit_rows(ink) == (10, 24), "a gap as wide as that parts two lines"


def test_what_hangs_below_is_not_of_the_digits() -> None:
    """A comma, or the trail of a plane."""
    ink = np.zeros((60, 40), np.uint8)
    ink[10:40, 5:35] = ink[40:50, 5:10] = 255
    assert digit_rows(ink) == (10, 40)


def test_where_nothing_stands_out_there_is_no_text() -> None:
    assert digit_rows(np.zeros((60, 40), np.uint8)) is None
    assert digit_rows(np.full((60, 40), INKED, np.uint8)) is None, "a glow is no stroke"
    line = np.zeros((60, 40), np.uint8)
    line[20:26] = 255
    assert digit_rows(line) is None, "a line of six rows has no digits"
    line[26] = 255
    assert digit_rows(line) == (20, 27)
    assert settled(page(40, 60), INK) is None


def test_pixels_are_brought_to_one_height() -> None:
    """Twice as high becomes half as wide; what is missing above and below is there all the same."""
    picture = page(80, 2 * LINE_PX)
    small = brought(picture, 0, 2 * LINE_PX)
    assert small.shape == (ROWS, 40, 4)
    assert (small == (*PAGE[::-1], 255)).all()
    assert small.flags.c_contiguous

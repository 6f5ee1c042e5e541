"""Large numbers that are found in pieces are one number."""

import pytest
from tests.unit.calibrate.drawn import Page

from aviator.calibrate import shapes
from aviator.calibrate.examine import rejoin
from aviator.calibrate.teacher import Teacher

GREEN, RED = (120, 230, 60), (60, 60, 240)
HIGH = 48


def page_with(first: str, x: int = 215, y: int = 200, height: int = HIGH, colour: tuple[int, int, int] = GREEN) -> Page:
    """`870.32x` where a recogniser finds it, and something before it that it does not find."""
    page = Page()
    page.write(first, x, y, height, colour)
    page.lines.clear()
    page.write("870.32x", 270, 200, HIGH, GREEN)
    return page


def test_a_lonely_digit_before_a_blank_belongs_to_its_number(teacher: Teacher) -> None:
    page = page_with("7")
    assert [line.text for line in rejoin(teacher, page.lines, page.picture)] == ["7870.32x"]


def test_two_digits_before_a_blank_belong_to_their_number(teacher: Teacher) -> None:
    page = page_with("17", x=180)
    assert [line.text for line in rejoin(teacher, page.lines, page.picture)] == ["17870.32x"]


@pytest.mark.parametrize(
    "other",
    [
        page_with("7", colour=RED),
        page_with("7", height=HIGH // 2),
        page_with("7", y=215),
        page_with("7", x=120),
        page_with("-"),
        page_with(""),
    ],
    ids=["of another colour", "lower", "not level", "further away than a blank", "no digit", "nothing"],
)
def test_what_is_not_like_its_digits_is_not_of_a_number(other: Page) -> None:
    assert shapes.more_before(other.picture, shapes.ink_box(other.picture, other.lines[0].box)) is None


def test_what_reads_as_no_number_changes_nothing(teacher: Teacher) -> None:
    page = page_with("H")
    assert [line.text for line in rejoin(teacher, page.lines, page.picture)] == ["870.32x"]

"""In which places and colours a score is drawn, from boards on which it was found."""

import numpy as np
import pytest
from tests.unit.see.lettering import lettered
from tests.unit.see.pills import blend, page

from aviator.calibrate.areas import Area, Shot, holds
from aviator.calibrate.found import Screen
from aviator.calibrate.score_areas import score_areas
from aviator.calibrate.teacher import Line
from aviator.see.glyphs import LINE_PX
from aviator.see.ink import Colour
from aviator.see.regions import Box

WINDOW = (600, 400)
WHITE, RED = (255, 255, 255), (230, 30, 50)

Sighting = tuple[Shot, Box]


def found(text: str, y: int, scale: float = 3.0, colour: Colour = WHITE, x: int | None = None, words: int = 0) -> Sighting:
    """A board with a score in its middle, or from column `x` on; and, if told, words that begin in row `words`."""
    picture, ink = page(*WINDOW), lettered(text, scale)
    left = (WINDOW[0] - ink.shape[1]) // 2 if x is None else x
    blend(picture, ink, left, y, colour)
    lines = [Line("FLEW AWAY!", 0.99, (220, words, 160, 24), ())] if words else []
    return Shot(picture, lines, Screen(None, None, {}, (), {})), (left, y, ink.shape[1], ink.shape[0])


def inside(areas: tuple[Area, ...], sightings: list[Sighting]) -> list[int]:
    """In which of the areas each score lies."""
    return [next(i for i, area in enumerate(areas) if holds(area.box, box)) for _, box in sightings]


def test_a_score_that_stands_still_has_no_areas_of_its_own() -> None:
    """Nor one that changes its colour, or is a pixel off now and then."""
    still = [found("1.07x", 150), found("17.45x", 150), found("17.45x", 151, colour=RED), found("203.88x", 149)]
    assert score_areas(still, WINDOW) == ()


def test_a_score_that_rises_has_one_area_with_room_for_all_of_its_places() -> None:
    moving = [found(f"{1 + i / 7:.2f}x", 150 - 4 * i) for i in range(6)]
    (area,) = areas = score_areas(moving, WINDOW)
    assert inside(areas, moving) == [0] * 6
    assert area.height == 3 * LINE_PX
    assert area.core[1] == 130
    assert area.core[1] + area.core[3] == 150 + 3 * LINE_PX
    assert area.box[1] < 130
    assert area.box[2] > 2 * area.core[2], "numbers grow"


def test_a_score_that_grows_has_one_area() -> None:
    growing = [found(f"{1 + i / 7:.2f}x", 150 - 2 * i, 2.0 + 0.25 * i) for i in range(6)]
    areas = score_areas(growing, WINDOW)
    assert len(areas) == 1
    assert inside(areas, growing) == [0] * 6
    hanging = [found(f"{1 + i / 7:.2f}x", 150, 2.0 + 0.2 * i) for i in range(6)]
    assert len(score_areas(hanging, WINDOW)) == 1, "also where its upper edge stands still"


def test_a_score_that_ends_lower_and_smaller_has_two_areas() -> None:
    """The one seen most often comes first; words keep their rows."""
    flying = [found(f"{2 + i / 7:.2f}x", 150, 4.0) for i in range(5)]
    ended = [found("3.10x", 190, 2.0, RED, words=150), found("17.45x", 190, 2.0, RED, words=150)]
    first, second = areas = score_areas([ended[0], *flying, ended[1]], WINDOW)
    assert inside((first,), flying) == [0] * 5
    assert inside((second,), ended) == [0, 0]
    assert (first.height, second.height) == (4 * LINE_PX, 2 * LINE_PX)
    assert second.box[1] >= 150 + 24, "below the words"
    assert score_areas([*ended, *ended, *ended, *flying], WINDOW)[0].height == 2 * LINE_PX
    assert len(areas) == 2


def test_the_same_colour_in_another_place_is_another_area() -> None:
    two = [found("1.07x", 150), found("1.12x", 150), found("1.31x", 210), found("1.45x", 210)]
    areas = score_areas(two, WINDOW)
    assert sorted(inside(areas, two)) == [0, 0, 1, 1]


@pytest.mark.parametrize("odd", [{"y": 10, "scale": 3.0}, {"y": 150, "scale": 1.0}, {"y": 150, "scale": 3.0, "x": 20}])
def test_another_number_taken_for_the_score_is_no_place_of_it(odd: dict) -> None:
    """Far above it, much smaller, or at the edge of the board."""
    scores = [found(f"{1 + i / 7:.2f}x", 150) for i in range(5)]
    other = found("88.88x", **odd, colour=RED)
    assert score_areas([*scores, other], WINDOW) == (), "without it the score stands still"
    moving = [found(f"{1 + i / 7:.2f}x", 150 - 4 * i) for i in range(6)]
    assert score_areas([*moving, other], WINDOW) == score_areas(moving, WINDOW) != ()


def test_scores_all_over_the_window_are_no_score() -> None:
    """Where most are not near one another, nobody knows which is the score."""
    scattered = [found("1.07x", 20), found("1.12x", 330, x=20), found("2.31x", 330, x=450), found("1.45x", 180, 1.0)]
    assert score_areas(scattered, WINDOW) == ()


def test_where_most_numbers_stand_elsewhere_the_few_that_move_are_no_score() -> None:
    few = [found("1.07x", 150), found("1.12x", 140)]
    elsewhere = [found("2.31x", 20, x=0), found("3.45x", 330, x=0), found("4.45x", 330, x=450)]
    assert len(score_areas([*few, *elsewhere[:1]], WINDOW)) == 1
    assert score_areas([*few, *elsewhere], WINDOW) == ()


def test_areas_stay_inside_the_window() -> None:
    moving = [found(f"{1 + i / 7:.2f}x", 4 * i, 4.0, x=20 * i) for i in range(4)]
    areas = score_areas(moving, WINDOW)
    assert areas
    for area in areas:
        x, y, w, h = area.box
        assert min(x, y) >= 0
        assert x + w <= WINDOW[0]
        assert y + h <= WINDOW[1]
    assert np.sum(inside(areas, moving)) == 0

"""Where fields are, from pages that were drawn and the lines of text a perfect recogniser finds on them."""

import cv2
import numpy as np
import pytest
from tests.unit.calibrate.drawn import GREEN, Page, game

from aviator.calibrate.areas import Shot
from aviator.calibrate.screen import interpret
from aviator.calibrate.survey import NothingSeen, survey
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see.regions import Box

SCORE_Y = 240


def shot(page: Page) -> Shot:
    picture = cv2.cvtColor(page.picture, cv2.COLOR_BGR2BGRA)
    return Shot(np.asarray(picture, np.uint8), page.lines, interpret(page.lines, page.picture))


def flying(score: str = "5.37x") -> Page:
    page = game()
    page.write(score, 560, SCORE_Y, 60, (255, 255, 255))
    return page


def right(box: Box) -> int:
    return box[0] + box[2]


def test_every_field_of_a_page_has_an_area_around_its_text():
    found = survey([shot(flying("5.37x")), shot(flying("1.02x"))])
    assert found.window == (1000, 640)
    assert found.areas.keys() == {
        Field.SCORE, Field.HISTORY, Field.BALANCE, Field.PLAYERS, Field.TOTAL_WIN, Field.BET_AMOUNT_1, Field.BET_AMOUNT_2
    }  # fmt: skip
    for area in found.areas.values():
        assert area.box[0] <= area.core[0]
        assert area.box[1] <= area.core[1]
        assert right(area.core) <= right(area.box)
        assert area.core[1] + area.core[3] <= area.box[1] + area.box[3]
    assert found.buttons.keys() == {Field.BUTTON_1, Field.BUTTON_2}
    assert 10 < found.areas[Field.HISTORY].apart < 60, "the usual room between two values"
    x, y, w, h = found.board
    assert x < 560 < 700 < x + w
    assert y < SCORE_Y < SCORE_Y + 60 < y + h


def test_a_field_grows_over_empty_ground_as_far_as_the_next_thing():
    """A sum has more digits tomorrow; other text and a panel of another colour end the room for them."""
    free = survey([shot(flying())]).areas[Field.TOTAL_WIN]
    page = flying()
    page.patch((130, 50, 20, 28), GREEN)
    page.patch((275, 50, 8, 28), (70, 60, 60))
    ended = survey([shot(page)]).areas[Field.TOTAL_WIN]
    assert free.box[0] < 100
    assert 290 <= right(free.box) <= 300, "the strip begins at 300"
    assert 150 < ended.box[0] <= 154
    assert 270 <= right(ended.box) <= 275


def test_what_stands_there_only_at_times_ends_a_field_as_well():
    page = flying()
    page.patch((275, 50, 8, 28), GREEN)
    assert right(survey([shot(flying()), shot(page)]).areas[Field.TOTAL_WIN].box) <= 275


def test_the_frame_of_an_input_is_not_of_the_field():
    page = flying()
    cv2.rectangle(page.picture, (320, 505), (440, 529), (200, 200, 200), 1)
    x, y, w, h = survey([shot(page)]).areas[Field.BET_AMOUNT_1].box
    assert x > 320
    assert x + w <= 440
    assert y > 505
    assert y + h <= 529


def test_the_score_keeps_off_the_rows_of_other_lines():
    page = flying()
    words = page.write("Good luck to everyone", 540, SCORE_Y - 24, 16)
    box = survey([shot(page)]).areas[Field.SCORE].box
    assert box[1] >= words[1] + words[3]
    alone = survey([shot(flying())]).areas[Field.SCORE].box
    assert alone[1] < box[1]
    assert alone[2] > 1.5 * 150, "room for longer numbers"


def test_a_field_that_is_now_here_now_there_is_none():
    """Numbers of the same meaning at two places: which one is the field's is not known."""
    pages = [flying(), flying()]
    for page, y in zip(pages, (12, 300), strict=True):
        page.lines[:] = [ln for ln in page.lines if ln.text not in ("Balance", "1,204.50 USD")]
        page.patch((770, 4, 230, 30), (24, 20, 18))
        page.write("Balance", 20, y)
        page.write("1,204.50 USD", 100, y)
    assert Field.BALANCE in survey(list(map(shot, pages[:1]))).areas
    assert Field.BALANCE not in survey(list(map(shot, pages))).areas


def test_without_a_multiplier_there_is_no_game():
    with pytest.raises(NothingSeen, match=r"^No multiplier was seen on the board: .*\?$"):
        survey([shot(game())])


def test_pictures_of_two_windows_are_no_survey():
    small = flying()
    small.picture = small.picture[:600]
    with pytest.raises(UserMistake, match="different sizes"):
        survey([shot(flying()), shot(small)])

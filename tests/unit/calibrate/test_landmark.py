"""The landmark of a window: of the page, of no field, the same in all pictures, and nowhere else."""

import cv2
import numpy as np
import pytest
from tests.unit.calibrate.drawn import Page

from aviator.calibrate.areas import Shot
from aviator.calibrate.screen import Screen
from aviator.calibrate.survey import _landmark
from aviator.see import anchor
from aviator.see.regions import Box

SCORE, BALANCE = (300, 250, 300, 80), (600, 160, 200, 30)
FIELDS = (SCORE, BALANCE, (300, 500, 300, 60))


def shots(*pages: Page) -> list[Shot]:
    return [
        Shot(cv2.cvtColor(p.picture, cv2.COLOR_BGR2BGRA).astype(np.uint8), p.lines, Screen(None, None, {}, (), {})) for p in pages
    ]


def page(number: int, label: Box | None = (330, 190, 0, 0)) -> Page:
    drawn = Page()
    drawn.write(f"{number}.17x", 320, 270, 40)
    drawn.write("1,204.50 USD", 610, 165)
    if label:
        drawn.write("WELCOME BONUS", *label[:2], 16)
    return drawn


def landmark(*pages: Page) -> Box | None:
    return _landmark(shots(*pages), FIELDS)


def overlaps(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def test_it_is_a_label_of_the_page_and_found_again_when_the_window_moved():
    box = landmark(page(1), page(2))
    assert box is not None
    assert overlaps(box, (330, 190, 150, 20))
    assert not any(overlaps(box, field) for field in FIELDS), "a balance is the same for long, and then it is not"
    x, y, w, h = box
    seen = anchor.grey(shots(page(3))[0].picture)
    assert anchor.find(seen[y : y + h, x : x + w], np.roll(seen, (9, 4), axis=(0, 1))) == (x + 4, y + 9)


def test_what_lies_beyond_the_page_is_the_browsers():
    pages = [page(1), page(2)]
    for one in pages:
        one.write("https://WWW.ADDRESS-AND-TABS.EXAMPLE/%7E#@&", 300, 8, 24)
    box = landmark(*pages)
    assert box is not None
    assert overlaps(box, (330, 190, 150, 20))


def test_a_label_that_changes_or_stands_twice_is_none():
    changing = [page(1), page(2, None)]
    changing[1].write("OTHER WORDS!!", 330, 190, 16)
    assert landmark(*changing) is None or not overlaps(landmark(*changing) or SCORE, (330, 190, 150, 20))
    twice = [page(1), page(2)]
    for one in twice:
        one.write("WELCOME BONUS", 330, 420, 16)
    assert landmark(*twice) is None


@pytest.mark.parametrize("number", [1, 2])
def test_a_page_without_labels_has_none(number: int):
    assert landmark(page(1, None), page(number, None)) is None

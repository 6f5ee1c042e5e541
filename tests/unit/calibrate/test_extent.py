"""How far a strip reaches, from drawn pictures on which it moves on."""

import cv2
import numpy as np
import pytest
from tests.unit.calibrate.drawn import Page, game

from aviator.calibrate.album import Album
from aviator.calibrate.areas import Shot
from aviator.calibrate.extent import with_whole_strip
from aviator.calibrate.screen import interpret
from aviator.calibrate.survey import survey
from aviator.core.types import Field

VALUES = ["1.24x", "3.10x", "1.00x", "17.45x", "2.22x", "1.08x", "4.31x", "1.77x", "2.90x", "61.20x", "1.35x", "8.11x", "1.02x"]
END = 860
"""Here the page cuts the strip, in the middle of its last value."""


def page(first: int) -> Page:
    drawn = game(tuple(VALUES[first : first + 6]))
    drawn.lines.pop(1)
    drawn.write("6.37x", 560, 240, 60, (255, 255, 255))
    # The recogniser takes no notice of what is cut.
    cut = Page()
    cut.write(VALUES[first + 6], 300 + 90 * 6, 50, 13)
    drawn.picture[44:70, 835:END] = cut.picture[44:70, 835:END]
    # A mark that has nothing to do with the strip.
    drawn.patch((END + 8, 50, 12, 12), (230, 230, 230))
    return drawn


def bgra(drawn: Page) -> np.ndarray:
    return np.asarray(cv2.cvtColor(drawn.picture, cv2.COLOR_BGR2BGRA), np.uint8)


@pytest.mark.parametrize(("moves", "reaches"), [(6, True), (2, True), (1, False)])
def test_a_strip_reaches_as_far_as_it_moves_once_it_moved_often_enough(moves, reaches):
    first = page(0)
    found = survey([Shot(bgra(first), first.lines, interpret(first.lines, first.picture))])
    album = Album(found)
    for i in range(moves + 1):
        album.add(bgra(page(i)), float(i))
    before, after = found.areas[Field.HISTORY].box, with_whole_strip(found, album).areas[Field.HISTORY].box
    assert before[0] + before[2] < END - 5
    assert (END - 5 <= after[0] + after[2] <= END) is reaches
    assert (after == before) is not reaches
    assert after[0] == before[0], "at its other end nothing moves beyond it"
    assert all(s.pixels.shape[1] == after[2] for s in album.snaps_within(Field.HISTORY, after))


def test_a_number_beside_the_strip_is_not_of_it():
    """How many play changes with every round, too: it stands on a ground of its own, and was taken for the newest value."""
    found = survey([Shot(bgra(first := page(0)), first.lines, interpret(first.lines, first.picture))])
    left = found.areas[Field.HISTORY].box[0]
    album = Album(found)
    for i in range(7):
        drawn = page(i)
        drawn.patch((left - 60, 40, 50, 34), (42, 40, 40))
        drawn.write(str(350 + 7 * i), left - 50, 50, 13)
        album.add(bgra(drawn), float(i))
    assert with_whole_strip(found, album).areas[Field.HISTORY].box[0] == left


def test_what_lies_beside_the_strip_for_one_of_two_moves_is_not_of_it():
    first = page(0)
    found = survey([Shot(bgra(first), first.lines, interpret(first.lines, first.picture))])
    box = found.areas[Field.HISTORY].box
    album = Album(found)
    for i in range(3):
        drawn = page(i)
        if i == 2:
            drawn.write("WON 2.40", box[0] - 90, 50, 13)
        album.add(bgra(drawn), float(i))
    assert with_whole_strip(found, album).areas[Field.HISTORY].box[0] == box[0]


def test_a_ground_that_is_different_everywhere_ends_nowhere():
    first = page(0)
    found = survey([Shot(bgra(first), first.lines, interpret(first.lines, first.picture))])
    shade = np.linspace(0, 60, first.picture.shape[1]).astype(np.uint8)[None, :, None]
    album = Album(found)
    for i in range(7):
        picture = bgra(page(i))
        picture[:, :, :3] = np.maximum(picture[:, :, :3], shade)
        album.add(picture, float(i))
    after = with_whole_strip(found, album).areas[Field.HISTORY].box
    assert END - 5 <= after[0] + after[2] <= END

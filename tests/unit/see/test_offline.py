"""Why nothing can be read: painted windows, and what is said of them."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.unit.see.painting import Window, profile

from aviator.core.types import Field, Frame, Method, Reading
from aviator.see.ink import Image
from aviator.see.look import Look
from aviator.see.offline import BLACK, BLANK, COVERED, GONE, NO_SCORE, OVERDUE, STILL, UNSEEN, Diagnosis
from aviator.see.phase import Loss, Sight
from aviator.see.regions import AnchorSpec

ADMIRAL = profile("admiral")
SAID = 'disconnected: the page says "Connection lost"'


class Page:
    """Stands in for the recogniser: says what it is told to, and counts."""

    def __init__(self, *lines: str) -> None:
        self.lines, self.read = list(lines), 0

    def read_page(self, page: Image) -> list[str]:
        assert page.ndim == 2
        self.read += 1
        return self.lines


def frame(painted: Callable[[Image], None] = lambda _: None, at: float = 0.0) -> Frame:
    window = Window(ADMIRAL)
    window.pixels[:] = np.random.default_rng(1).integers(0, 256, window.pixels.shape)
    painted(window.pixels)
    return window.frame(at)


def filled(value: int) -> Callable[[Image], None]:
    def fill(pixels: Image) -> None:
        pixels[:] = value

    return fill


def look(sight: Sight = Sight.NOTHING, **values: str) -> Look:
    readings = {Field(f): Reading(Field(f), Decimal(v), v, 1.0, Method.GLYPHS, 0.0) for f, v in values.items()}
    return Look(0.0, sight, None, 0.0, None, readings)


@pytest.mark.parametrize(
    ("loss", "painted", "seen", "reason"),
    [
        (Loss.NOTHING, filled(255), look(), BLANK),
        (Loss.NOTHING, filled(0), look(), BLACK),
        (Loss.NOTHING, lambda _: None, look(), GONE),
        (Loss.NOTHING, lambda _: None, look(balance="827.60"), COVERED),
        (Loss.FROZEN, lambda _: None, look(Sight.WAITING, balance="827.60"), STILL),
        (Loss.FROZEN, lambda _: None, look(Sight.FLYING), NO_SCORE),
        (Loss.FROZEN, filled(255), look(), BLANK),
        (Loss.OVERDUE, lambda _: None, look(Sight.WAITING), OVERDUE),
        (Loss.UNSEEN, lambda _: None, look(Sight.WAITING), UNSEEN),
    ],
)
def test_a_loss_has_its_reason(loss, painted, seen, reason):
    assert Diagnosis(ADMIRAL, 1.0, None).begin(loss, frame(painted), seen) == reason


def test_with_its_anchor_in_place_a_window_is_there_but_covered():
    extent = ADMIRAL.extent()
    x, y, w, h = 40, 30, 96, 24
    label = np.random.default_rng(4).integers(0, 256, (h, w), np.uint8)

    def paint(pixels: Image) -> None:
        pixels[y : y + h, x : x + w, :3] = label[:, :, None]

    anchored = replace(ADMIRAL, anchor=AnchorSpec((x + extent.x, y + extent.y, w, h), picture=label))
    assert Diagnosis(anchored, 1.0, None).begin(Loss.NOTHING, frame(paint), look()) == COVERED
    assert Diagnosis(anchored, 1.0, None).begin(Loss.NOTHING, frame(), look()) == GONE


def test_what_the_page_says_counts_most_and_is_read_once_for_each_picture():
    page = Page("Connection lost")
    diagnosis = Diagnosis(ADMIRAL, 1.0, page)
    assert diagnosis.begin(Loss.NOTHING, frame(filled(0)), look()) == SAID
    for at in range(1, 60):
        assert diagnosis.go_on(frame(filled(0), at), look(), Sight.NOTHING) == SAID
    assert page.read == 1
    page.lines = []
    assert diagnosis.go_on(frame(filled(255), 60.0), look(), Sight.NOTHING) == BLANK
    assert page.read == 2


def test_a_page_that_stands_still_is_read_only_if_it_stays():
    page = Page("Connection lost")
    diagnosis = Diagnosis(ADMIRAL, 1.0, page)
    assert diagnosis.begin(Loss.FROZEN, frame(), look(Sight.WAITING)) == STILL
    assert page.read == 0
    assert diagnosis.go_on(frame(at=0.5), look(Sight.WAITING), Sight.FROZEN) == STILL
    assert diagnosis.go_on(frame(at=1.5), look(Sight.WAITING), Sight.FROZEN) == SAID


def test_a_page_that_is_on_its_way_back_keeps_its_reason():
    diagnosis = Diagnosis(ADMIRAL, 1.0, None)
    diagnosis.begin(Loss.NOTHING, frame(filled(255)), look())
    assert diagnosis.go_on(frame(at=5.0), look(Sight.WAITING), Sight.WAITING) == BLANK

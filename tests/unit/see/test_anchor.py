"""A window that was moved is found by its anchor, and by nothing that only resembles it."""

import logging

import cv2
import numpy as np
import pytest

from aviator.core.types import Frame, Rect
from aviator.see.anchor import NEAR_PX, Tracker, find, grey
from aviator.see.ink import Image
from aviator.see.regions import AnchorSpec

SCREEN = Rect(0, 0, 900, 600)
WINDOW = Rect(300, 200, 250, 180)
BOX = (20, 10, 96, 24)


def page(text: str = "Aviator 18+", scale: float = 0.6) -> Image:
    """A window's page: a word on plain ground, and something else beside it."""
    picture = np.full((WINDOW.h, WINDOW.w, 4), (40, 20, 10, 255), np.uint8)
    cv2.putText(picture, text, (22, 28), cv2.FONT_HERSHEY_SIMPLEX, scale, (230, 230, 240, 255), 1, cv2.LINE_AA)
    cv2.rectangle(picture, (30, 60), (200, 150), (90, 160, 30, 255), -1)
    return picture


ANCHOR = AnchorSpec(BOX, picture=grey(page()[BOX[1] : BOX[1] + BOX[3], BOX[0] : BOX[0] + BOX[2]]))


class Screen:
    """A `FrameSource` of a desktop with windows on it; remembers how much it was asked for."""

    def __init__(self) -> None:
        noise = np.random.default_rng(3).integers(0, 60, (SCREEN.h // 10, SCREEN.w // 10, 4), np.uint8)
        self.pixels = cv2.resize(noise, (SCREEN.w, SCREEN.h), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        self.asked: list[Rect] = []

    def put(self, picture: Image, x: int, y: int) -> None:
        seen = self.pixels[max(0, y) : y + picture.shape[0], max(0, x) : x + picture.shape[1]]
        seen[:] = picture[-min(y, 0) : seen.shape[0] - min(y, 0), -min(x, 0) : seen.shape[1] - min(x, 0)]

    def grab(self, rect: Rect) -> Frame:
        assert SCREEN.contains(rect)
        self.asked.append(rect)
        return Frame(self.pixels[rect.y : rect.bottom, rect.x : rect.right].copy(), rect, 0.0, 0.0)

    def close(self) -> None: ...


def look(screen: Screen, others: tuple[Rect, ...] = ()) -> tuple[int, int] | None:
    return Tracker(ANCHOR, WINDOW, SCREEN, others).look(screen)


@pytest.mark.parametrize("shift", [(1, 0), (0, -1), (12, -3), (40, 30), (-300, -200), (340, 210), (-NEAR_PX, NEAR_PX)])
def test_a_moved_window_is_found(shift: tuple[int, int]):
    screen = Screen()
    screen.put(page(), WINDOW.x + shift[0], WINDOW.y + shift[1])
    tracker = Tracker(ANCHOR, WINDOW, SCREEN)
    assert tracker.look(screen) == shift
    assert tracker.window == WINDOW.moved(*shift)
    assert tracker.look(screen) is None, "it is known to be there now"


def test_a_window_in_its_place_costs_no_look_at_the_whole_screen():
    screen = Screen()
    screen.put(page(), WINDOW.x, WINDOW.y)
    assert look(screen) is None
    assert SCREEN not in screen.asked


def test_one_far_away_is_only_found_by_looking_everywhere():
    screen = Screen()
    screen.put(page(), WINDOW.x + 300, WINDOW.y)
    tracker = Tracker(ANCHOR, WINDOW, SCREEN)
    assert tracker.look(screen, everywhere=False) is None
    assert SCREEN not in screen.asked
    assert tracker.look(screen) == (300, 0)


@pytest.mark.parametrize(
    "other",
    [page(scale=0.66), page("Aviator 21+"), cv2.resize(page(), None, fx=1.1, fy=1.1), page("")],
    ids=["larger", "another word", "zoomed", "no word"],
)
def test_what_only_resembles_it_is_not_it(other: Image):
    screen = Screen()
    screen.put(other.astype(np.uint8), WINDOW.x + 12, WINDOW.y)
    assert look(screen) is None


def test_a_dimmed_one_is_in_doubt():
    screen = Screen()
    screen.put((page() * 0.5).astype(np.uint8), WINDOW.x + 12, WINDOW.y)
    assert look(screen) is None


def test_two_places_are_in_doubt():
    screen = Screen()
    screen.put(page(), 0, 0)
    screen.put(page(), 600, 300)
    assert look(screen) is None


def test_anothers_window_is_not_taken_for_ones_own():
    screen = Screen()
    screen.put(page(), 600, 300)
    assert look(screen, (Rect(590, 290, 250, 180),)) is None
    assert look(screen, (Rect(810, 290, 100, 180),)) == (300, 100), "one that lies a little below it does no harm"


def test_one_partly_off_the_screen_is_not_followed_and_that_is_said_once(caplog: pytest.LogCaptureFixture):
    screen = Screen()
    screen.put(page(), SCREEN.w - 150, 200)
    tracker = Tracker(ANCHOR, WINDOW, SCREEN)
    with caplog.at_level(logging.WARNING):
        assert tracker.look(screen) is None
        assert tracker.look(screen) is None
    assert tracker.window == WINDOW
    assert [r.getMessage() for r in caplog.records] == [
        "What looks like the window lies at 750, 200: partly off the screen, or where another one belongs"
    ]


def test_a_picture_smaller_than_the_anchor_does_not_hold_it():
    assert ANCHOR.picture is not None
    assert find(ANCHOR.picture, np.zeros((10, 200), np.uint8)) is None
    assert find(ANCHOR.picture, np.zeros((100, 200), np.uint8)) is None

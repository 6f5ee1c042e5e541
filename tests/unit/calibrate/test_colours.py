"""Colours of text and ground, from pictures alone."""

import numpy as np
import pytest
from tests.unit.see.painting import NAMES, profile, set_line

from aviator.calibrate.colours import centres, colour_in, ground_ink, mean_colour, text_ink

TOP, LEFT = 15, 40


def field(ground: np.ndarray, colour: tuple[int, int, int], share: float = 1.0) -> np.ndarray:
    """A text of full strokes and soft edges in the middle of `ground` (rows x columns x RGB)."""
    line = set_line(profile(NAMES[0]).atlases["history"], "27.48", 1) * share / 255
    picture = ground.astype(float)
    h, w = line.shape
    part = picture[TOP : TOP + h, LEFT : LEFT + w]
    part[:] = line[:, :, None] * np.array(colour) + (1 - line[:, :, None]) * part
    return np.dstack([np.round(picture[:, :, ::-1]), np.full(picture.shape[:2], 255)]).astype(np.uint8)


def parted(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the text stands, and beside it."""
    return pixels[TOP : TOP + 14, LEFT : LEFT + 40], pixels[TOP : TOP + 14, :LEFT]


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.tile(np.array(colour), (60, 160, 1))


def test_text_on_a_plain_ground_is_told_from_the_ground():
    spec = ground_ink([field(plain((14, 20, 16)), (40, 169, 9)) for _ in range(5)])
    assert (spec.colour, spec.on_ground) == ("#0e1410", True)
    assert spec.span == pytest.approx(149, abs=12)


def test_dark_text_on_a_light_ground():
    spec = ground_ink([field(plain((250, 250, 255)), (30, 30, 30))])
    assert (spec.colour, spec.on_ground) == ("#fafaff", True)
    assert spec.span == pytest.approx(225, abs=15)


def test_a_text_dimmed_now_and_then_sets_the_span():
    """A field that is locked for part of the time must be read then, too."""
    pictures = [field(plain((0, 0, 0)), (200, 200, 200), 0.6 if i % 2 else 1.0) for i in range(10)]
    assert ground_ink(pictures).span == pytest.approx(120, abs=12)


def test_an_area_without_text_shows_no_ink():
    empty = np.full((20, 60, 4), (9, 8, 7, 255), np.uint8)
    spec = ground_ink([empty])
    assert spec.colour == "#070809"
    assert not spec.ink().of(empty).any()


def test_text_over_scenery_is_known_by_its_own_colour():
    rng = np.random.default_rng(1)
    pictures = [field(rng.integers(0, 90, (60, 160, 3)), (255, 255, 255)) for _ in range(6)]
    spec = text_ink([parted(p) for p in pictures], "flight")
    assert (spec.colour, spec.on_ground, spec.when) == ("#ffffff", False, "flight")
    assert 165 <= spec.span <= 255, "the scenery's usual colours are no ink"


def test_a_colour_that_is_beside_the_text_as_well_is_not_its_own():
    """A red curve crosses the board behind the yellow text."""
    picture = plain((20, 20, 20))
    picture[18:24] = (220, 20, 20)
    inside, beside = parted(field(picture, (250, 220, 40)))
    assert colour_in(inside, beside) == (250, 220, 40)


def test_rays_that_happen_to_lie_behind_the_text_are_not_its_own_colour():
    """The dark rays behind a red score turn: their colour is common behind it, and a shade of them everywhere else."""
    picture = plain((8, 30, 34))
    picture[TOP - 2 : TOP + 16, LEFT - 4 : LEFT + 44] = (10, 39, 40)
    inside, beside = parted(field(picture, (226, 3, 56)))
    assert colour_in(inside, beside) == (226, 3, 56)


def test_the_mean_of_a_region_is_red_green_blue():
    assert mean_colour(np.full((9, 7, 4), (30, 20, 10, 255), np.uint8)) == (10, 20, 30)


def test_centres_of_one_colour_and_of_several():
    assert centres([(49, 172, 20)] * 9) == ("#31ac14",)
    assert centres([(10, 20, 30), (200, 100, 0)] * 4) == ("#0a141e", "#c86400")
    many = centres([(10.0 * i, 0, 0) for i in range(20)])
    assert len(many) == 4
    assert len(set(many)) == 4

import numpy as np
import pytest
from tests.unit.see.painting import NAMES, profile, set_line

from aviator.calibrate.colours import ground_ink, mean_centres, text_ink
from aviator.calibrate.samples import Text

AREA = (10, 10, 120, 30)


def window(ground: np.ndarray, colour: tuple[int, int, int], share: float = 1.0) -> tuple[np.ndarray, Text]:
    """A text of full strokes and soft edges in the middle of `ground` (rows x columns x RGB)."""
    line = set_line(profile(NAMES[0]).atlases["history"], "27.48", 1) * share / 255
    picture = ground.astype(float)
    top, left = 15, 40
    h, w = line.shape
    part = picture[top : top + h, left : left + w]
    part[:] = line[:, :, None] * np.array(colour) + (1 - line[:, :, None]) * part
    pixels = np.dstack([np.round(picture[:, :, ::-1]), np.full(picture.shape[:2], 255)]).astype(np.uint8)
    return pixels, Text("27.48", AREA, (left, top, w, h))


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.tile(np.array(colour), (60, 160, 1))


def test_text_on_a_plain_ground_is_told_from_the_ground():
    spec = ground_ink([window(plain((14, 20, 16)), (40, 169, 9)) for _ in range(5)])
    assert (spec.colour, spec.on_ground) == ("#0e1410", True)
    assert spec.span == pytest.approx(149, abs=12)


def test_dark_text_on_a_light_ground():
    spec = ground_ink([window(plain((250, 250, 255)), (30, 30, 30))])
    assert (spec.colour, spec.on_ground) == ("#fafaff", True)
    assert spec.span == pytest.approx(225, abs=15)


def test_a_dimmed_text_now_and_then_sets_the_span():
    """A field that is locked for part of the time must be read then, too."""
    pictures = [window(plain((0, 0, 0)), (200, 200, 200), 0.6 if i % 2 else 1.0) for i in range(10)]
    assert ground_ink(pictures).span == pytest.approx(120, abs=12)


def test_text_over_scenery_is_known_by_its_own_colour():
    rng = np.random.default_rng(1)
    pictures = [window(rng.integers(0, 90, (60, 160, 3)), (255, 255, 255)) for _ in range(6)]
    spec = text_ink(pictures, "flight")
    assert (spec.colour, spec.on_ground, spec.when) == ("#ffffff", False, "flight")
    assert 165 <= spec.span <= 255


def test_centres_of_one_colour_and_of_several():
    def crop(r: int, g: int, b: int) -> np.ndarray:
        return np.full((5, 5, 4), (b, g, r, 255), np.uint8)

    assert mean_centres([crop(49, 172, 20)] * 9) == ("#31ac14",)
    two = mean_centres([crop(10, 20, 30), crop(200, 100, 0)] * 4)
    assert two == ("#0a141e", "#c86400")
    many = mean_centres([crop(10 * i, 0, 0) for i in range(20)])
    assert len(many) == 4

"""Ink of values on grounds of their own: the text's strokes and nothing of the pills, whatever their colours."""

import cv2
import numpy as np
import pytest
from tests.unit.see.painting import profile, set_line
from tests.unit.see.pills import ABOVE, BELOW, LOOKS, Look, blend, page, pill, row

from aviator.see.ink import Image, Ink

ATLAS = profile("balkanbet").atlases["history"]
INK = Ink((24, 24, 30), 200, on_ground=True, by_columns=True)
TEXTS = ("1.24", "17.08", "302.96")
TOP, WIDTH, HEIGHT = 12, 300, 40
ROOMS = [(3, 4), (ABOVE - 1, BELOW), (3, BELOW + 4)]
"""Rows above and below the text: inside the pills, up to their borders, and beyond them. There is always ground above it."""


def cut(picture: Image, above: int, below: int) -> Image:
    rows = ATLAS.line.above + ATLAS.line.below
    return np.ascontiguousarray(picture[TOP - above : TOP + rows + below])


def strip(texts: tuple[str, ...] = TEXTS, looks: tuple[Look, ...] = LOOKS) -> tuple[Image, Image]:
    """A row of pills, and the ink of what is written on them."""
    lines = [set_line(ATLAS, text) for text in texts]
    picture, truth = page(WIDTH, HEIGHT), np.zeros((HEIGHT, WIDTH), np.uint8)
    for line, x in zip(lines, row(picture, lines, 10, TOP, looks), strict=True):
        truth[TOP : TOP + line.shape[0], x : x + line.shape[1]] = line
    return picture, truth


@pytest.mark.parametrize(("above", "below"), ROOMS)
def test_ink_is_the_text_and_nothing_of_its_pill(above: int, below: int) -> None:
    """Neither borders nor round ends."""
    picture, truth = strip()
    got, want = INK.of(cut(picture, above, below)).astype(int), cut(truth, above, below).astype(int)
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 40, "soft edges may go"
    assert np.abs(got - want)[want > 100].max() <= 12
    assert not got[cv2.dilate(want.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0].any()


def test_ink_is_the_same_in_every_colour() -> None:
    """So that one drawing of a digit is enough: of one text, pale on one pill and strong on the other."""
    inks = [INK.of(cut(strip(looks=(look,))[0], 3, 4)).astype(int) for look in LOOKS]
    assert all(np.abs(inks[0] - other).max() <= 12 for other in inks[1:])
    assert inks[0].max() == 255


@pytest.mark.parametrize(("above", "below"), [*ROOMS, (ABOVE, BELOW)])
def test_empty_pills_have_no_ink(above: int, below: int) -> None:
    picture = page(WIDTH, HEIGHT)
    for i, look in enumerate(LOOKS):
        pill(picture, (10 + 90 * i, TOP - ABOVE, 80, ATLAS.line.above + ATLAS.line.below + ABOVE + BELOW), look)
    assert not INK.of(cut(picture, above, below)).any()


def test_noise_on_a_ground_stays_noise() -> None:
    """Where no text is near, the strongest ink is no measure: a compressed picture is never quite plain."""
    noise = np.random.default_rng(4).integers(0, 13, (20, WIDTH, 3))
    picture = page(WIDTH, 20)
    picture[:, :, :3] += noise.astype(np.uint8)
    assert not INK.of(picture).any()
    faint = page(WIDTH, 20)
    blend(faint, set_line(ATLAS, "1.24"), 20, 4, (64, 64, 70))
    assert INK.of(faint).max() == pytest.approx(255 * 40 / (0.4 * 200), abs=3), "fainter than texts are, it is not made bold"


def test_a_ground_that_shades_from_side_to_side_is_none() -> None:
    picture, text = page(WIDTH, 20), set_line(ATLAS, "17.08")
    picture[:, :, 1] = np.linspace(20, 140, WIDTH)[None]
    assert not INK.of(picture).any()
    blend(picture, text, 100, 4, (255, 255, 255))
    got = INK.of(picture)
    assert np.abs(got[4 : 4 + text.shape[0], 100 : 100 + text.shape[1]].astype(int) - text)[text > 100].max() <= 25
    assert not got[:, :99].any()
    assert not got[:, 101 + text.shape[1] :].any()


def test_a_stroke_that_reaches_an_edge_is_an_outline() -> None:
    picture = page(40, 20)
    for x, rows in ((5, slice(0, 12)), (15, slice(8, 20)), (25, slice(3, 16))):
        picture[rows, x : x + 3, :3] = 255
    assert set(np.flatnonzero(INK.of(picture).any(axis=0))) == {25, 26, 27}

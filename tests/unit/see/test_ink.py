import numpy as np
import pytest

from aviator.see.ink import Ink, format_colour, parse_colour

GROUND, TEXT = (20, 30, 200), (220, 40, 40)
APART = 200


def mixed(share: float, text=TEXT, ground=GROUND):
    """One pixel, BGRA, of which the stroke covers `share`."""
    r, g, b = (round(share * t + (1 - share) * s) for t, s in zip(text, ground, strict=True))
    return np.array([[(b, g, r, 255)]], np.uint8)


@pytest.mark.parametrize(("on_ground", "off"), [(True, 2), (False, 255 / 4)])
def test_ink_is_the_strokes_coverage(on_ground, off):
    """From nothing to a full stroke; over scenery in four steps."""
    ink = Ink(GROUND if on_ground else TEXT, APART, on_ground)
    shown = [int(ink.of(mixed(share))[0, 0]) for share in np.linspace(0, 1, 21)]
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] == pytest.approx(255, abs=2)
    for share, value in zip(np.linspace(0, 1, 21), shown, strict=True):
        assert value == pytest.approx(255 * share, abs=off)


def test_colours_beyond_the_texts_count_as_full_ink():
    assert Ink((0, 0, 0), 100, on_ground=True).of(mixed(1, (255, 255, 255)))[0, 0] == 255
    assert Ink((255, 255, 255), 100, on_ground=False).of(mixed(1, (100, 255, 255)))[0, 0] == 0


def test_every_channel_counts():
    """The largest difference over red, green and blue decides, and alpha does not."""
    black = Ink((0, 0, 0), 200, on_ground=True)
    for text in ((100, 0, 0), (0, 100, 0), (0, 0, 100), (100, 100, 100)):
        assert black.of(mixed(1, text))[0, 0] == 128
    pixel = mixed(0)
    pixel[:, :, 3] = 0
    assert Ink(GROUND, 100, on_ground=True).of(pixel)[0, 0] == 0


def test_a_picture_keeps_its_shape():
    picture = np.zeros((7, 11, 4), np.uint8)
    picture[2, 3] = (255, 255, 255, 255)
    ink = Ink((0, 0, 0), 255, on_ground=True).of(picture)
    assert ink.shape == (7, 11)
    assert np.argwhere(ink).tolist() == [[2, 3]]


def test_colours_are_written_and_read():
    assert format_colour((40, 169, 9)) == "#28a909"
    assert parse_colour("#28a909") == (40, 169, 9)
    for text in ("28a909", "#28a90", "#28a9zz", "green", ""):
        with pytest.raises(ValueError, match=r"colour|invalid literal"):
            parse_colour(text)

"""The picture of what is read one way and should be read another."""

import numpy as np
import pytest

from aviator.see.difference import MOST_ROWS, difference_picture

WINDOW = np.full((300, 640, 4), 40, np.uint8)
CROP = np.full((20, 60, 3), (10, 200, 10), np.uint8)


def coloured(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere((picture == colour).all(axis=2))


def test_the_window_stands_beside_the_crops_with_its_field_framed() -> None:
    picture = difference_picture(WINDOW, [(100, 50, 80, 20)], [(CROP, "score 1.07 is read as 1.01")])
    assert picture.shape[1] > 640
    frame = coloured(picture, (60, 60, 255))
    assert frame[:, 1].max() < 640
    assert frame.min(axis=0).tolist() == pytest.approx([47, 97], abs=2)
    crop = coloured(picture, (10, 200, 10))
    assert crop[:, 1].min() >= 640
    assert len(crop) >= 4 * CROP.shape[0] * CROP.shape[1], "a small crop is enlarged"
    below = picture[crop[:, 0].max() + 1 :, 640:]
    assert (below == 255).all(axis=2).any(), "its text stands below it"


@pytest.mark.parametrize(("width", "shown"), [(320, 640), (640, 640), (2400, 1200)])
def test_a_window_is_shown_at_a_size_for_people(width: int, shown: int) -> None:
    window = np.full((width // 2, width, 3), (1, 2, 3), np.uint8)
    picture = difference_picture(window, [], [(None, "text")])
    assert len({x for _, x in coloured(picture, (1, 2, 3))}) == shown


def test_of_many_crops_a_few_are_shown_and_the_others_counted() -> None:
    few = difference_picture(None, [], [(CROP, "text")] * MOST_ROWS)
    many = difference_picture(None, [], [(CROP, "text")] * (MOST_ROWS + 200))
    assert few.shape[0] < many.shape[0] < few.shape[0] + 60


def test_a_wide_crop_and_foreign_letters_fit() -> None:
    wide = np.full((10, 3000, 3), (9, 9, 90), np.uint8)
    picture = difference_picture(None, [], [(wide, "Коефицијент " * 20)])
    assert picture.shape[1] < 500

"""Fields that stand empty beside their caption, however they are drawn."""

import numpy as np
import pytest

from aviator.calibrate.rehearsal import field_beside
from aviator.see.ink import Image

CAPTION = (40, 20, 60, 12)
GROUND, FIELD, FRAME = 30, 12, 90


def page(field: tuple[int, int] | None, *, framed: bool, own_ground: bool) -> Image:
    """A caption at CAPTION on plain ground, and a field from column to column beside it."""
    picture = np.full((60, 400, 3), GROUND, np.uint8)
    x, y, w, h = CAPTION
    picture[y + 2 : y + h - 2, x : x + w : 4] = 200
    if field:
        left, right = field
        if own_ground:
            picture[y - 5 : y + h + 5, left:right] = FIELD
        if framed:
            picture[y - 5 : y + h + 5, [left, right - 1]] = FRAME
            picture[[y - 5, y + h + 4], left:right] = FRAME
        picture[y + h // 2, (left + right) // 2 - 3 : (left + right) // 2 + 3] = 120  # a dash stands in it
    return picture


@pytest.mark.parametrize(("framed", "own_ground"), [(True, True), (True, False), (False, True)])
def test_an_empty_field_is_found_by_its_frame_or_its_ground(framed: bool, own_ground: bool) -> None:
    found = field_beside(page((150, 214), framed=framed, own_ground=own_ground), CAPTION)
    assert found is not None
    x, y, w, h = found
    assert 150 <= x + w // 2 < 214
    assert abs(x + w // 2 - 182) <= 2
    assert (y, h) == (CAPTION[1], CAPTION[3])


def test_where_nothing_or_only_a_switch_stands_there_is_no_field() -> None:
    assert field_beside(page(None, framed=False, own_ground=False), CAPTION) is None
    assert field_beside(page((150, 170), framed=False, own_ground=True), CAPTION) is None

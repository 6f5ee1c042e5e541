"""The teacher stops when it is told to, and answers nothing where it can read nothing."""

import cv2
import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from aviator.calibrate.teacher import Teacher


class Enough(Exception):
    pass


def test_whoever_waits_is_heeded_every_few_crops():
    crops = []
    for i in range(40):
        crop = np.full((28, 90, 4), 255, np.uint8)
        cv2.putText(crop, f"{i}.37x", (4, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0, 255), 2)
        crops.append(crop)
    asked = []

    def heed() -> None:
        asked.append(True)
        if len(asked) == 3:
            raise Enough

    teacher = Teacher(heed=heed)
    with pytest.raises(Enough):
        teacher.spell(crops)
    assert len(asked) == 3
    assert len(teacher.spell(crops)) == 40  # what was named before is not named again, and nothing is lost
    assert 3 < len(asked) < 10


@pytest.mark.parametrize("size", [20, 28, 40])
def test_writing_in_unknown_letters_is_no_text(teacher: Teacher, size: int) -> None:
    """The recogniser answers with blanks; that something stands there is found otherwise."""
    page = Picture.new("RGB", (900, 90), (20, 24, 28))
    letters = ImageFont.truetype("DejaVuSans-Bold.ttf", size)
    ImageDraw.Draw(page).text((30, 20), "Ожидание следующего раунда", fill=(240, 240, 240), font=letters)
    picture = np.ascontiguousarray(np.array(page)[:, :, ::-1])
    assert teacher.places(picture)
    assert teacher.lines_again(picture, []) == []

"""The teacher stops when it is told to, in the middle of a window."""

import cv2
import numpy as np
import pytest

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

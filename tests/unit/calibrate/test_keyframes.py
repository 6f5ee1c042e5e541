"""Of many pictures the few that differ most are kept, whatever the order they come in."""

import numpy as np
import pytest

from aviator.calibrate.keyframes import KeyFrames


def shade(grey: int) -> np.ndarray:
    return np.full((60, 80, 4), grey, np.uint8)


@pytest.mark.parametrize("order", [1, -1])
def test_the_unlike_ones_are_kept(order):
    """A long wait and a short flash of something else: the flash is worth more than another picture of the wait."""
    keys = KeyFrames(3)
    for i, grey in enumerate([10, 11, 10, 12, 11, 200, 10, 11, 12, 100, 11, 10][::order]):
        keys.offer(shade(grey), float(i))
    kept = sorted(int(p[0, 0, 0]) for p in keys.pictures)
    assert (kept[0] in (10, 11, 12), kept[1:]) == (True, [100, 200])


def test_times_belong_to_their_pictures():
    keys = KeyFrames(3)
    for grey in (0, 5, 90, 91, 250, 251, 180):
        keys.offer(shade(grey), float(grey))
    assert len(keys.pictures) == 3
    assert [float(p[0, 0, 0]) for p in keys.pictures] == keys.times


def test_the_same_picture_is_kept_once():
    keys = KeyFrames(5)
    for i in range(4):
        keys.offer(shade(7), float(i))
    assert keys.times == [0.0]


def test_what_is_kept_does_not_change_with_the_camera_s_buffer():
    keys, buffer = KeyFrames(), shade(7)
    keys.offer(buffer, 0.0)
    buffer[:] = 99
    assert (keys.pictures[0] == 7).all()

"""Windows on arrangements of monitors: a pixel that no monitor shows, or that another window covers, cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.placement import hidden_px, placement_faults
from aviator.core.types import Rect

FULL_HD = Rect(0, 0, 1920, 1080)
ARRANGEMENTS = {
    "one": [FULL_HD],
    "side by side": [FULL_HD, Rect(1920, 0, 1920, 1080)],
    "unequal": [FULL_HD, Rect(1920, 0, 1280, 1024)],
    "portrait": [FULL_HD, Rect(1920, -420, 1080, 1920)],
    "negative origin": [Rect(-1920, -200, 1920, 1080), FULL_HD],
    "above": [Rect(300, -1080, 1920, 1080), FULL_HD],
    "mirrored": [FULL_HD, FULL_HD],
}


@pytest.mark.parametrize(
    ("arrangement", "window", "hidden"),
    [
        ("one", Rect(0, 0, 640, 540), 0),
        ("one", Rect(1280, 540, 640, 540), 0),
        ("one", Rect(1300, 540, 640, 540), 20 * 540),
        ("one", Rect(3000, 0, 640, 540), 640 * 540),
        ("side by side", Rect(1600, 0, 640, 540), 0),
        ("unequal", Rect(1600, 540, 640, 540), 320 * 56),
        ("unequal", Rect(1920, 500, 640, 540), 640 * 16),
        ("portrait", Rect(2000, 1000, 640, 500), 0),
        ("portrait", Rect(1600, 900, 640, 540), 320 * 360),
        ("negative origin", Rect(-640, 0, 640, 540), 0),
        ("negative origin", Rect(-320, 540, 640, 540), 320 * 200),
        ("above", Rect(0, -100, 640, 540), 300 * 100),
        ("mirrored", Rect(0, 0, 640, 540), 0),
    ],
)
def test_pixels_that_no_monitor_shows(arrangement: str, window: Rect, hidden: int) -> None:
    assert hidden_px(window, ARRANGEMENTS[arrangement]) == hidden
    assert bool(placement_faults({"A": window}, ARRANGEMENTS[arrangement])) == bool(hidden)


@pytest.mark.parametrize("arrangement", ["side by side", "unequal", "portrait", "negative origin", "above"])
def test_an_unplugged_monitor_takes_its_windows_with_it(arrangement: str) -> None:
    monitors = ARRANGEMENTS[arrangement]
    windows = {f"on {i}": Rect(m.x + 10, m.y + 10, 640, 540) for i, m in enumerate(monitors)}
    assert not placement_faults({"on 0": windows["on 0"]}, monitors)
    other = next(m for m in monitors if m != FULL_HD)
    left = [m for m in monitors if m is not other]
    assert hidden_px(Rect(other.x + 100, other.y + 10, 640, 410), monitors) == 0
    assert hidden_px(Rect(other.right - 640, other.y, 640, 410), left) > 0


small = st.integers(-12, 12)
rects = st.builds(Rect, small, small, st.integers(1, 10), st.integers(1, 10))


@given(rects, st.lists(rects, max_size=4))
def test_hidden_pixels_are_those_that_counting_finds(window: Rect, monitors: list[Rect]) -> None:
    counted = sum(
        not any(m.contains(Rect(x, y, 1, 1)) for m in monitors)
        for x in range(window.x, window.right)
        for y in range(window.y, window.bottom)
    )
    assert hidden_px(window, monitors) == counted


@given(rects, rects)
def test_overlap_is_symmetric_and_within_both(a: Rect, b: Rect) -> None:
    both = a.overlap(b)
    assert both == b.overlap(a)
    assert both is None or (a.contains(both) and b.contains(both))


def test_every_pair_of_overlapping_windows_is_named() -> None:
    same = Rect(0, 0, 640, 540)
    faults = placement_faults({"A": same, "B": same, "C": Rect(639, 0, 640, 540), "D": Rect(0, 540, 640, 540)}, [FULL_HD])
    assert [fault.split(" overlap")[0] for fault in faults] == [
        "the windows of A and B", "the windows of A and C", "the windows of B and C",
    ]  # fmt: skip


def test_windows_that_only_touch_are_apart() -> None:
    assert not placement_faults({"A": Rect(0, 0, 640, 540), "B": Rect(640, 0, 640, 540)}, [FULL_HD])

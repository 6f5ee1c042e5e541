"""The kill switch: five sources, one latch; and hands that make no input once it is pressed."""

from pathlib import Path

import pytest

from aviator.act.kill import KillSource, KillSwitch, corner_probe, file_probe
from aviator.act.recording import RecordingHands
from aviator.act.touch import Cause, Hindered, Touch
from aviator.core.clock import ManualClock
from aviator.core.types import Rect


class Pressing:
    """Presses the switch by one source, as its owner would."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.kill = KillSwitch(self.clock)
        self.hands = RecordingHands(self.clock)
        self.stop = folder / "stop"
        self.kill.watch(KillSource.FILE, file_probe(self.stop))
        self.kill.watch(KillSource.CORNER, corner_probe(self.hands.position, Rect(-1920, 0, 3840, 1080)))
        self.hands.move(500, 500)

    def press(self, source: KillSource) -> None:
        if source is KillSource.FILE:
            self.stop.touch()
        elif source is KillSource.CORNER:
            self.hands.move(-1920, 1079)
        else:
            self.kill.press(source)


@pytest.fixture
def pressing(tmp_path: Path) -> Pressing:
    return Pressing(tmp_path)


@pytest.mark.parametrize("source", KillSource)
def test_no_input_comes_after_any_source_pressed(pressing: Pressing, source: KillSource) -> None:
    touch = Touch(pressing.hands, pressing.clock, pressing.kill, yield_s=0.0)
    touch.move((600, 600))
    pressing.press(source)
    inputs = len(pressing.hands.inputs)
    for act in (touch.click, lambda: touch.key("tab"), lambda: touch.write("20"), lambda: touch.move((1, 1))):
        with pytest.raises(Hindered) as hindered:
            act()
        assert hindered.value.cause is Cause.KILLED
    assert len(pressing.hands.inputs) == inputs
    pressed = pressing.kill.pressed
    assert pressed is not None
    assert (pressed.source, pressed.at) == (source, pressing.clock.now())


def test_the_first_press_counts_until_the_user_arms_anew(pressing: Pressing) -> None:
    pressing.kill.press(KillSource.HOT_KEY)
    pressing.clock.sleep(1)
    pressing.kill.press(KillSource.API, "later")
    assert pressing.kill.check() == pressing.kill.pressed
    assert pressing.kill.pressed is not None
    assert pressing.kill.pressed.source is KillSource.HOT_KEY
    pressing.kill.reset()
    assert pressing.kill.check() is None


def test_a_stop_file_that_is_left_presses_again(pressing: Pressing) -> None:
    pressing.press(KillSource.FILE)
    assert pressing.kill.check() is not None
    pressing.kill.reset()
    assert pressing.kill.check() is not None


@pytest.mark.parametrize(
    ("place", "pressed"), [((0, 0), True), ((99, 1), True), ((50, 0), False), ((3, 3), False), ((98, 49), True)]
)
def test_only_the_corners_of_the_screen_count(place: tuple[int, int], pressed: bool) -> None:
    assert (corner_probe(lambda: place, Rect(0, 0, 100, 50))() is not None) is pressed

"""The kill switch: five sources, one latch; and hands that make no input once it is pressed."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.act.kill import KillSource, KillSwitch, corner_probe
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
        self.kill.watch(KillSource.FILE, lambda: "stop exists" if self.stop.exists() else None)
        monitors = [Rect(-1920, 0, 1920, 1080), Rect(0, 0, 1920, 1080)]
        self.kill.watch(KillSource.CORNER, corner_probe(self.hands.position, lambda: monitors))
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


ARRANGEMENTS = {
    "one": [Rect(0, 0, 1920, 1080)],
    "side by side": [Rect(0, 0, 1920, 1080), Rect(1920, 0, 1920, 1080)],
    "unequal": [Rect(0, 0, 2560, 1440), Rect(2560, 360, 1920, 1080), Rect(0, 1440, 1280, 1024)],
    "portrait": [Rect(0, 420, 1920, 1080), Rect(1920, 0, 1080, 1920)],
    "negative origin": [Rect(0, 0, 1920, 1080), Rect(-1280, -1024, 1280, 1024), Rect(-800, 300, 800, 600)],
    "diagonal": [Rect(0, 0, 1000, 1000), Rect(1000, 1000, 1000, 1000)],
}


def corners(monitor: Rect) -> list[tuple[int, int]]:
    return [(x, y) for x in (monitor.x, monitor.right - 1) for y in (monitor.y, monitor.bottom - 1)]


@pytest.mark.parametrize("monitors", ARRANGEMENTS.values(), ids=ARRANGEMENTS)
def test_each_corner_of_each_monitor_stops_betting(monitors: list[Rect]) -> None:
    for monitor in monitors:
        for place in corners(monitor):
            assert corner_probe(lambda place=place: place, lambda: monitors)() is not None, place
        middle = (monitor.x + monitor.w // 2, monitor.y + monitor.h // 2)
        assert corner_probe(lambda place=middle: place, lambda: monitors)() is None


@given(
    st.lists(
        st.builds(Rect, st.integers(-5000, 5000), st.integers(-5000, 5000), st.integers(200, 4000), st.integers(200, 4000)),
        min_size=1,
        max_size=6,
    ),
    st.data(),
)
def test_exactly_the_corners_of_the_monitors_that_are_there_stop_betting(monitors: list[Rect], data: st.DataObject) -> None:
    monitor = data.draw(st.sampled_from(monitors))
    x, y = data.draw(
        st.one_of(
            st.sampled_from(corners(monitor)),
            st.tuples(st.integers(monitor.x, monitor.right - 1), st.integers(monitor.y, monitor.bottom - 1)),
        )
    )
    near = any(max(abs(x - cx), abs(y - cy)) <= 2 for one in monitors for cx, cy in corners(one))
    assert (corner_probe(lambda: (x, y), lambda: monitors)() is not None) is near
    others = [one for one in monitors if one is not monitor]
    left = any(max(abs(x - cx), abs(y - cy)) <= 2 for one in others for cx, cy in corners(one))
    assert (corner_probe(lambda: (x, y), lambda: others)() is not None) is left, "the unplugged one no longer counts"


def test_a_probe_that_fails_counts_as_a_press() -> None:
    kill = KillSwitch(ManualClock())

    def unreadable() -> str | None:
        raise PermissionError(13, "Permission denied")

    kill.watch(KillSource.FILE, unreadable)
    pressed = kill.check()
    assert pressed is not None
    assert "Permission denied" in str(pressed)


class Pressed(RecordingHands):
    """Hands that press the switch at the n-th time that anything asks where the pointer is."""

    def __init__(self, clock: ManualClock, press: Callable[[], object], at: int) -> None:
        super().__init__(clock)
        self._press, self._left = press, at

    def position(self) -> tuple[int, int]:
        self._left -= 1
        if self._left == 0:
            self._press()
        return super().position()


@pytest.mark.parametrize("at", range(1, 9))
def test_a_kill_at_any_look_at_the_pointer_lets_no_later_input_through(at: int) -> None:
    """Between the gate and the click the pointer is asked for several times; a kill at any of them must be seen."""
    clock = ManualClock()
    kill = KillSwitch(clock)
    pressed_after: list[int] = []
    hands = Pressed(clock, lambda: (kill.press(KillSource.HOT_KEY), pressed_after.append(len(hands.inputs))), at)
    touch = Touch(hands, clock, kill, yield_s=0.0)

    def use() -> None:
        for _ in range(9):
            touch.move((5, 5))
            touch.click()

    with pytest.raises(Hindered) as hindered:
        use()
    assert hindered.value.cause is Cause.KILLED
    assert len(hands.inputs) == pressed_after[0]


def test_a_kill_during_the_last_word_before_the_click_is_seen(tmp_path: Path) -> None:
    """The gate has said yes, then the file appears: the click's own last look finds it."""
    clock = ManualClock()
    kill = KillSwitch(clock)
    file = tmp_path / "kill"
    kill.watch(KillSource.FILE, lambda: "exists" if file.exists() else None)
    hands = RecordingHands(clock)
    touch = Touch(hands, clock, kill, yield_s=0.0)
    assert kill.check() is None  # the gate
    file.touch()
    with pytest.raises(Hindered, match="exists"):
        touch.click()
    assert hands.inputs == []


def test_a_kill_is_quiet_only_when_no_input_is_under_way() -> None:
    """What is confirmed to `aviator kill`: no input is under way and none follows."""
    clock, kill = ManualClock(), KillSwitch(ManualClock())
    inside, go_on = threading.Event(), threading.Event()

    class Slow(RecordingHands):
        def click(self) -> None:
            inside.set()
            go_on.wait(30)
            super().click()

    hands = Slow(clock)
    touch = Touch(hands, clock, kill, yield_s=0.0)
    clicking = threading.Thread(target=touch.click)
    assert not kill.quiet(0)
    clicking.start()
    inside.wait(30)
    kill.press(KillSource.API)
    assert not kill.quiet(0)
    go_on.set()
    clicking.join()
    assert kill.quiet(0)
    with pytest.raises(Hindered):
        touch.click()
    assert len(hands.inputs) == 1

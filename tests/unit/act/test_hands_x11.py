"""Real input events on a real X server, as a window there receives them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from Xlib import XK, X
from Xlib import display as xdisplay
from Xlib.ext import randr
from Xlib.protocol import rq

from aviator.act.hands import hot_key, real_hands
from aviator.act.hands_x11 import X11Hands
from aviator.act.kill import KillSource, KillSwitch, corner_probe
from aviator.core.clock import ManualClock
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.types import Rect
from aviator.run.killing import Monitors
from aviator.sim.display import hidden_display

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with hidden_display((300, 200)) as name:
        yield name


class Listener:
    """A window over the whole display that has the focus and notes what comes."""

    def __init__(self, name: str, width: int = 300) -> None:
        self.display = xdisplay.Display(name)
        mask = X.KeyPressMask | X.ButtonPressMask | X.ButtonReleaseMask | X.StructureNotifyMask
        self.window = self.display.screen().root.create_window(0, 0, width, 200, 0, 24, event_mask=mask)
        self.window.map()
        while self.display.next_event().type != X.MapNotify:
            pass
        self.take_keyboard()

    def take_keyboard(self) -> None:
        self.window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()

    def heard(self) -> list[tuple[object, ...]]:
        """Keys as characters with what was held, clicks with their place."""
        self.display.sync()
        out: list[tuple[object, ...]] = []
        while self.display.pending_events():
            event = self.display.next_event()
            if event.type == X.KeyPress:
                keysym = self.display.keycode_to_keysym(event.detail, event.state & 1)
                name = next(n for n in dir(XK) if n.startswith("XK_") and getattr(XK, n) == keysym)
                out.append((name.removeprefix("XK_"), event.state))
            elif event.type in (X.ButtonPress, X.ButtonRelease):
                out.append(("down" if event.type == X.ButtonPress else "up", event.root_x, event.root_y))
        return out

    def close(self) -> None:
        self.window.destroy()
        self.display.close()


@pytest.fixture
def listener(display: str) -> Iterator[Listener]:
    with closing(Listener(display)) as one:
        yield one


@pytest.fixture
def hands(display: str) -> Iterator[X11Hands]:
    with closing(X11Hands(display)) as pair:
        yield pair


def test_the_pointer_goes_where_it_is_sent(hands: X11Hands, display: str) -> None:
    hands.move(123, 45)
    with closing(X11Hands(display)) as others:
        assert others.position() == (123, 45)
        others.move(7, 8)
    assert hands.position() == (7, 8)


def test_a_click_is_one_press_where_the_pointer_is(hands: X11Hands, listener: Listener) -> None:
    hands.move(50, 60)
    hands.click()
    assert listener.heard() == [("down", 50, 60), ("up", 50, 60)]


def test_everything_that_amounts_are_written_with_arrives_in_order(hands: X11Hands, listener: Listener) -> None:
    hands.write("1234567890., x")
    digits = [(c, 0) for c in "1234567890"]
    assert listener.heard() == [*digits, ("period", 0), ("comma", 0), ("space", 0), ("x", 0)]


def test_a_character_on_the_upper_level_of_its_key_is_typed_with_shift(hands: X11Hands, listener: Listener) -> None:
    hands.write("A%1")
    assert [event for event in listener.heard() if event[0] != "Shift_L"] == [
        ("A", X.ShiftMask), ("percent", X.ShiftMask), ("1", 0)
    ]  # fmt: skip


def test_a_combination_holds_its_modifiers_and_lets_them_go(hands: X11Hands, listener: Listener) -> None:
    hands.key("ctrl+a")
    hands.key("tab")
    assert listener.heard() == [("Control_L", 0), ("a", X.ControlMask), ("Tab", 0)]


def test_of_a_text_with_a_character_that_no_key_writes_nothing_is_typed(hands: X11Hands, listener: Listener) -> None:
    with pytest.raises(HandsTied, match="no key"):
        hands.write("12Ж")
    assert listener.heard() == []


class Waiting(ManualClock):
    """Time passes only while somebody waits; then, after three sleeps, something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._left, self._happens = 3, happens

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._left -= 1
        if self._left == 0:
            self._happens()


def test_keys_wait_until_the_window_under_the_pointer_has_the_keyboard(display: str) -> None:
    """The other way round they would go to the window that had it before."""
    with closing(Listener(display)) as below, closing(Listener(display, width=100)) as above:
        below.take_keyboard()
        with closing(X11Hands(display, Waiting(above.take_keyboard))) as hands:
            hands.move(50, 50)
            hands.write("12")
        assert above.heard() == [("1", 0), ("2", 0)]
        assert below.heard() == []


def test_nothing_is_typed_where_another_window_keeps_the_keyboard(display: str) -> None:
    with closing(Listener(display)) as below, closing(Listener(display, width=100)) as above:
        below.take_keyboard()
        with closing(X11Hands(display, ManualClock())) as hands:
            hands.move(50, 50)
            for use in (lambda: hands.write("12"), lambda: hands.key("tab")):
                with pytest.raises(HandsTied, match="does not take the keyboard"):
                    use()
        assert above.heard() == below.heard() == []


def test_a_changed_layout_is_typed_on_as_it_is_now(hands: X11Hands, listener: Listener) -> None:
    """As in France: digits need shift."""
    code = listener.display.keysym_to_keycode(XK.XK_7)
    before = [list(row) for row in listener.display.get_keyboard_mapping(code, 1)]
    swapped = [row.copy() for row in before]
    swapped[0][0], swapped[0][1] = XK.XK_egrave, XK.XK_7
    try:
        listener.display.change_keyboard_mapping(code, swapped)
        listener.display.sync()
        hands.position()
        hands.write("7")
        keys = [event for event in listener.heard() if event[0] != "Shift_L"]
        assert len(keys) == 1
        assert keys[0][1] == X.ShiftMask
    finally:
        listener.display.change_keyboard_mapping(code, before)
        listener.display.sync()


def test_hands_of_a_display_that_went_away_are_tied() -> None:
    with hidden_display((100, 100)) as name:
        hands = X11Hands(name)
    for use in (hands.position, hands.click, lambda: hands.move(1, 1), lambda: hands.write("1")):
        with pytest.raises(HandsTied, match="does not take input"):
            use()
    hands.close()


def test_no_display_is_one_clear_sentence() -> None:
    with pytest.raises(UserMistake, match="There is no display for mouse and keyboard"):
        real_hands(":4711")


def test_a_hot_key_is_heard_whatever_has_the_focus_until_it_is_closed(hands: X11Hands, listener: Listener, display: str) -> None:
    pressed = threading.Semaphore(0)
    with closing(hot_key("ctrl+alt+k", pressed.release, display)):
        hands.key("ctrl+alt+k")
        assert pressed.acquire(timeout=10)
        hands.key("alt+k")
        hands.key("ctrl+alt+k")
        assert pressed.acquire(timeout=10)
        assert not pressed.acquire(blocking=False)
    hands.key("ctrl+alt+k")
    assert ("k", X.ControlMask | X.Mod1Mask) in listener.heard()
    assert not pressed.acquire(blocking=False)


def test_a_hot_key_that_another_program_has_is_refused(display: str) -> None:
    with closing(hot_key("ctrl+alt+q", print, display)), pytest.raises(UserMistake, match="no other program uses"):
        hot_key("ctrl+alt+q", print, display)


def test_what_is_no_combination_is_one_clear_sentence(hands: X11Hands) -> None:
    for wrong in ("", "ctrl+", "hyper+a", "ctrl+abc"):
        with pytest.raises(UserMistake, match="is no key combination"):
            hands.key(wrong)


class SetMonitor(rq.Request):
    """RRSetMonitor; that of the library cannot be packed."""

    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(43), rq.RequestLength(), rq.Window("window"), rq.Card32("name"), rq.Bool("primary"),
        rq.Bool("automatic"), rq.LengthOf("crtcs", 2), rq.Int16("x"), rq.Int16("y"), rq.Card16("width"), rq.Card16("height"),
        rq.Card32("width_mm"), rq.Card32("height_mm"), rq.List("crtcs", rq.Card32Obj),
    )  # fmt: skip


def test_the_monitors_are_those_that_are_there_now(hands: X11Hands, display: str) -> None:
    """Monitors come and go while the hands are connected, as at a docking station."""
    before = hands.monitors()
    assert before == [Rect(0, 0, 300, 200)]
    with closing(xdisplay.Display(display)) as other:
        root = other.screen().root
        for number, (x, w) in enumerate(((0, 200), (200, 100))):
            SetMonitor(
                display=other.display, opcode=other.display.get_extension_major(randr.extname), window=root,
                name=other.intern_atom(f"MONITOR-{number}"), primary=False, automatic=False, x=x, y=0, width=w, height=200,
                width_mm=50, height_mm=50, crtcs=[],
            )  # fmt: skip
        other.sync()
        kill = KillSwitch(clock := ManualClock())
        kill.watch(KillSource.CORNER, corner_probe(hands.position, Monitors(hands, clock)))
        hands.move(200, 199)
        pressed = kill.check()
        assert {Rect(0, 0, 200, 200), Rect(200, 0, 100, 200)} <= set(hands.monitors())
        for number in range(2):
            root.xrandr_delete_monitor(other.intern_atom(f"MONITOR-{number}"))
        other.sync()
    assert pressed is not None, "an inner corner, 100 pixels from the nearest corner of all monitors together"
    assert hands.monitors() == before

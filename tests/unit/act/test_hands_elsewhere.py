"""Windows and macOS are not here: what their libraries would be asked for, in which order."""

import ctypes
from contextlib import closing
from ctypes import wintypes
from typing import Any

import pytest

from aviator.act.hands_macos import MacHands, MacHotKey, _Point, _Rectangle
from aviator.act.hands_windows import Input, WindowsHands, WindowsHotKey
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.types import Rect


class User32:
    """Takes input as user32.dll does, and remembers it."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, ...]] = []
        self.locked = False
        self.place = (0, 0)

    def SendInput(self, count: int, batch: Any, size: int) -> int:  # noqa: N802
        assert size == ctypes.sizeof(Input)
        if self.locked:
            return 0
        for one in batch:
            mouse, board = one.of.mouse, one.of.keyboard
            self.sent.append((mouse.flags,) if one.type == 0 else (board.virtual_key, board.scan, board.flags))
        return count

    def SetCursorPos(self, x: int, y: int) -> int:  # noqa: N802
        self.place = (x, y)
        return not self.locked

    def GetCursorPos(self, point: Any) -> int:  # noqa: N802
        point._obj.x, point._obj.y = self.place
        return not self.locked

    def WindowFromPoint(self, point: Any) -> int:  # noqa: N802
        return 10 * (1 + point.x // 100)

    def GetAncestor(self, window: int, which: int) -> int:  # noqa: N802
        assert which == 2
        return window + 1

    def GetForegroundWindow(self) -> int:  # noqa: N802
        return 11

    def VkKeyScanW(self, char: Any) -> int:  # noqa: N802
        return {"a": 0x41, "k": 0x4B, "%": 0x135}.get(char.value, -1)

    def EnumDisplayMonitors(self, _context: None, _clip: None, note: Any, data: int) -> int:  # noqa: N802
        for place in () if self.locked else ((0, 0, 1920, 1080), (-1280, -1024, 0, 0)):
            note(1, None, ctypes.pointer(wintypes.RECT(*place)), data)
        return not self.locked

    def PeekMessageW(self, *_: Any) -> int:  # noqa: N802
        return 0

    def RegisterHotKey(self, _window: None, _number: int, mask: int, code: int) -> int:  # noqa: N802
        self.sent.append((mask, code))
        return not self.locked

    def UnregisterHotKey(self, *_: Any) -> int:  # noqa: N802
        return 1

    def GetMessageW(self, message: Any, *_: Any) -> int:  # noqa: N802
        message._obj.message = 0x0312
        return 1 if len(self.sent) == 1 and not self.sent.append((0, 0)) else 0


def test_windows_is_sent_what_winuser_h_defines() -> None:
    assert ctypes.sizeof(Input) == (40 if ctypes.sizeof(ctypes.c_void_p) == 8 else 28)
    user32 = User32()
    hands = WindowsHands(user32)
    hands.move(-30, 40)
    assert hands.position() == (-30, 40)
    hands.move(30, 40)
    hands.click()
    hands.key("ctrl+a")
    hands.write("1,")
    clicks, keys = [(2,), (4,)], [(0x11, 0, 0), (0x41, 0, 0), (0x41, 0, 2), (0x11, 0, 2)]
    assert user32.sent == [*clicks, *keys, (0, 0x31, 4), (0, 0x31, 6), (0, 0x2C, 4), (0, 0x2C, 6)]


def test_windows_is_sent_no_keys_while_another_window_has_them() -> None:
    user32 = User32()
    hands = WindowsHands(user32)
    hands.move(130, 40)
    for use in (lambda: hands.write("1"), lambda: hands.key("tab")):
        with pytest.raises(HandsTied, match="does not take the keyboard"):
            use()
    assert user32.sent == []


def test_windows_lists_each_monitor() -> None:
    user32 = User32()
    hands = WindowsHands(user32)
    assert hands.monitors() == [Rect(0, 0, 1920, 1080), Rect(-1280, -1024, 1280, 1024)]
    user32.locked = True
    with pytest.raises(HandsTied, match="monitors"):
        hands.monitors()


def test_a_locked_windows_session_ties_the_hands() -> None:
    user32 = User32()
    hands = WindowsHands(user32)
    user32.locked = True
    for use in (hands.position, hands.click, lambda: hands.move(1, 1), lambda: hands.write("1")):
        with pytest.raises(HandsTied, match="locked"):
            use()
    with pytest.raises(HandsTied, match="no key for %"):
        hands.key("ctrl+%")


def test_a_hot_key_of_windows_is_registered_heard_and_refused() -> None:
    user32, pressed = User32(), list[int]()
    hot = WindowsHotKey("ctrl+alt+k", lambda: pressed.append(1), user32)
    hot._thread.join()
    assert pressed == [1]
    assert user32.sent[0] == (0x4003, 0x4B)
    user32.locked = True
    with pytest.raises(UserMistake, match="no other program"):
        WindowsHotKey("ctrl+alt+k", print, user32)


class Services:
    """Takes events as ApplicationServices does, and remembers what was posted."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = [{}]
        self.posted: list[dict[str, Any]] = []
        self.trusted = True
        self.down = False

    def _new(self, **what: Any) -> int:
        self.events.append(what)
        return len(self.events) - 1

    def CGGetActiveDisplayList(self, most: int, ids: Any, count: Any) -> int:  # noqa: N802
        ids[0], ids[1], count._obj.value = 7, 9, 2 if self.trusted else 0
        assert most == len(ids)
        return 0

    def CGDisplayBounds(self, one: int) -> Any:  # noqa: N802
        place = {7: ((0.0, 0.0), (1440.0, 900.0)), 9: ((1440.0, -180.0), (1080.0, 1920.0))}[one]
        return _Rectangle(*(_Point(*pair) for pair in place))

    def AXIsProcessTrusted(self) -> bool:  # noqa: N802
        return self.trusted

    def CGEventCreate(self, _: None) -> int:  # noqa: N802
        return self._new()

    def CGEventGetLocation(self, _: int) -> Any:  # noqa: N802
        return next((e["place"] for e in reversed(self.posted) if "place" in e), wintypes.POINT(0, 0))

    def CGEventCreateMouseEvent(self, _: None, kind: int, place: Any, button: int) -> int:  # noqa: N802
        return self._new(kind=kind, place=place, button=button)

    def CGEventCreateKeyboardEvent(self, _: None, code: int, down: bool) -> int:  # noqa: N802
        return self._new(code=code, down=down)

    def CGEventSetFlags(self, event: int, flags: int) -> None:  # noqa: N802
        self.events[event]["flags"] = flags

    def CGEventKeyboardSetUnicodeString(self, event: int, length: int, units: bytes) -> None:  # noqa: N802
        assert len(units) == 2 * length
        self.events[event]["text"] = units.decode("utf-16-le")

    def CGEventPost(self, _tap: int, event: int) -> None:  # noqa: N802
        self.posted.append(self.events[event])

    def CFRelease(self, event: int) -> None:  # noqa: N802
        assert event

    def CGEventSourceKeyState(self, _state: int, code: int) -> bool:  # noqa: N802
        assert code == 40  # k
        self.down = not self.down
        return self.down

    def CGEventSourceFlagsState(self, _state: int) -> int:  # noqa: N802
        return 1 << 18 | 1 << 19


def test_macos_is_sent_events_in_order() -> None:
    services = Services()
    hands = MacHands(services)
    hands.move(30, 40)
    hands.click()
    assert [(e["kind"], e["place"].x, e["place"].y) for e in services.posted] == [(5, 30, 40), (1, 30, 40), (2, 30, 40)]
    assert hands.position() == (30, 40)
    services.posted.clear()
    hands.key("ctrl+a")
    hands.write("1,")
    command = [(e["code"], e["down"], e["flags"]) for e in services.posted[:2]]
    assert command == [(0, True, 1 << 20), (0, False, 1 << 20)]
    assert "".join(e["text"] for e in services.posted[2:] if e["down"]) == "1,"


def test_macos_says_how_to_allow_hands() -> None:
    services = Services()
    services.trusted = False
    with pytest.raises(UserMistake, match="Accessibility"):
        MacHands(services)


def test_a_hot_key_of_macos_is_heard_once_a_press() -> None:
    services, pressed = Services(), list[int]()
    with closing(MacHotKey("ctrl+alt+k", lambda: pressed.append(1) or hot._over.set(), services)) as hot:
        hot._thread.join()
    assert pressed == [1]


def test_macos_lists_each_monitor() -> None:
    services = Services()
    hands = MacHands(services)
    assert hands.monitors() == [Rect(0, 0, 1440, 900), Rect(1440, -180, 1080, 1920)]
    services.trusted = False
    with pytest.raises(HandsTied, match="monitors"):
        hands.monitors()

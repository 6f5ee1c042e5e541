"""Mouse and keyboard of macOS, by CoreGraphics events, and hot keys by looking at the keyboard's state.

In: places (points of the global display space) and characters. Out: events, posted before a call returns. Threads: `hands` in the
engine process, and one for each hot key. The user must allow it: System Settings, Privacy & Security, Accessibility.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

from aviator.act import keys
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.types import Rect

_FRAMEWORK = "/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices"
_HID_TAP = 0
_HID_STATE = 1
_LEFT_DOWN, _LEFT_UP, _MOVED = 1, 2, 5
_FLAGS = {"shift": 1 << 17, "ctrl": 1 << 18, "alt": 1 << 19, "super": 1 << 20}
_SAME_EVERYWHERE = {"tab": 48, "escape": 53, "enter": 36, "backspace": 51, "delete": 117, "home": 115, "end": 119, "space": 49}
_ANSI = dict(
    zip(
        "asdfhgzxcvbqweryt123465=97-80]ou[ip",
        (*range(10), *range(11, 36)),
        strict=True,
    )
) | dict(zip("lj'k;\\,/nm.", (37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47), strict=True))
"""Virtual key codes name places on the keyboard; these are their characters on the usual one (HIToolbox/Events.h)."""
_LOOK_EVERY_S = 0.01
_MAX_MONITORS = 32


class _Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))


class _Rectangle(ctypes.Structure):
    """CGRect; its size has the layout of a point."""

    _fields_ = (("origin", _Point), ("size", _Point))


def _services() -> Any:
    """ApplicationServices with the signatures used here."""
    library = ctypes.CDLL(_FRAMEWORK)
    pointer, u16, u32, u64 = ctypes.c_void_p, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64
    for name, result, arguments in (
        ("CGEventCreate", pointer, (pointer,)),
        ("CGEventGetLocation", _Point, (pointer,)),
        ("CGEventCreateMouseEvent", pointer, (pointer, u32, _Point, u32)),
        ("CGEventCreateKeyboardEvent", pointer, (pointer, u16, ctypes.c_bool)),
        ("CGEventKeyboardSetUnicodeString", None, (pointer, ctypes.c_ulong, pointer)),
        ("CGEventSetFlags", None, (pointer, u64)),
        ("CGEventPost", None, (u32, pointer)),
        ("CGEventSourceKeyState", ctypes.c_bool, (ctypes.c_int32, u16)),
        ("CGEventSourceFlagsState", u64, (ctypes.c_int32,)),
        ("CFRelease", None, (pointer,)),
        ("CGGetActiveDisplayList", ctypes.c_int32, (u32, pointer, pointer)),
        ("CGDisplayBounds", _Rectangle, (u32,)),
        ("AXIsProcessTrusted", ctypes.c_bool, ()),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _key_code(key: str) -> int:
    """Raises `HandsTied` where no key of the usual keyboard writes it."""
    code = _SAME_EVERYWHERE.get(key, _ANSI.get(key))
    if code is None:
        raise HandsTied(f"There is no key for {key}.")
    return code


class MacHands:
    """`core.ports.Hands` on macOS. `services`: the system's library, unless a test brings its own."""

    def __init__(self, services: Any = None) -> None:
        self._services = services or _services()
        if not self._services.AXIsProcessTrusted():
            raise UserMistake(
                "macOS does not let this program use mouse and keyboard: allow it in System Settings, Privacy & Security, "
                "Accessibility, for the terminal it runs in."
            )

    def position(self) -> tuple[int, int]:
        """Where the pointer is now, whoever moved it."""
        event = self._made(self._services.CGEventCreate(None))
        place = self._services.CGEventGetLocation(event)
        self._services.CFRelease(event)
        return int(place.x), int(place.y)

    def monitors(self) -> list[Rect]:
        """Each monitor that is in use now, in points of the global display space."""
        ids, count = (ctypes.c_uint32 * _MAX_MONITORS)(), ctypes.c_uint32()
        if self._services.CGGetActiveDisplayList(_MAX_MONITORS, ids, ctypes.byref(count)) or not count.value:
            raise HandsTied("macOS does not list the monitors: the session may be locked.")
        places = [self._services.CGDisplayBounds(one) for one in ids[: count.value]]
        return [Rect(int(p.origin.x), int(p.origin.y), int(p.size.x), int(p.size.y)) for p in places]

    def move(self, x: int, y: int) -> None:
        self._mouse(_MOVED, _Point(x, y))

    def click(self) -> None:
        """The left button, once, where the pointer is."""
        here = _Point(*self.position())
        self._mouse(_LEFT_DOWN, here)
        self._mouse(_LEFT_UP, here)

    def key(self, combination: str) -> None:
        """Press and let go: "tab", "escape", "ctrl+a"; on this system command takes the place of control."""
        modifiers, key = keys.parse(combination)
        flags = sum(_FLAGS["super" if m == "ctrl" else m] for m in modifiers)
        code = _key_code(key)
        for down in (True, False):
            event = self._made(self._services.CGEventCreateKeyboardEvent(None, code, down))
            self._services.CGEventSetFlags(event, flags)
            self._post(event)

    def write(self, text: str) -> None:
        """Type characters into whatever has the focus; whatever the keyboard's layout is."""
        for char in text:
            units = char.encode("utf-16-le")
            for down in (True, False):
                event = self._made(self._services.CGEventCreateKeyboardEvent(None, 0, down))
                self._services.CGEventSetFlags(event, 0)
                self._services.CGEventKeyboardSetUnicodeString(event, len(units) // 2, units)
                self._post(event)

    def close(self) -> None:
        """There is nothing to give back."""

    def _mouse(self, kind: int, place: _Point) -> None:
        self._post(self._made(self._services.CGEventCreateMouseEvent(None, kind, place, 0)))

    def _made(self, event: Any) -> Any:
        if not event:
            raise HandsTied("macOS does not take input: the session may be locked.")
        return event

    def _post(self, event: Any) -> None:
        self._services.CGEventPost(_HID_TAP, event)
        self._services.CFRelease(event)


class MacHotKey:
    """Calls `pressed` on a thread of its own each time the combination is pressed, whatever window has the focus."""

    def __init__(self, combination: str, pressed: Callable[[], None], services: Any = None) -> None:
        modifiers, key = keys.parse(combination)
        self._services = services or _services()
        self._flags = sum(_FLAGS[m] for m in modifiers)
        self._code = _key_code(key)
        self._pressed = pressed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="hot-key", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Idempotent. Returns when `pressed` will not be called any more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        was_down = False
        while not self._over.wait(_LOOK_EVERY_S):
            down = self._services.CGEventSourceKeyState(_HID_STATE, self._code) and self._held()
            if down and not was_down:
                self._pressed()
            was_down = down

    def _held(self) -> bool:
        return int(self._services.CGEventSourceFlagsState(_HID_STATE)) & self._flags == self._flags

"""Mouse and keyboard of Windows, by SendInput, and hot keys by RegisterHotKey.

In: places and characters. Out: input events, in the system's queue before a call returns. Threads: `hands` in the engine process,
and one for each hot key. Windows lets no program use a window that runs with higher rights (UIPI); it says nothing of it.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator, Sequence
from ctypes import wintypes
from typing import Any

from aviator.act import keys
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.types import Rect

_MOUSE, _KEYBOARD = 0, 1
_LEFT_DOWN, _LEFT_UP = 0x0002, 0x0004
_KEY_UP, _UNICODE = 0x0002, 0x0004
_VIRTUAL_KEYS = {
    "ctrl": 0x11,
    "alt": 0x12,
    "shift": 0x10,
    "super": 0x5B,
    "tab": 0x09,
    "escape": 0x1B,
    "enter": 0x0D,
    "backspace": 0x08,
    "delete": 0x2E,
    "home": 0x24,
    "end": 0x23,
    "space": 0x20,
}
_HOT_MODIFIERS = {"alt": 0x0001, "ctrl": 0x0002, "shift": 0x0004, "super": 0x0008}
_ROOT = 2
_NO_REPEAT = 0x4000
_WM_HOTKEY, _WM_QUIT = 0x0312, 0x0012


class _MouseInput(ctypes.Structure):
    _fields_ = (
        ("dx", ctypes.c_int32),
        ("dy", ctypes.c_int32),
        ("data", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("extra", ctypes.c_size_t),
    )


class _KeyboardInput(ctypes.Structure):
    _fields_ = (
        ("virtual_key", ctypes.c_uint16),
        ("scan", ctypes.c_uint16),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("extra", ctypes.c_size_t),
    )


class _Either(ctypes.Union):
    _fields_ = (("mouse", _MouseInput), ("keyboard", _KeyboardInput))


_MONITOR_CALLBACK = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(wintypes.RECT), ctypes.c_ssize_t
)
"""MONITORENUMPROC of winuser.h."""


class Input(ctypes.Structure):
    """INPUT of winuser.h."""

    _fields_ = (("type", ctypes.c_uint32), ("of", _Either))


def _user32() -> Any:
    return getattr(ctypes, "WinDLL")("user32", use_last_error=True)  # noqa: B009 - other systems do not have the name


def session_number() -> int:
    """The session of this process: each has one desktop for input."""
    kernel32 = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009
    number = wintypes.DWORD()
    kernel32.ProcessIdToSessionId(kernel32.GetCurrentProcessId(), ctypes.byref(number))
    return int(number.value)


class WindowsHands:
    """`core.ports.Hands` on Windows. `user32`: the system's library, unless a test brings its own."""

    def __init__(self, user32: Any = None) -> None:
        self._user32 = user32 or _user32()

    def position(self) -> tuple[int, int]:
        """Where the pointer is now, whoever moved it."""
        point = wintypes.POINT()
        if not self._user32.GetCursorPos(ctypes.byref(point)):
            raise HandsTied("Windows does not tell where the pointer is: the session may be locked.")
        return point.x, point.y

    def monitors(self) -> list[Rect]:
        """Each monitor that is in use now, in absolute pixels."""
        found: list[Rect] = []

        def note(_monitor: int, _context: int, place: Any, _data: int) -> int:
            r = place.contents
            found.append(Rect(r.left, r.top, r.right - r.left, r.bottom - r.top))
            return 1

        if not self._user32.EnumDisplayMonitors(None, None, _MONITOR_CALLBACK(note), 0) or not found:
            raise HandsTied("Windows does not list the monitors: the session may be locked.")
        return found

    def move(self, x: int, y: int) -> None:
        if not self._user32.SetCursorPos(x, y):
            raise HandsTied("Windows does not let the pointer be moved: the session may be locked.")

    def click(self) -> None:
        """The left button, once, where the pointer is."""
        self._send([Input(_MOUSE, _Either(mouse=_MouseInput(flags=flag))) for flag in (_LEFT_DOWN, _LEFT_UP)])

    def key(self, combination: str) -> None:
        """Press and let go: "tab", "escape", "ctrl+a"."""
        self._check_focus()
        modifiers, key = keys.parse(combination)
        codes = [*(_VIRTUAL_KEYS[m] for m in modifiers), self._code(key)]
        downs = [Input(_KEYBOARD, _Either(keyboard=_KeyboardInput(code))) for code in codes]
        ups = [Input(_KEYBOARD, _Either(keyboard=_KeyboardInput(code, flags=_KEY_UP))) for code in reversed(codes)]
        self._send(downs + ups)

    def write(self, text: str) -> None:
        """Type characters into whatever has the focus; whatever the keyboard's layout is."""
        self._check_focus()
        self._send([stroke for unit in _utf_16(text) for stroke in (_typed(unit), _typed(unit, _KEY_UP))])

    def close(self) -> None:
        """There is nothing to give back."""

    def _check_focus(self) -> None:
        """Keys must not go to another window than the one under the pointer; that has them since it was clicked."""
        point = wintypes.POINT()
        self._user32.GetCursorPos(ctypes.byref(point))
        under = self._user32.GetAncestor(self._user32.WindowFromPoint(point), _ROOT)
        if under != self._user32.GetForegroundWindow():
            raise HandsTied("The window under the pointer does not take the keyboard.")

    def _code(self, key: str) -> int:
        return _VIRTUAL_KEYS.get(key) or virtual_key(self._user32, key)

    def _send(self, inputs: Sequence[Input]) -> None:
        batch = (Input * len(inputs))(*inputs)
        if self._user32.SendInput(len(inputs), batch, ctypes.sizeof(Input)) != len(inputs):
            raise HandsTied("Windows does not take input: the session may be locked.")


def _utf_16(text: str) -> Iterator[int]:
    """Characters as Windows counts them."""
    data = text.encode("utf-16-le")
    return (int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2))


def _typed(unit: int, flags: int = 0) -> Input:
    return Input(_KEYBOARD, _Either(keyboard=_KeyboardInput(0, unit, flags | _UNICODE)))


def virtual_key(user32: Any, char: str) -> int:
    """The key that writes `char` in this layout. Raises `HandsTied` where none does without a modifier."""
    found = int(user32.VkKeyScanW(wintypes.WCHAR(char)))
    if found < 0 or found >> 8:  # none, or with modifiers in the high byte
        raise HandsTied(f"This keyboard layout has no key for {char}.")
    return found & 0xFF


class WindowsHotKey:
    """Calls `pressed` on a thread of its own each time the combination is pressed, whatever window has the focus.

    Raises `UserMistake` where another program has that combination.
    """

    def __init__(self, combination: str, pressed: Callable[[], None], user32: Any = None) -> None:
        self._user32 = user32 or _user32()
        modifiers, key = keys.parse(combination)
        code = _VIRTUAL_KEYS.get(key) or virtual_key(self._user32, key)
        self._registered = threading.Event()
        self._ok = False
        mask = sum(_HOT_MODIFIERS[m] for m in modifiers) | _NO_REPEAT
        self._thread = threading.Thread(target=self._listen, args=(mask, code, pressed), name="hot-key", daemon=True)
        self._thread.start()
        self._registered.wait()
        if not self._ok:
            raise UserMistake(f"The hot key {combination} cannot be had: choose one that no other program uses.")

    def close(self) -> None:
        """Idempotent. Returns when `pressed` will not be called any more."""
        if self._thread.is_alive():
            self._user32.PostThreadMessageW(self._thread.native_id, _WM_QUIT, 0, 0)
            self._thread.join()

    def _listen(self, mask: int, code: int, pressed: Callable[[], None]) -> None:
        """A hot key belongs to the thread that registered it, and comes with that thread's messages."""
        message = wintypes.MSG()
        self._user32.PeekMessageW(ctypes.byref(message), None, 0, 0, 0)  # makes the queue that WM_QUIT will be posted to
        self._ok = bool(self._user32.RegisterHotKey(None, 1, mask, code))
        self._registered.set()
        if not self._ok:
            return
        while self._user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            if message.message == _WM_HOTKEY:
                pressed()
        self._user32.UnregisterHotKey(None, 1)

"""Mouse and keyboard of an X display, by its XTEST extension, and hot keys by a grab of its root window.

In: places and characters. Out: input events, taken by the server before a call returns. Each object has a display connection of
its own and belongs to one thread: `hands` in the engine process, or the hot key's own.
"""

from __future__ import annotations

import gc
import os
import select
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from Xlib import XK, X
from Xlib import display as xdisplay
from Xlib import error as xerror
from Xlib.ext import xtest
from Xlib.support import connect

from aviator.act import keys
from aviator.core.clock import Clock, SystemClock
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.types import Rect

_MODIFIERS = {
    "ctrl": (XK.string_to_keysym("Control_L"), X.ControlMask),
    "alt": (XK.string_to_keysym("Alt_L"), X.Mod1Mask),
    "shift": (XK.string_to_keysym("Shift_L"), X.ShiftMask),
    "super": (XK.string_to_keysym("Super_L"), X.Mod4Mask),
}
_NAMED = {
    "tab": "Tab",
    "escape": "Escape",
    "enter": "Return",
    "backspace": "BackSpace",
    "delete": "Delete",
    "home": "Home",
    "end": "End",
    "space": "space",
}
_LOCKS = (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask)
"""Caps lock and num lock count as modifiers; a hot key must be heard with and without them."""
_FOCUS_S, _FOCUS_EVERY_S = 1.0, 0.005
_LATIN_1 = 0x100
_MONITORS_SINCE = (1, 5)
"""The version of the RandR extension that lists monitors."""
_UNICODE_KEYSYM = 0x1000000
_FAILURES = (xerror.DisplayError, xerror.ConnectionClosedError, xerror.XError, OSError)


def _open(name: str | None) -> Any:
    """A connection to the display; `UserMistake` where there is none."""
    reason = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # where no display answers, the library leaves its sockets lying about
        try:
            display = xdisplay.Display(name)
        except _FAILURES as error:
            reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        if reason:
            gc.collect()
    if reason:
        raise UserMistake(f"There is no display for mouse and keyboard ({reason}): start a desktop session or set DISPLAY.")
    if display.has_extension("XWAYLAND"):
        display.close()
        raise UserMistake("Under Wayland no program may use mouse and keyboard: log in to an X11 session.")
    return display


class _Connection:
    """A display connection whose failures are `HandsTied`."""

    def __init__(self, name: str | None) -> None:
        self.display = _open(name)
        self._errors: list[str] = []
        self.display.set_error_handler(lambda error, _request: self._errors.append(type(error).__name__))

    @contextmanager
    def obeying(self) -> Iterator[None]:
        """What is asked for within is done by the server when the block ends. Raises `HandsTied` where it is not."""
        try:
            yield
            self.display.sync()
            self._heed()
        except _FAILURES as error:
            raise HandsTied(f"The display does not take input ({type(error).__name__}).") from None
        if self._errors:
            refused, self._errors = self._errors[0], []
            raise HandsTied(f"The display refused the input ({refused}).")

    def keycode(self, keysym: int) -> tuple[int, bool]:
        """The key that writes this, and whether shift must be held. Raises `HandsTied` where no key does."""
        # The third and further levels need modifiers that differ from layout to layout.
        places = [(level, code) for code, level in self.display.keysym_to_keycodes(keysym) if level <= 1]
        if not places:
            raise HandsTied(f"This keyboard layout has no key for {XK.keysym_to_string(keysym) or hex(keysym)}.")
        level, code = min(places)
        return code, bool(level)

    def close(self) -> None:
        with suppress(*_FAILURES):
            self.display.close()

    def _heed(self) -> None:
        """Another keyboard, or another layout: the keys are elsewhere now."""
        while self.display.pending_events():
            event = self.display.next_event()
            if event.type == X.MappingNotify:
                self.display.refresh_keyboard_mapping(event)


def display_place(name: str | None = None) -> tuple[str, int]:
    """The host and the number of a display, or of that of the environment. Raises `UserMistake`."""
    try:
        _, _, host, number, _ = connect.get_display(name)
    except _FAILURES:
        raise UserMistake("There is no display for mouse and keyboard: start a desktop session or set DISPLAY.") from None
    return (host or "").lower(), int(number)


def _version(reply: Any) -> tuple[int, int]:
    return int(reply.major_version), int(reply.minor_version)


def _keysym(key: str) -> int:
    """The keysym of a named key or a character (X11 protocol, appendix A)."""
    if named := _NAMED.get(key):
        return int(XK.string_to_keysym(named))
    return ord(key) if ord(key) < _LATIN_1 else _UNICODE_KEYSYM + ord(key)


class X11Hands:
    """`core.ports.Hands` on an X display. Raises `UserMistake` where there is no display, or one that lets nobody in."""

    def __init__(self, display: str | None = None, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._connection = _Connection(display)
        self._display = self._connection.display
        if not self._display.has_extension("XTEST"):
            self.close()
            raise UserMistake("This display has no XTEST extension: mouse and keyboard cannot be used on it.")

    def position(self) -> tuple[int, int]:
        """Where the pointer is now, whoever moved it."""
        with self._connection.obeying():
            pointer = self._display.screen().root.query_pointer()
        return int(pointer.root_x), int(pointer.root_y)

    def monitors(self) -> list[Rect]:
        """Each monitor that is in use now, in absolute pixels; all of the screen where the server has no list of them."""
        root = self._display.screen().root
        with self._connection.obeying():
            found = []
            if self._display.has_extension("RANDR") and _version(self._display.xrandr_query_version()) >= _MONITORS_SINCE:
                found = [Rect(m.x, m.y, m.width_in_pixels, m.height_in_pixels) for m in root.xrandr_get_monitors().monitors]
            size = root.get_geometry()
        return [m for m in found if m.w > 0 and m.h > 0] or [Rect(0, 0, size.width, size.height)]

    def move(self, x: int, y: int) -> None:
        with self._connection.obeying():
            xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)

    def click(self) -> None:
        """The left button, once, where the pointer is."""
        with self._connection.obeying():
            xtest.fake_input(self._display, X.ButtonPress, 1)
            xtest.fake_input(self._display, X.ButtonRelease, 1)

    def key(self, combination: str) -> None:
        """Press and let go: "tab", "escape", "ctrl+a"."""
        modifiers, key = keys.parse(combination)
        with self._connection.obeying():
            self._await_focus()
            self._stroke([*(_MODIFIERS[m][0] for m in modifiers)], _keysym(key))

    def write(self, text: str) -> None:
        """Type characters into whatever has the focus. None is typed where one of them has no key."""
        with self._connection.obeying():
            for char in text:
                self._connection.keycode(_keysym(char))
            self._await_focus()
            for char in text:
                self._stroke([], _keysym(char))

    def close(self) -> None:
        self._connection.close()

    def _await_focus(self) -> None:
        """A window that was clicked takes the keyboard a moment later: until then keys would go to the one before, which may be
        another bookmaker's. Raises `HandsTied` where the window under the pointer does not take it at all."""
        deadline = self._clock.monotonic() + _FOCUS_S
        while not self._has_keyboard():
            if self._clock.monotonic() > deadline:
                raise HandsTied("The window under the pointer does not take the keyboard.")
            self._clock.sleep(_FOCUS_EVERY_S)

    def _has_keyboard(self) -> bool:
        focus = self._display.get_input_focus().focus
        if focus == X.PointerRoot:  # keys go wherever the pointer is
            return True
        under = self._display.screen().root.query_pointer().child
        if focus == X.NONE or under == X.NONE:
            return False
        try:
            while (parent := focus.query_tree().parent) not in (X.NONE, self._display.screen().root):
                focus = parent
        except xerror.BadWindow:  # it was closed meanwhile
            return False
        return bool(focus == under)

    def _stroke(self, modifiers: list[int], keysym: int) -> None:
        """One key down and up, between its modifiers."""
        code, shifted = self._connection.keycode(keysym)
        held = [*modifiers, *([_MODIFIERS["shift"][0]] if shifted else [])]
        codes = [*(self._connection.keycode(m)[0] for m in held), code]
        for down in codes:
            xtest.fake_input(self._display, X.KeyPress, down)
        for up in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, up)


class X11HotKey:
    """Calls `pressed` on a thread of its own each time the combination is pressed, whatever window has the focus.

    Raises `UserMistake` where another program has that combination.
    """

    def __init__(self, combination: str, pressed: Callable[[], None], display: str | None = None) -> None:
        modifiers, key = keys.parse(combination)
        self._pressed = pressed
        self._connection = _Connection(display)
        mask = 0
        for modifier in modifiers:
            mask |= _MODIFIERS[modifier][1]
        try:
            code, shifted = self._connection.keycode(_keysym(key))
            self._grab(code, mask | (X.ShiftMask if shifted else 0))
        except HandsTied:
            self._connection.close()
            raise UserMistake(f"The hot key {combination} cannot be had: choose one that no other program uses.") from None
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="hot-key", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Idempotent. Returns when `pressed` will not be called any more."""
        if self._waker < 0:
            return
        os.close(self._waker)
        self._waker = -1
        self._thread.join()
        os.close(self._wake)
        self._connection.close()

    def _grab(self, code: int, mask: int) -> None:
        root = self._connection.display.screen().root
        with self._connection.obeying():
            for lock in _LOCKS:
                root.grab_key(code, mask | lock, False, X.GrabModeAsync, X.GrabModeAsync)

    def _listen(self) -> None:
        display = self._connection.display
        with suppress(*_FAILURES):  # of a display that is gone nothing can be heard
            while True:
                while display.pending_events():
                    if display.next_event().type == X.KeyPress:
                        self._pressed()
                ready, _, _ = select.select([display.fileno(), self._wake], [], [])
                if self._wake in ready:
                    return

"""The machine's own mouse and keyboard, and hot keys: which implementation this system has.

In: a display's name where there may be several. Out: `Hands`, or one sentence why there can be none. Engine process.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from typing import Protocol

from aviator.core.ports import Hands
from aviator.core.types import Rect


class MachineHands(Hands, Protocol):
    """Hands on the monitors of this machine."""

    def monitors(self) -> list[Rect]:
        """Each monitor that is in use now, at least one, in absolute pixels. Raises `HandsTied`."""
        ...


class HotKey(Protocol):
    """A key combination that is heard whatever window has the focus, until it is closed."""

    def close(self) -> None: ...


def real_hands(display: str | None = None) -> MachineHands:
    """Mouse and keyboard of this machine; `display` names the X display, else it is that of the environment.

    Raises `UserMistake` where they can never be had, `HandsTied` where not now.
    """
    if sys.platform == "win32":
        from aviator.act.hands_windows import WindowsHands

        return WindowsHands()
    if sys.platform == "darwin":
        from aviator.act.hands_macos import MacHands

        return MacHands()
    from aviator.act.hands_x11 import X11Hands

    return X11Hands(display)


def display_name(display: str | None = None) -> str:
    """The display that input goes to, with the same name for all ways to call it. Raises `UserMistake` where there is none."""
    machine = platform.node() or "this machine"
    if sys.platform == "win32":
        from aviator.act.hands_windows import session_number

        return f"{machine} session {session_number()}"
    if sys.platform == "darwin":
        return machine
    from aviator.act.hands_x11 import display_place

    host, number = display_place(display)
    local = host in ("", "unix", "localhost", "::1", machine) or host.startswith("127.")
    return f"{machine if local else host}:{number}"


def hot_key(combination: str, pressed: Callable[[], None], display: str | None = None) -> HotKey:
    """From now on `pressed` is called, on a thread of its own, each time the combination is pressed.

    Raises `UserMistake` where it is no combination or another program has it, `HandsTied` where keys cannot be heard.
    """
    if sys.platform == "win32":
        from aviator.act.hands_windows import WindowsHotKey

        return WindowsHotKey(combination, pressed)
    if sys.platform == "darwin":
        from aviator.act.hands_macos import MacHotKey

        return MacHotKey(combination, pressed)
    from aviator.act.hands_x11 import X11HotKey

    return X11HotKey(combination, pressed, display)

"""The kill switch: one latch that stops all input at once, whoever presses it.

In: presses from five sources. Files and the pointer in a corner of a monitor are looked up by `check` right before each input.
Out: the press. It stays pressed until the engine ends. Engine process, any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aviator.core.clock import Clock
from aviator.core.types import Rect

Probe = Callable[[], str | None]
"""Looks whether somebody wants a stop: the reason, or None."""

LASTS = "until `aviator kill --off` and a new start of the engine"
"""How long a kill lasts, for every message: a running engine stays stopped, and so does one that starts before it is lifted."""


class KillSource(StrEnum):
    """Who can press it."""

    HOT_KEY = "hot key"
    FILE = "file"
    API = "API"
    PANEL = "panel"
    CORNER = "mouse in the corner"


@dataclass(frozen=True, slots=True)
class Pressed:
    """The press that latched the switch, at `at` Unix seconds."""

    source: KillSource
    at: float
    why: str = ""

    def __str__(self) -> str:
        return f"the kill switch was pressed ({self.source}{': ' if self.why else ''}{self.why})"


class KillSwitch:
    """Latched by the first press; later ones change nothing until `reset`."""

    def __init__(self, clock: Clock, keep: Callable[[Pressed], None] = lambda _: None) -> None:
        """`keep`: makes a press last beyond this engine. A file's does so by itself, as long as it is there."""
        self._clock = clock
        self._keep, self._keeping = keep, threading.Lock()
        self._unkept: Pressed | None = None
        self._probes: list[tuple[KillSource, Probe]] = []
        self._pressed: Pressed | None = None
        self._lock = threading.Lock()
        self.input_lock = threading.Lock()
        """Held around the last check and the input that follows it."""

    def watch(self, source: KillSource, probe: Probe) -> None:
        """Ask `probe` at every check from now on."""
        self._probes.append((source, probe))

    def press(self, source: KillSource, why: str = "") -> Pressed:
        """Latch the switch; returns the press that did."""
        with self._lock:
            made = Pressed(source, self._clock.now(), why)
            if source is not KillSource.FILE:
                self._unkept = made
            self._pressed = self._pressed or made
            return self._pressed

    @property
    def pressed(self) -> Pressed | None:
        return self._pressed

    def check(self, only: KillSource | None = None) -> Pressed | None:
        """The press, after a look at everything that is not announced. A probe that fails counts as a press."""
        if self._pressed is None:
            for source, probe in self._probes:
                if only is not None and source is not only:
                    continue
                try:
                    why = probe()
                except OSError as error:
                    why = f"cannot be looked for: {error.strerror or error}"
                if why is not None:
                    return self.press(source, why)
        return self._pressed

    def quiet(self, timeout_s: float) -> bool:
        """Once it is pressed: is no input under way any more? Then none follows."""
        if self._pressed is None or not self.input_lock.acquire(timeout=timeout_s):
            return False
        self.input_lock.release()
        return True

    def keep(self) -> None:
        """Make a press last beyond this engine, once: what is lifted later stays lifted. Raises `OSError`."""
        with self._keeping:
            if (pressed := self._unkept) is not None:
                self._keep(pressed)
                self._unkept = None

    @property
    def kept(self) -> bool:
        return self._unkept is None

    def reset(self) -> None:
        """For a new start within this process. A kill file that is still there presses again at the next check."""
        with self._lock:
            self._pressed = self._unkept = None


def corner_probe(position: Callable[[], tuple[int, int]], monitors: Callable[[], Sequence[Rect]], reach_px: int = 2) -> Probe:
    """Pressed while the pointer is in one of the four corners of any monitor, inner corners included."""

    def probe() -> str | None:
        x, y = position()
        near = any(in_corner(monitor, x, y, reach_px) for monitor in monitors())
        return f"at {x}, {y}" if near else None

    return probe


def in_corner(monitor: Rect, x: int, y: int, reach_px: int) -> bool:
    """Is this place within `reach_px` of one of its corner pixels, on the monitor or beside it?"""
    across = min(abs(x - monitor.x), abs(monitor.right - 1 - x))
    along = min(abs(y - monitor.y), abs(monitor.bottom - 1 - y))
    return across <= reach_px and along <= reach_px

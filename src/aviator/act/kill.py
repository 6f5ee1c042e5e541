"""The kill switch: one latch that stops all hands at once, whoever presses it.

In: presses from five sources. Those that nobody announces, a file and the pointer in a corner, are looked up by `check` right
before each input. Out: the press. It stays pressed until the user arms anew. Engine process, any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aviator.core.clock import Clock
from aviator.core.types import Rect

Probe = Callable[[], str | None]
"""Looks whether somebody wants a stop: the reason, or None."""


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

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._probes: list[tuple[KillSource, Probe]] = []
        self._pressed: Pressed | None = None
        self._lock = threading.Lock()

    def watch(self, source: KillSource, probe: Probe) -> None:
        """Ask `probe` at every check from now on."""
        self._probes.append((source, probe))

    def press(self, source: KillSource, why: str = "") -> Pressed:
        """Latch the switch; returns the press that did."""
        with self._lock:
            if self._pressed is None:
                self._pressed = Pressed(source, self._clock.now(), why)
            return self._pressed

    @property
    def pressed(self) -> Pressed | None:
        return self._pressed

    def check(self) -> Pressed | None:
        """The press, after a look at everything that can press without a word."""
        if self._pressed is None:
            for source, probe in self._probes:
                why = probe()
                if why is not None:
                    return self.press(source, why)
        return self._pressed

    def reset(self) -> None:
        """The user arms anew. A stop file that still lies there presses again at the next check."""
        with self._lock:
            self._pressed = None


def file_probe(path: Path) -> Probe:
    """Pressed while a file of this name exists."""
    return lambda: f"{path.name} exists" if path.exists() else None


def corner_probe(position: Callable[[], tuple[int, int]], screen: Rect, reach_px: int = 2) -> Probe:
    """Pressed while the pointer is in one of the four corners of the screen."""

    def probe() -> str | None:
        x, y = position()
        across = min(abs(x - screen.x), abs(screen.right - 1 - x))
        along = min(abs(y - screen.y), abs(screen.bottom - 1 - y))
        return f"at {x}, {y}" if across <= reach_px and along <= reach_px else None

    return probe

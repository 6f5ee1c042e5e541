"""The kill switch wired up: its five sources, joined to the machine.

In: the data folder, hands, a hot key. Out: a kill switch that looks at the file and the pointer right before every click, and
is pressed at once by the hot key, the API and the panel. Engine process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from aviator.act.hands import hot_key
from aviator.act.kill import KillSource, KillSwitch, corner_probe, file_probe
from aviator.core.clock import Clock
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.types import Rect

log = logging.getLogger(__name__)

HOT_KEY = "ctrl+alt+k"


def kill_file(data_dir: Path) -> Path:
    return data_dir / "control" / "kill"


def kill_switch(data_dir: Path, clock: Clock) -> KillSwitch:
    """A switch that the file presses."""
    switch = KillSwitch(clock)
    switch.watch(KillSource.FILE, file_probe(kill_file(data_dir)))
    return switch


def by_person(switch: KillSwitch, position: Callable[[], tuple[int, int]], screen: Rect, closing: ExitStack) -> None:
    """Let a person at the screen press it, by hot key or by pushing the pointer into a corner. A hot key that another program
    holds is said once: the corner is still there."""

    def where() -> tuple[int, int]:
        with suppress(HandsTied):  # no display, no clicks
            return position()
        return screen.x + screen.w // 2, screen.y + screen.h // 2

    switch.watch(KillSource.CORNER, corner_probe(where, screen))
    try:
        key = hot_key(HOT_KEY, lambda: _pressed(switch))
    except (HandsTied, UserMistake) as error:
        log.warning("the hot key %s cannot be used as a kill switch: %s", HOT_KEY, error)
        return
    closing.callback(key.close)


def _pressed(switch: KillSwitch) -> None:
    log.warning("%s", switch.press(KillSource.HOT_KEY, HOT_KEY))

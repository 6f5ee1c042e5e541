"""The kill switch connected to the machine: the kill files, the corners of the monitors, a hot key.

In: the data folder, mouse and monitors. Out: a kill switch that is looked up right before every click; a thread that looks for
the files in between, makes each press last beyond this engine, and confirms it to `aviator kill`. Engine process, thread `kill`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from aviator.act.hands import MachineHands, hot_key
from aviator.act.kill import LASTS, KillSource, KillSwitch, Pressed, corner_probe
from aviator.core.clock import Clock
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.ports import Hands
from aviator.core.types import Rect
from aviator.run import kill_flag
from aviator.run.engine_registry import EngineRegistration

log = logging.getLogger(__name__)

HOT_KEY = "ctrl+alt+k"
MONITORS_EVERY_S = 1.0
LOOK_EVERY_S = 0.05
QUIET_S = 0.05
CLOSE_S = 1.0


def kill_switch(data_dir: Path, clock: Clock) -> KillSwitch:
    """A switch that the kill files press. Their folders exist from here on: one that goes away counts as a press."""
    switch = KillSwitch(clock, _keep)
    for watch in kill_flag.watches(data_dir):
        switch.watch(KillSource.FILE, watch.fault)
    return switch


def _keep(pressed: Pressed) -> None:
    """For the next start, on any data folder. Raises `OSError`."""
    for flag in (flags := kill_flag.pressed_flags()):
        kill_flag.press(flag, str(pressed), flags)


class Monitors:
    """The monitors, read again every second. The last ones stay while they cannot be read."""

    def __init__(self, desktop: MachineHands, clock: Clock) -> None:
        self._desktop, self._clock = desktop, clock
        self._known = tuple(desktop.monitors())
        self._read_at = clock.monotonic()

    def __call__(self) -> Sequence[Rect]:
        now = self._clock.monotonic()
        if now - self._read_at >= MONITORS_EVERY_S:
            self._read_at = now
            with suppress(HandsTied):
                found = tuple(self._desktop.monitors())
                if found and found != self._known:
                    log.info("the corners of %d monitors stop betting now", len(found))
                    self._known = found
        return self._known


def by_person(switch: KillSwitch, desktop: MachineHands, clock: Clock, closing: ExitStack) -> None:
    """Let a person at the screen press it, by hot key or by pushing the pointer into a corner of a monitor. When another program
    has the hot key, a warning says so once: the corners still work."""
    monitors = Monitors(desktop, clock)

    def where() -> tuple[int, int]:
        with suppress(HandsTied):  # no display, no clicks
            return desktop.position()
        first = monitors()[0]
        return first.x + first.w // 2, first.y + first.h // 2

    switch.watch(KillSource.CORNER, corner_probe(where, monitors))
    try:
        key = hot_key(HOT_KEY, lambda: _pressed(switch))
    except (HandsTied, UserMistake) as error:
        log.warning("the hot key %s cannot be used as a kill switch: %s", HOT_KEY, error)
        return
    closing.callback(key.close)


class StoppableHands:
    """Hands that make no input once the user's kill flag is there, for programs that click without an engine."""

    def __init__(self, hands: Hands) -> None:
        self._hands, self._watches = hands, kill_flag.watches()

    def position(self) -> tuple[int, int]:
        return self._hands.position()

    def move(self, x: int, y: int) -> None:
        self._check()
        self._hands.move(x, y)

    def click(self) -> None:
        self._check()
        self._hands.click()

    def key(self, combination: str) -> None:
        self._check()
        self._hands.key(combination)

    def write(self, text: str) -> None:
        self._check()
        self._hands.write(text)

    def close(self) -> None:
        self._hands.close()

    def _check(self) -> None:
        if why := next(filter(None, (watch.fault() for watch in self._watches)), None):
            raise UserMistake(
                f"Nothing is clicked while a kill lasts ({why}): look whether the bet panels are as you like, "
                "then lift it with `aviator kill --off` and begin again."
            )


class KillWatcher:
    """Looks for the kill files 20 times a second; once the switch is pressed, whoever did it, keeps that in the user's flag, so
    that it also holds for the next start, and confirms that no input follows."""

    def __init__(self, switch: KillSwitch, registration: EngineRegistration) -> None:
        self._switch, self._registration = switch, registration
        self._confirmed = self._failed = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kill", daemon=True)

    def start(self) -> None:
        """What the files say is known when this returns."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """A disk that hangs is not waited for. What was pressed last is kept."""
        if self._thread.is_alive():
            self._over.set()
            self._thread.join(CLOSE_S)

    def look(self) -> None:
        """One look at the files."""
        if self._switch.check(KillSource.FILE) is not None and not (self._switch.kept and self._confirmed):
            self._heed()

    def _heed(self) -> None:
        if not self._confirmed and self._switch.quiet(QUIET_S):
            self._confirmed = self._written("confirm the kill", self._registration.confirm)
        self._written("keep the kill for the next start", self._switch.keep)

    def _written(self, what: str, write: Callable[[], None]) -> bool:
        try:
            write()
        except OSError as error:
            if not self._failed:
                log.warning("betting is stopped, but the engine cannot %s: %s", what, error)
            self._failed = True
            return False
        return True

    def _run(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.look()
        self.look()


def kill_answer(switch: KillSwitch, source: KillSource) -> str:
    """Press it; the answer for whoever did."""
    pressed = switch.press(source)
    try:
        switch.keep()
    except OSError as error:
        return (
            f"{pressed}; this engine clicks nothing more, but the next one may bet, for the kill cannot be kept "
            f"({error.strerror or error}): start none before `aviator kill` says that betting is stopped."
        )
    return f"{pressed}; nothing is clicked {LASTS}."


def _pressed(switch: KillSwitch) -> None:
    log.warning("%s", switch.press(KillSource.HOT_KEY, HOT_KEY))

"""The only way to the time: Unix seconds for records, monotonic seconds for durations. Any process.

`SteadyClock` is the time of a running engine and its workers: it starts at the wall clock and never steps. Tests and replays
bring a `ManualClock`; a simulation may shift the clock of an engine that plays with play money (`ShiftedClock`).
"""

import sys
import threading
import time
from pathlib import Path
from typing import Protocol

JUMP_S = 1.0
"""Minimum change of the difference between two clocks that counts as a step or a suspension."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> float:
        """Unix seconds, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; returns at once for zero or less."""
        ...


class SystemClock:
    """The machine's own clock. `monotonic` stands still while a Linux or macOS machine is suspended, `elapsed` does not."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.perf_counter()

    def elapsed(self) -> float:
        """Seconds since an arbitrary moment, the same for every process, time of suspension included."""
        return _elapsed()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


def _elapsed() -> float:
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # perf_counter stands still while the machine sleeps, this does not
    return time.perf_counter()


class SteadyClock:
    """Unix time that never steps: `epoch` plus the seconds elapsed. `epoch` None: from the wall clock as it is now.

    Processes of one machine that share an epoch have the same time, whatever happens to the wall clock. A suspension of the
    machine counts as time in `now` and not in `monotonic`: whoever compares both notices it.
    """

    def __init__(self, clock: Clock, epoch: float | None = None) -> None:
        self._clock = clock
        self._elapsed = getattr(clock, "elapsed", clock.monotonic)
        self.epoch = clock.now() - self._elapsed() if epoch is None else epoch

    def now(self) -> float:
        return self.epoch + float(self._elapsed())

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def wall_now(self) -> float:
        """The machine's wall clock, which other programs go by."""
        return self._clock.now()

    @property
    def wall_ahead_s(self) -> float:
        """Seconds by which the machine's wall clock is ahead of this one; negative where it is behind."""
        return self._clock.now() - self.now()


def steady(clock: Clock) -> SteadyClock:
    """The clock itself where it is steady, else a steady one from now on."""
    return clock if isinstance(clock, SteadyClock) else SteadyClock(clock)


class Deadline:
    """A moment in Unix seconds that holds on both clocks: it is over when either says so. `within_s`: at most so far away."""

    def __init__(self, clock: Clock, at: float, within_s: float = float("inf")) -> None:
        self._clock, self._at = clock, at
        self._monotonic = clock.monotonic() + min(at - clock.now(), within_s)

    def left_s(self) -> float:
        return min(self._at - self._clock.now(), self._monotonic - self._clock.monotonic())


class JumpDetector:
    """Tells when the wall clock stepped or the machine was suspended: the difference between both clocks changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock.now() - clock.monotonic()

    def jumped_s(self) -> float:
        """Seconds by which the wall clock jumped since the last call; 0 where it did not."""
        ahead = self._clock.now() - self._clock.monotonic()
        jump, self._ahead = ahead - self._ahead, ahead  # clocks that drift apart slowly do not jump
        return jump if abs(jump) >= JUMP_S else 0.0


class ManualClock:
    """A clock that moves only when told to: sleeping moves it. `step` moves the wall clock alone, as a person or NTP does;
    `suspend` lets the machine sleep: `monotonic` stands still meanwhile, `elapsed` does not."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = self._monotonic = self._true = now
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def elapsed(self) -> float:
        return self._true

    def sleep(self, seconds: float) -> None:
        with self._lock:
            passed = max(0.0, seconds)
            self._now += passed
            self._monotonic += passed
            self._true += passed

    def step(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds

    def suspend(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds
            self._true += seconds


class ShiftedClock(SystemClock):
    """The machine's clock, shifted by what a file says: two numbers, `STEP_S SUSPENDED_S`. For simulations with play money.

    `STEP_S` is added to the wall clock. `SUSPENDED_S` is time in which the machine counts as suspended: it is taken from
    `monotonic`, so the simulation stops the processes for that long and writes the number before it lets them go on.
    A file that is not there or is torn leaves the shift as it was. The file is read at most 20 times a second.
    """

    EVERY_S = 0.05

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = float("-inf")
        self._step_s = self._suspended_s = 0.0
        self._last = float("-inf")
        self._lock = threading.Lock()

    def now(self) -> float:
        self._look()
        return super().now() + self._step_s

    def monotonic(self) -> float:
        self._look()
        with self._lock:
            self._last = max(self._last, super().monotonic() - self._suspended_s)
            return self._last

    def _look(self) -> None:
        at = super().monotonic()
        if at - self._read_at < self.EVERY_S:
            return
        self._read_at = at
        try:
            step_s, suspended_s = map(float, self._path.read_text(encoding="ascii").split())
        except (OSError, ValueError):
            return
        self._step_s, self._suspended_s = step_s, suspended_s

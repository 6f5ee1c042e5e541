"""Keeps a loop at a steady rate: slots lie on a fixed grid, a slot that was missed is skipped and counted, never made up for."""

from aviator.core.clock import Clock


class Pacer:
    """`wait` sleeps until the next slot. `skipped` counts the slots that went by while the loop was busy."""

    def __init__(self, hz: float, clock: Clock) -> None:
        self._period = 1 / hz
        self._clock = clock
        self._next = clock.monotonic()
        self.skipped = 0

    def begin(self) -> None:
        """Begin anew, now: what went by before was not missed."""
        self._next = self._clock.monotonic()

    def wait(self) -> None:
        now = self._clock.monotonic()
        self._next += self._period
        if now > self._next:
            missed = int((now - self._next) / self._period) + 1
            self.skipped += missed
            self._next += missed * self._period
        self._clock.sleep(self._next - now)

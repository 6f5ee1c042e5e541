"""The desk: takes the user's wishes and tells how the engine is, by files. A slow or full disk is felt here and nowhere else.

In: the control folder, and what else the user may change meanwhile. Out: `Wishes`, taken by the main thread when it likes, and
`status.json` once a second. Engine process, thread `desk`.
"""

import logging
import threading
from collections.abc import Callable

from aviator.core.clock import Clock
from aviator.core.types import BookmakerId
from aviator.run.control import Control, Wishes
from aviator.run.status import Status, StatusReporter

log = logging.getLogger(__name__)

LOOK_S = 0.25
TELL_S = 1.0
CLOSE_S = 2.0


class Desk:
    """`tell` makes the status, told whether the engine has stopped. `also` looks at another file, and never raises."""

    def __init__(
        self,
        control: Control,
        reporter: StatusReporter,
        tell: Callable[[bool], Status],
        clock: Clock,
        also: Callable[[], None] = lambda: None,
    ) -> None:
        self._control, self._reporter, self._tell, self._clock, self._also = control, reporter, tell, clock, also
        self._lock = threading.Lock()
        self._paused: frozenset[BookmakerId] = frozenset()
        self._start: frozenset[BookmakerId] = frozenset()
        self._writable = True
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    def start(self) -> None:
        """The first wishes are known when this returns: who is to pause is not looked at first."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """Tell for the last time. A disk that hangs is not waited for for long."""
        self._stop.set()
        self._thread.join(CLOSE_S)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def take(self) -> Wishes:
        """The wishes now; each wish for a start is given out once."""
        with self._lock:
            wishes, self._start = Wishes(self._paused, self._start), frozenset()
            return wishes

    def _run(self) -> None:
        told_at = -TELL_S
        while not self._stop.wait(LOOK_S):
            self._look()
            if self._clock.monotonic() - told_at >= TELL_S:
                told_at = self._clock.monotonic()
                self._write(stopped=False)
        self._write(stopped=True)

    def _look(self) -> None:
        try:
            self._also()
        except OSError as error:  # the next look may succeed; wishes and status go on
            log.warning("a look at what the user may change failed: %s", error)
        wishes = self._control.look()
        with self._lock:
            self._paused, self._start = wishes.paused, self._start | wishes.start

    def _write(self, *, stopped: bool) -> None:
        try:
            self._reporter.write(self._tell(stopped))
        except OSError as error:
            if self._writable:
                log.warning("status.json cannot be written: %s", error)
            self._writable = False
            return
        if not self._writable:
            log.info("status.json can be written again")
        self._writable = True

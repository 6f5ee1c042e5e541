"""Ctrl-C and SIGTERM as two events: the first asks for an orderly stop, the second for an end now.

In: signals (or a caller's own `ask`). Out: `asked` and `now`, to wait on. Main thread of the engine process and of `demo`.
"""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

log = logging.getLogger(__name__)


class StopSwitch:
    """Pressed once: drain and stop. Pressed twice: stop now."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.now = threading.Event()

    def press(self) -> None:
        (self.now if self.asked.is_set() else self.asked).set()


@contextmanager
def stop_on_signals(switch: StopSwitch) -> Iterator[StopSwitch]:
    """Let SIGINT and SIGTERM press the switch for as long as the block lasts."""

    def press(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is the system's
        log.info("%s received", signal.Signals(number).name)
        switch.press()

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield switch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

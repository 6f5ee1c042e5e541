"""Notices that the machine was suspended, the program was stopped or the clock was set. Thread `hands` of the engine process.

In: the clock, asked at every step of the hands. Out: why nothing may be clicked yet.
"""

from __future__ import annotations

import logging

from aviator.core.clock import Clock, JumpDetector

log = logging.getLogger(__name__)

GAP_S = 15.0
"""Seconds without a step after which it is unknown what happened meanwhile. Hands that are busy elsewhere come back sooner."""
WARY_S = 15.0
"""Seconds after an interruption in which nothing is clicked: pages may still show old pictures."""


class Interruptions:
    """To be asked often: a long time without a question is an interruption too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jumps = JumpDetector(clock)
        self._asked_at, self._wary_until = clock.monotonic(), float("-inf")

    def reason(self) -> str:
        """Why nothing may be clicked now; empty where nothing was interrupted lately."""
        now = self._clock.monotonic()
        if self._jumps.jumped_s() or now - self._asked_at > GAP_S:
            self._wary_until = now + WARY_S
            log.warning("The machine was suspended, the program stopped or the clock set: no clicks for %g s.", WARY_S)
        self._asked_at = now
        return "the machine was suspended or its clock was set" if now < self._wary_until else ""

"""The signs of life of one worker process: does its work loop move, does it see anything, is it beyond hope?

In: its beats, as the engine got to hear them, and how its process exerts itself. Out: a `Pulse`, and whether to end it. Pure.
Engine process, main thread.

A loop that stands still and one that has no processor look alike from afar: both are silent. The process itself tells them apart.
"""

from aviator.run.launch import Exertion
from aviator.run.lifecycle import Life, Pulse
from aviator.run.state import BookmakerState

STILL_AFTER_S = 2.8
"""Beats come once a second. With a step of the main loop, a standstill is noticed within 3 s."""
FIRST_BEAT_S = 30.0
IDLE_S = 1.5
"""Still, and looked at for so long without using or wanting the processor: it waits for something that does not come."""
PATIENCE_S = 10.0
"""Silent for so long, however busy: a loop that has lost its way."""
BLIND_AFTER_S = 10.0
"""Nothing of the game recognised for so long; the black moment between rounds is shorter."""


class Heart:
    """One start of a worker; made when it is started. Times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self._heard = self._seeing = now
        self._beat_at: float | None = None
        self._useful_at: float | None = None
        self._cpu_s = -1.0
        self._worked = now

    def excuse(self, now: float) -> None:
        """The engine itself could not listen until now: whatever was silent has its time once more."""
        self._heard = self._seeing = self._worked = now

    def listen(self, state: BookmakerState, now: float) -> Pulse:
        """The pulse now."""
        if state.beat_at != self._beat_at:
            self._beat_at, self._heard, self._cpu_s = state.beat_at, now, -1.0
        if state.useful_at != self._useful_at or state.life is Life.PAUSED:
            self._useful_at, self._seeing = state.useful_at, now
        if self._beat_at is None:
            return Pulse.STARTING if now - self._heard < FIRST_BEAT_S else Pulse.STILL
        if now - self._heard >= STILL_AFTER_S:
            return Pulse.STILL
        if state.life is Life.PAUSED:
            return Pulse.PAUSED
        tells = state.offline or self._useful_at is not None
        return Pulse.BLIND if tells and now - self._seeing >= BLIND_AFTER_S else Pulse.MOVING

    def silent_s(self, now: float) -> float:
        return now - self._heard

    def hopeless(self, seen: Exertion | None, now: float) -> bool:
        """Ask while it stands still: should it be ended? One that is stopped at once, an idle one soon, a busy one at last."""
        if self._beat_at is None or now - self._heard >= PATIENCE_S:
            return True
        if seen is None:
            return False  # gone already: whoever waits for it will hear of it
        if seen.busy or seen.cpu_s != self._cpu_s:  # the first look since the last beat is such a change, too
            self._cpu_s, self._worked = seen.cpu_s, now
        return seen.stopped or now - self._worked >= IDLE_S

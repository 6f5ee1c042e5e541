"""The life of one bookmaker's worker, as a table: Starting -> Running <-> Paused -> Stopping, Crashed -> Restarting.

In: what the supervisor sees happen. Out: the state that faces, logs and the table `lifecycle` show. Used in the engine process.
"""

from enum import StrEnum

from aviator.core.fsm import Fsm


class Life(StrEnum):
    """Where a worker is in its life."""

    STARTING = "STARTING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    CRASHED = "CRASHED"
    RESTARTING = "RESTARTING"
    FAULTED = "FAULTED"


class Pulse(StrEnum):
    """How alive a worker is, judged by the age of its signs of life: its own opinion of itself does not count."""

    NONE = "not running"
    STARTING = "starting"
    MOVING = "moving"
    BLIND = "moving, but sees nothing"
    PAUSED = "paused"
    STILL = "alive, but its work loop stands still"


class Turn(StrEnum):
    """What can happen to a worker."""

    BEGAN = "its first beat arrived"
    PAUSE = "told to pause"
    RESUME = "told to go on"
    RENEW = "told to leave and come back"
    STOP = "told to stop"
    LEFT = "left after being told to stop"
    DIED = "died unasked"
    OVER = "came to the end of its recording"
    WAIT = "will be started again"
    GIVE_UP = "will not be started again"
    START = "started again"


LIFECYCLE: dict[tuple[Life, Turn], Life] = {
    (Life.STARTING, Turn.BEGAN): Life.RUNNING,
    (Life.RUNNING, Turn.PAUSE): Life.PAUSED,
    (Life.PAUSED, Turn.RESUME): Life.RUNNING,
    (Life.STARTING, Turn.DIED): Life.CRASHED,
    (Life.RUNNING, Turn.DIED): Life.CRASHED,
    (Life.PAUSED, Turn.DIED): Life.CRASHED,
    (Life.STARTING, Turn.OVER): Life.STOPPED,
    (Life.RUNNING, Turn.OVER): Life.STOPPED,
    (Life.PAUSED, Turn.OVER): Life.STOPPED,
    (Life.CRASHED, Turn.WAIT): Life.RESTARTING,
    (Life.CRASHED, Turn.GIVE_UP): Life.FAULTED,
    (Life.RESTARTING, Turn.START): Life.STARTING,
    (Life.FAULTED, Turn.START): Life.STARTING,
    (Life.STARTING, Turn.STOP): Life.STOPPING,
    (Life.RUNNING, Turn.STOP): Life.STOPPING,
    (Life.PAUSED, Turn.STOP): Life.STOPPING,
    (Life.RUNNING, Turn.RENEW): Life.STOPPING,
    (Life.PAUSED, Turn.RENEW): Life.STOPPING,
    (Life.STOPPING, Turn.LEFT): Life.STOPPED,
    (Life.STOPPING, Turn.WAIT): Life.RESTARTING,
    (Life.RESTARTING, Turn.STOP): Life.STOPPED,
}

ALIVE = frozenset({Life.STARTING, Life.RUNNING, Life.PAUSED, Life.STOPPING})
SETTLED = frozenset({Life.RUNNING, Life.PAUSED, Life.FAULTED, Life.STOPPED})


def new_life() -> Fsm[Life, Turn]:
    """A worker that has just been started."""
    return Fsm(Life.STARTING, LIFECYCLE)

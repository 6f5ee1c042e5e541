"""THE table of topics: for every event class its code on the wire, who sends it, how it is delivered and how often.

Read by the codec, the outbox and the bus, in every process. A code is never reused; a change of an event's fields that
an older reader would misunderstand raises its version.
"""

from dataclasses import dataclass
from enum import StrEnum

from aviator.core import events
from aviator.core.events import Event


class Delivery(StrEnum):
    """What may happen to an event on its way."""

    NEWEST = "newest"
    """Only the latest matters: a newer one of the same kind and bookmaker may replace it."""
    KEEP_ALL = "keep_all"
    """A fact that must arrive: numbered, kept by the worker until acknowledged, repeated after a crash."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One row: `code` and `version` stand on the wire, `expected_hz` is per bookmaker in normal play (0: rare)."""

    code: int
    name: str
    event: type[Event]
    producer: str
    delivery: Delivery
    expected_hz: float
    version: int = 1


_KEEP_ALL, _NEWEST = Delivery.KEEP_ALL, Delivery.NEWEST

TOPICS = (
    Topic(1, "round", events.RoundEnded, "worker", _KEEP_ALL, 0.05),
    Topic(2, "snapshot", events.SnapshotTaken, "worker", _KEEP_ALL, 1),
    Topic(3, "earning", events.EarningNoted, "worker", _KEEP_ALL, 0.05),
    Topic(4, "phase", events.PhaseChanged, "worker", _KEEP_ALL, 0.2),
    Topic(5, "rgb", events.RgbSampled, "worker", _KEEP_ALL, 6),
    Topic(6, "gap", events.GapFound, "worker", _KEEP_ALL, 0),
    Topic(7, "screen", events.ScreenRead, "worker", _NEWEST, 10),
    Topic(8, "beat", events.WorkerBeat, "worker", _NEWEST, 1),
    # Stored nowhere, yet numbered: its acknowledgement tells a leaving worker that all it ever sent is committed.
    Topic(9, "finished", events.WorkerFinished, "worker", _KEEP_ALL, 0),
    # Stored nowhere either: whoever watches is to hear of every change.
    Topic(10, "fit", events.FitChanged, "worker", _KEEP_ALL, 0),
    Topic(11, "life", events.LifeChanged, "engine", _KEEP_ALL, 0),
    # Stored as a bet of which nothing more is known, until the engine tells of that bet.
    Topic(12, "bet wish", events.BetRequested, "worker", _KEEP_ALL, 0.05),
    Topic(13, "keep wish", events.KeepRequested, "worker", _KEEP_ALL, 0),
    Topic(14, "bet", events.BetChanged, "engine", _KEEP_ALL, 0.1),
    Topic(15, "bet step", events.BetStepTaken, "engine", _KEEP_ALL, 1),
    Topic(16, "blocked", events.BettingBlocked, "engine", _KEEP_ALL, 0),
    Topic(17, "freed", events.BettingFreed, "engine", _KEEP_ALL, 0),
    Topic(32, "acknowledge", events.Acknowledge, "engine", _NEWEST, 1),
    Topic(33, "stop", events.StopWorker, "engine", _KEEP_ALL, 0),
    Topic(34, "pause", events.PauseWorker, "engine", _KEEP_ALL, 0),
    Topic(35, "resume", events.ResumeWorker, "engine", _KEEP_ALL, 0),
    Topic(36, "tell bet", events.TellBet, "engine", _KEEP_ALL, 0.1),
    Topic(37, "tell kept", events.TellKept, "engine", _KEEP_ALL, 0),
    Topic(38, "tell money", events.TellMoney, "engine", _KEEP_ALL, 0.1),
)

BY_EVENT = {topic.event: topic for topic in TOPICS}
BY_CODE = {topic.code: topic for topic in TOPICS}
NEWEST = frozenset(topic.event for topic in TOPICS if topic.delivery is Delivery.NEWEST)
"""The event classes of which only the newest matters; all others are facts that must arrive."""

"""The engine's own facts travel with those of the workers, and answer for none of theirs."""

from aviator.core.events import Acknowledge, BetStepTaken, BettingFreed, LifeChanged, WorkerFinished
from aviator.core.types import BookmakerId
from aviator.record.rows import Record
from aviator.record.writer import acknowledgements

A, B = BookmakerId("A"), BookmakerId("B")


def test_turns_of_life_do_not_take_the_place_of_a_workers_acknowledgement() -> None:
    """Also where the clock was set back between the start of the engine and that of the worker."""
    engine_start, worker_start = 2000.0, 1000.0
    batch = [
        Record(worker_start, 7, WorkerFinished(A, 1.0, "")),
        Record(engine_start, 99, LifeChanged(A, 1.0, "RUNNING", "STOPPING")),
        Record(engine_start, 100, LifeChanged(B, 1.0, "RUNNING", "STOPPING")),
        Record(engine_start, 101, BetStepTaken(A, "a-1-7", 3, 1.0, "click", None, "")),
        Record(engine_start, 102, BettingFreed(A, 1.0, "kill switch")),
    ]
    assert acknowledgements(batch) == {A: Acknowledge(worker_start, 7)}

"""How a worker ends: by its own farewell, by a mistake, without an engine, in a crash; what was not acknowledged is kept."""

import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from math import log

import pytest
from tests.unit.see.game import GROWTH_S, START, A, Game, everything, of, settings

from aviator.core.clock import ManualClock
from aviator.core.errors import EXIT_CRASH, EXIT_ENGINE_GONE, EXIT_OK, EXIT_USER_MISTAKE, EngineGone, UserMistake
from aviator.core.events import (
    Acknowledge,
    RoundEnded,
    WorkerFinished,
)
from aviator.core.types import Frame, Rect
from aviator.see.eye import Eye
from aviator.see.worker import Worker, _guarded, _save, say_farewell
from aviator.wire.outbox import Outbox, send_command
from aviator.wire.spool import read_spool


def test_what_a_vanished_engine_did_not_acknowledge_is_left_for_the_next(pipe, tmp_path, caplog):
    """All of it, and the round that was just ending too."""
    engine, worker = pipe
    clock = ManualClock(START)
    source, outbox = Game(clock, ["1.35", "1.50"], lambda: None), Outbox(worker, START)
    end = START + 2.6 + GROWTH_S * log(Decimal("1.35")) + 1.3 + GROWTH_S * log(Decimal("1.50")) + 0.1
    grab = source.grab

    def grab_until(rect: Rect) -> Frame:
        if clock.now() > end:
            engine.close()
        elif len(outbox.unacknowledged) > 5:
            send_command(engine, Acknowledge(START, 2))
        return grab(rect)

    source.grab = grab_until  # type: ignore[method-assign]
    with pytest.raises(EngineGone):
        Worker(settings(tmp_path), source, outbox, clock).run()
    _save(outbox, settings(tmp_path))
    (path,) = (tmp_path / "spool").iterdir()
    assert path.name == f"worker-{START:.3f}-{os.getpid()}.spool"
    parcels = read_spool(path).parcels
    items = [item for parcel in parcels for item in parcel.items]
    assert {parcel.worker_start for parcel in parcels} == {START}
    assert [seq for seq, _ in items] == list(range(3, 3 + len(items)))
    assert [str(r.multiplier) for r in of(RoundEnded, [event for _, event in items])] == ["1.35", "1.50"]
    assert f"did not acknowledge {len(items)} facts" in caplog.text


def test_a_spool_that_cannot_be_written_is_owned_up_to(pipe, tmp_path, caplog):
    _, worker = pipe
    outbox = Outbox(worker, START)
    outbox.post(WorkerFinished(A, START, "told to"))
    (tmp_path / "spool").touch()
    _save(outbox, settings(tmp_path))
    assert "1 facts are lost" in caplog.text


def test_a_farewell_lasts_until_all_is_acknowledged(pipe):
    engine, worker = pipe
    outbox = Outbox(worker, START)

    class AnsweringClock(ManualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.now() > START + 0.5:
                send_command(engine, Acknowledge(START, 2))

    clock = AnsweringClock(START)
    outbox.post(WorkerFinished(A, START, "one"))
    say_farewell(outbox, A, "enough", clock)
    assert START + 0.5 < clock.now() < START + 0.6
    assert not outbox.unacknowledged


def guarded(work: Callable[[], None], outbox: Outbox, clock: ManualClock) -> int:
    return _guarded(work, lambda reason: say_farewell(outbox, A, reason, clock))


def test_a_users_mistake_ends_the_worker_with_its_sentence(pipe, tmp_path):
    engine, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)

    class OffTheScreen(Game):
        def grab(self, rect: Rect) -> Frame:
            raise UserMistake("The region is off the screen.")

    source = OffTheScreen(clock, [], lambda: None)
    assert guarded(lambda: Worker(settings(tmp_path), source, outbox, clock).run(), outbox, clock) == EXIT_USER_MISTAKE
    assert everything(engine) == [WorkerFinished(A, START, "The region is off the screen.")]


def test_a_profile_for_another_window_size_is_a_users_mistake(tmp_path):
    other = replace(settings(tmp_path), window=Rect(0, 0, 800, 600))
    with pytest.raises(UserMistake, match="admiral is for windows of 640x540 pixels, but Admiral's is 800x600"):
        Eye(other)


def test_an_engine_that_is_gone_ends_the_worker(pipe, tmp_path):
    engine, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)
    engine.close()
    source = Game(clock, ["1.35"], lambda: None)
    assert guarded(lambda: Worker(settings(tmp_path), source, outbox, clock).run(), outbox, clock) == EXIT_ENGINE_GONE
    with pytest.raises(EngineGone):
        outbox.poll()


def test_a_bug_is_a_crash_without_farewell(pipe, tmp_path, caplog):
    engine, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)

    class Broken(Game):
        def grab(self, rect: Rect) -> Frame:
            raise ZeroDivisionError("a bug")

    source = Broken(clock, [], lambda: None)
    assert guarded(lambda: Worker(settings(tmp_path), source, outbox, clock).run(), outbox, clock) == EXIT_CRASH
    assert everything(engine) == []
    assert "a bug" in caplog.text
    assert guarded(lambda: None, outbox, clock) == EXIT_OK


def test_a_farewell_to_an_engine_that_does_not_read_is_not_for_ever(pipe):
    _, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)
    while outbox.flush():
        for n in range(50):
            outbox.post(WorkerFinished(A, n, "x" * 500))
    say_farewell(outbox, A, "enough", clock)
    assert START + 2 < clock.now() < START + 10

import multiprocessing
from collections.abc import Iterator
from decimal import Decimal
from multiprocessing.connection import Connection

import pytest

from aviator.core.errors import EngineGone
from aviator.core.events import Acknowledge, Event, GapFound, ScreenRead, StopWorker, WorkerBeat, WorkerFinished
from aviator.core.types import BookmakerId, Phase
from aviator.wire.codec import Parcel, UnreadableParcel, decode
from aviator.wire.outbox import PARCEL_EVENTS, Outbox, send_command

A = BookmakerId("Admiral")
START = 1_700_000_000.25


def gap(n: int) -> GapFound:
    return GapFound(A, n, n + 1, 1, "hidden")


def screen(at: float) -> ScreenRead:
    return ScreenRead(A, at, Phase.PLAYING, Decimal("1.23"), None, 1, 2, None, ())


@pytest.fixture
def pipe() -> Iterator[tuple[Connection, Connection]]:
    engine, worker = multiprocessing.Pipe()
    yield engine, worker
    engine.close()
    worker.close()


def everything(engine: Connection) -> list[tuple[int, Event]]:
    items: list[tuple[int, Event]] = []
    while engine.poll():
        parcel = decode(engine.recv_bytes())
        assert parcel.worker_start == START
        items += parcel.items
    return items


def test_facts_are_numbered_and_go_out_as_one_parcel(pipe):
    engine, worker = pipe
    box = Outbox(worker, START)
    beat = WorkerBeat(A, 1.0, 1, 1, 0, 0.5, 1, 0, 0, 0, 0, 0, 0)
    for event in (gap(1), screen(1.0), gap(2), screen(2.0), beat, WorkerFinished(A, 3.0, "told to")):
        box.post(event)
    assert box.flush()
    assert decode(engine.recv_bytes()) == Parcel(
        START, ((1, gap(1)), (2, gap(2)), (3, WorkerFinished(A, 3.0, "told to")), (0, screen(2.0)), (0, beat))
    )
    assert box.flush()
    assert not engine.poll()


def test_facts_stay_until_acknowledged(pipe):
    engine, worker = pipe
    box = Outbox(worker, START)
    for n in (1, 2, 3):
        box.post(gap(n))
    box.flush()
    send_command(engine, Acknowledge(START - 10, 3))
    send_command(engine, Acknowledge(START, 2))
    assert box.poll() == []
    assert list(box.unacknowledged) == [(3, gap(3))]
    send_command(engine, StopWorker())
    send_command(engine, Acknowledge(START, 3))
    assert box.poll() == [StopWorker()]
    assert not box.unacknowledged


def test_the_engine_is_gone(pipe):
    engine, worker = pipe
    box = Outbox(worker, START)
    engine.close()
    box.post(gap(1))
    with pytest.raises(EngineGone):
        box.flush()
    with pytest.raises(EngineGone):
        box.poll()
    assert list(box.unacknowledged) == [(1, gap(1))]


def test_foreign_commands_are_refused(pipe):
    engine, worker = pipe
    engine.send_bytes(b"hello")
    with pytest.raises(UnreadableParcel):
        Outbox(worker, START).poll()


def test_a_stopped_engine_never_blocks_and_loses_nothing(pipe):
    engine, worker = pipe
    box = Outbox(worker, START)
    n = 0
    while box.flush():
        for _ in range(7):
            n += 1
            box.post(gap(n))
        box.post(screen(n))
    for _ in range(3 * PARCEL_EVENTS):
        n += 1
        box.post(gap(n))
    box.post(screen(n))
    assert not box.flush()
    items = everything(engine)
    while not box.flush():
        items += everything(engine)
    items += everything(engine)
    assert [seq for seq, _ in items if seq] == list(range(1, n + 1))
    assert items[-1] == (0, screen(n))
    assert len(box.unacknowledged) == n


def test_a_full_pipe_to_a_worker_never_blocks_the_engine(pipe):
    engine, worker = pipe
    sent = 0
    while send_command(engine, Acknowledge(START, sent + 1)):
        sent += 1
    box = Outbox(worker, START)
    box.poll()
    assert send_command(engine, StopWorker())
    assert box.poll() == [StopWorker()]

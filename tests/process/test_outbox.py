"""The pipe between real processes: what a killed worker sent can still be read, and a worker notices that the engine is gone."""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.connection import Connection, wait
from typing import Any

import pytest

from aviator.core.errors import EXIT_ENGINE_GONE, EngineGone
from aviator.core.events import Acknowledge, Event, GapFound, StopWorker
from aviator.core.types import BookmakerId
from aviator.wire.codec import decode
from aviator.wire.outbox import Outbox, send_command

pytestmark = pytest.mark.process

START = 1_700_000_000.25
FACTS = 5_000


def post(box: Outbox, count: int) -> None:
    for n in range(count):
        box.post(GapFound(BookmakerId("Admiral"), n, n + 1, 1, "hidden"))


def obedient(connection: Connection[Any, Any]) -> None:
    """Sends its facts, and leaves when told to once all are acknowledged."""
    box = Outbox(connection, START)
    post(box, FACTS)
    told = False
    while not told or box.unacknowledged:
        box.flush()
        wait([connection], timeout=0.01)
        told = bool(box.poll()) or told


def tireless(connection: Connection[Any, Any]) -> None:
    """Sends facts for as long as there is an engine."""
    box = Outbox(connection, START)
    try:
        while True:
            post(box, 3)
            box.flush()
            box.poll()
    except EngineGone as error:
        assert box.unacknowledged
        sys.exit(error.exit_code)


def started(worker: Any) -> tuple[Any, Connection[Any, Any]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=worker, args=(theirs,))
    process.start()
    theirs.close()
    return process, ours


def to_the_end(engine: Connection[Any, Any]) -> list[tuple[int, Event]]:
    items: list[tuple[int, Event]] = []
    try:
        while True:
            items += decode(engine.recv_bytes()).items
    except (EOFError, ConnectionResetError):
        return items


def test_all_facts_arrive_and_the_worker_leaves_when_all_are_acknowledged():
    process, engine = started(obedient)
    seen = 0
    while seen < FACTS:
        for seq, _ in decode(engine.recv_bytes()).items:
            assert seq == seen + 1
            seen = seq
    send_command(engine, StopWorker())
    send_command(engine, Acknowledge(START, seen))
    assert to_the_end(engine) == []
    process.join()
    assert process.exitcode == 0
    engine.close()


def test_what_a_killed_worker_sent_is_read_to_the_end():
    process, engine = started(tireless)
    items = list(decode(engine.recv_bytes()).items)
    process.kill()
    process.join()
    items += to_the_end(engine)
    assert [seq for seq, _ in items] == list(range(1, len(items) + 1))
    engine.close()


def test_a_worker_notices_that_the_engine_is_gone():
    process, engine = started(tireless)
    engine.recv_bytes()
    engine.close()
    process.join()
    assert process.exitcode == EXIT_ENGINE_GONE

"""The writer's queue when it is full, and the spool behind it: nothing lost, nothing twice, in order."""

import logging
import sqlite3
import threading
from typing import Any

import pytest
from tests.unit.record.bench import A, Bench, a_round, spoil, until

from aviator.record import overflow as overflow_module
from aviator.record import schema
from aviator.record import writer as writer_module
from aviator.record.store import Store
from aviator.wire.spool import read_spool


def test_a_filling_queue_is_said_once_a_level(bench: Bench, caplog: pytest.LogCaptureFixture):
    for seq in range(1, 8_101):
        bench.writer.put(a_round(seq))
    assert [r.levelname for r in caplog.records] == ["WARNING", "CRITICAL"]
    bench.writer.batch_size = 1_000
    bench.writer.start()
    bench.writer.stop()
    stats = bench.writer.stats()
    assert (stats.max_queue, stats.queue_warnings, stats.queue) == (8_100, 2, 0)


def test_a_full_queue_goes_to_the_spool_and_back(store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    """The database takes nothing for a while: nobody waits, all is acknowledged once it is safe, and in the end written."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(writer_module, "BOUND", 20)
    monkeypatch.setattr(writer_module, "RETRY_S", 0.01)
    bench = Bench(store, batch_timeout_s=0.01)
    out, healed = threading.Event(), threading.Event()
    out.set()

    def fail(sql: str, rows: list[Any]) -> None:
        if out.is_set():
            raise sqlite3.OperationalError("database is locked")

    spoil(monkeypatch, bench, fail)
    bench.writer._on_committed = lambda acks: (bench.acks.append(acks), healed.set() if acks[A].seq == 51 else None)
    bench.writer.start()
    for seq in range(1, 51):
        bench.writer.put(a_round(seq))
    until(lambda: bool(bench.acks) and bench.acks[-1][A].seq == 50)
    assert bench.rows(schema.rounds) == []
    assert bench.writer.stats().spooled == 50
    assert sum(len(read_spool(path).parcels) for path in bench.spool_dir.iterdir()) == 50
    out.clear()
    until(lambda: bench.writer.stats().spooled == 0)
    bench.writer.put(a_round(51))
    assert healed.wait(20)
    bench.writer.stop()
    assert [r.seq for r in bench.rows(schema.rounds)] == list(range(1, 52))
    assert list(bench.spool_dir.iterdir()) == []
    assert [r.levelname for r in caplog.records if "the spool" in r.getMessage()] == ["CRITICAL", "INFO"]


def test_trying_again_acknowledges_nothing_anew(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writer_module, "BOUND", 20)
    monkeypatch.setattr(writer_module, "RETRY_S", 0.01)
    bench = Bench(store, batch_timeout_s=0.01)
    tries: list[int] = []

    def fail(sql: str, rows: list[Any]) -> None:
        tries.append(len(rows))
        raise sqlite3.OperationalError("database is locked")

    spoil(monkeypatch, bench, fail)
    bench.writer.start()
    for seq in range(1, 51):
        bench.writer.put(a_round(seq))
    until(lambda: bool(bench.acks) and bench.writer.stats().spooled == 50)
    before = len(tries)
    until(lambda: len(tries) >= before + 3)
    bench.writer.stop()
    assert [sorted(acks) for acks in bench.acks] == [[A]] * len(bench.acks)


def test_what_comes_while_the_spool_is_read_back_is_written_after_it(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Each worker's order is kept, over files that are full and one that is still open."""
    monkeypatch.setattr(writer_module, "BOUND", 20)
    monkeypatch.setattr(writer_module, "RETRY_S", 0.01)
    monkeypatch.setattr(overflow_module, "ROLL_BYTES", 2_000)
    bench = Bench(store, batch_timeout_s=0.01)
    faults = iter(range(6))
    seen = [1]

    def fail(sql: str, rows: list[Any]) -> None:
        if next(faults, None) is not None:
            for seq in range(len(seen) + 1, len(seen) + 31):
                bench.writer.put(a_round(seq))
                seen.append(seq)
            raise sqlite3.OperationalError("database is locked")

    spoil(monkeypatch, bench, fail)
    bench.writer.put(a_round(1))
    bench.writer.start()
    until(lambda: len(seen) == 181 and bench.writer.stats().queue == bench.writer.stats().spooled == 0)
    bench.writer.stop()
    assert [r.seq for r in bench.rows(schema.rounds)] == list(range(1, 182))
    assert [ack[A].seq for ack in bench.acks] == sorted(ack[A].seq for ack in bench.acks)
    assert list(bench.spool_dir.iterdir()) == []


def test_without_disk_and_database_memory_has_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(writer_module, "BOUND", 20)
    monkeypatch.setattr(writer_module, "RETRY_S", 0.01)
    bench = Bench(store)
    bench.spool_dir.touch()  # a file where the folder should be
    faults = iter(range(5))

    def fail(sql: str, rows: list[Any]) -> None:
        if next(faults, None) is not None:
            assert bench.acks == []
            raise sqlite3.OperationalError("database or disk is full")

    spoil(monkeypatch, bench, fail)
    for seq in range(1, 101):
        bench.writer.put(a_round(seq))
    bench.writer.start()
    until(lambda: bench.writer.stats().queue == 0)
    bench.writer.stop()
    assert [r.seq for r in bench.rows(schema.rounds)] == list(range(1, 101))
    said = [r.getMessage() for r in caplog.records if "the spool" in r.getMessage()]
    assert len(said) == 1
    assert "events are kept in memory" in said[0]


def test_what_neither_takes_at_the_end_is_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    bench.spool_dir.touch()

    def fail(sql: str, rows: list[Any]) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    spoil(monkeypatch, bench, fail)
    bench.write(*(a_round(seq) for seq in range(1, 13)))
    assert bench.acks == []
    assert caplog.records[-1].getMessage() == "12 events are lost: neither the database nor the spool took them."

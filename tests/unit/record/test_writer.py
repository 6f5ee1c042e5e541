"""The writer thread with a real SQLite file: nothing lost, nothing twice, acknowledged only after the commit."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from aviator.core.clock import ManualClock
from aviator.core.events import Acknowledge, GapFound, PhaseChanged, RoundEnded, WorkerFinished
from aviator.core.types import BookmakerId, Phase, Source
from aviator.record import overflow as overflow_module
from aviator.record import schema
from aviator.record import writer as writer_module
from aviator.record.rows import Record
from aviator.record.store import Store
from aviator.record.writer import Writer, WriterStopped, acknowledgements, batch_limits
from aviator.wire.spool import read_spool

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")
START = 1_700_000_000.25


def a_round(seq: int, multiplier: str = "2.31", bookmaker: BookmakerId = A, start: float = START) -> Record:
    event = RoundEnded(bookmaker, seq * 20.0, seq * 20.0 + 9, Decimal(multiplier), 91, 355, None, Source.LIVE, 0.98)
    return Record(start, seq, event)


def until(done: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(4000):
        if done():
            return
        pause.wait(0.005)
    raise AssertionError("it did not come about")


class Bench:
    """A writer, what it acknowledged, and what any other program sees in its database."""

    def __init__(self, store: Store, **options: Any) -> None:
        self.acks: list[Mapping[BookmakerId, Acknowledge]] = []
        self.store = store
        self.clock = ManualClock()
        self.spool_dir = Path(str(store.engine.url.database)).parent / "spool"
        standard = {"bookmakers": 1, "batch_timeout_s": 30.0, "on_committed": self.acks.append, "spool_dir": self.spool_dir}
        options = standard | options
        self.writer = Writer(store, clock=self.clock, **options)

    def write(self, *records: Record) -> None:
        for record in records:
            self.writer.put(record)
        self.writer.start()
        self.writer.stop()

    def rows(self, table: sa.Table) -> list[Any]:
        with self.store.engine.connect() as connection:
            return list(connection.execute(sa.select(table).order_by(table.c.id)))


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


@pytest.mark.parametrize(
    ("bookmakers", "limits"),
    [
        (0, (10, 2.0)), (1, (10, 2.0)), (2, (20, 2.0)), (3, (30, 1.5)), (4, (50, 1.0)), (5, (50, 1.0)), (6, (60, 0.5)),
        (7, (70, 0.5)), (8, (80, 0.5)), (10, (100, 0.5)), (40, (100, 0.5)),
    ],
)  # fmt: skip
def test_batches_by_the_number_of_bookmakers(store: Store, bookmakers: int, limits: tuple[int, float]):
    assert batch_limits(bookmakers) == limits
    chosen = Bench(store, bookmakers=bookmakers, batch_size=7, batch_timeout_s=0.25).writer
    assert (chosen.batch_size, chosen.batch_timeout_s) == (7, 0.25)


def test_rows_arrive_as_they_were(bench: Bench):
    bench.write(
        a_round(1, "1.00"),
        a_round(2, "20123.45"),
        Record(START, 3, PhaseChanged(A, 49.0, Phase.PLAYING, Phase.ENDED)),
        Record(START, 4, GapFound(A, 50.0, 90.0, 2, "hidden window")),
        Record(START, 5, WorkerFinished(A, 91.0, "told to")),
    )
    first, second = bench.rows(schema.rounds)
    assert (first.site, first.bookmaker, first.multiplier, first.ended_at) == ("local", "Admiral", Decimal("1.00"), 29.0)
    assert (str(second.multiplier), second.total_win, second.source, second.worker_start) == ("20123.45", None, "live", START)
    assert [(r.from_phase, r.to_phase) for r in bench.rows(schema.phases)] == [("PLAYING", "ENDED")]
    assert [(r.rounds_missing, r.reason) for r in bench.rows(schema.gaps)] == [(2, "hidden window")]
    assert bench.acks == [{A: Acknowledge(START, 5)}]


def test_stop_drains_in_full_batches(bench: Bench):
    bench.write(*(a_round(seq) for seq in range(1, 36)))
    assert len(bench.rows(schema.rounds)) == 35
    assert [ack[A].seq for ack in bench.acks] == [10, 20, 30, 35]
    assert (bench.writer.stats().processed, bench.writer.stats().batches) == (35, 4)


def test_repeats_are_ignored_and_acknowledged(store: Store):
    Bench(store).write(a_round(1), a_round(2))
    again = Bench(store)
    again.write(a_round(1), a_round(2), a_round(3), a_round(1, start=START + 60), a_round(1, bookmaker=B))
    keys = [(r.bookmaker, r.worker_start, r.seq) for r in again.rows(schema.rounds)]
    assert keys == [(A, START, 1), (A, START, 2), (A, START, 3), (A, START + 60, 1), (B, START, 1)]
    assert again.acks == [{A: Acknowledge(START + 60, 1), B: Acknowledge(START, 1)}]


def test_acknowledged_means_visible_to_others(store: Store):
    seen: list[tuple[int, int]] = []

    def on_committed(acks: Mapping[BookmakerId, Acknowledge]) -> None:
        with closing(sqlite3.connect(str(store.engine.url.database))) as other:
            seen.append((acks[A].seq, other.execute("SELECT count(*) FROM rounds").fetchone()[0]))

    Bench(store, on_committed=on_committed).write(*(a_round(seq) for seq in range(1, 26)))
    assert seen == [(10, 10), (20, 20), (25, 25)]


def test_a_batch_is_written_when_full_without_stop(store: Store):
    done = threading.Event()
    bench = Bench(store, on_committed=lambda acks: done.set())
    bench.writer.start()
    for seq in range(1, 11):
        bench.writer.put(a_round(seq))
    assert done.wait(20)
    assert len(bench.rows(schema.rounds)) == 10
    bench.writer.stop()


def test_a_smaller_batch_is_written_in_time(store: Store):
    done = threading.Event()
    bench = Bench(store, on_committed=lambda acks: done.set(), batch_timeout_s=0.01)
    bench.writer.start()
    bench.writer.put(a_round(1))
    assert done.wait(20)
    bench.writer.stop()


def spoil(monkeypatch: pytest.MonkeyPatch, bench: Bench, fail: Callable[[str, list[Any]], None]) -> None:
    """Let `fail` look at every insert before it is done."""
    real = bench.writer._committer._transact

    def transact(inserts: list[tuple[str, list[Any]]]) -> None:
        for sql, rows in inserts:
            fail(sql, rows)
        real(inserts)

    monkeypatch.setattr(bench.writer._committer, "_transact", transact)


def test_the_bad_rows_alone_go_to_rejects(store: Store, caplog: pytest.LogCaptureFixture):
    bench = Bench(store, batch_size=50)
    bad = {7: "1.005", 23: "NaN", 50: "1E+17"}
    bench.write(*(a_round(seq, bad.get(seq, "2.31")) for seq in range(1, 61)))
    assert [r.seq for r in bench.rows(schema.rounds)] == [seq for seq in range(1, 61) if seq not in bad]
    rejects = bench.rows(schema.rejects)
    assert [(r.table_name, r.bookmaker) for r in rejects] == [("rounds", "Admiral")] * 3
    assert "1.005 cannot be kept exactly" in rejects[0].reason
    assert '"multiplier": "NaN"' in rejects[1].payload
    assert [r.seq for r in rejects] == list(bad)
    assert [ack[A].seq for ack in bench.acks] == [50, 60]
    assert bench.writer.stats().rejected == 3
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 3


def test_what_the_database_refuses_goes_to_rejects(bench: Bench):
    event = GapFound(BookmakerId("Bad\ud800name"), 50.0, 90.0, 2**70, "hidden \ud800")
    nothing: Any = None
    bench.write(a_round(1), Record(START, 2, event), Record(START, 3, GapFound(A, 50.0, nothing, 1, "")), a_round(4))
    assert [r.seq for r in bench.rows(schema.rounds)] == [1, 4]
    assert [r.bookmaker for r in bench.rows(schema.rejects)] == ["Bad\\ud800name", "Admiral"]
    assert "NOT NULL" in bench.rows(schema.rejects)[1].reason


def test_a_repeated_reject_is_one_reject(store: Store):
    Bench(store).write(a_round(1, "NaN"))
    again = Bench(store)
    again.write(a_round(1, "NaN"), a_round(2))
    assert [r.seq for r in again.rows(schema.rejects)] == [1]
    assert again.acks == [{A: Acknowledge(START, 2)}]


def test_a_passing_fault_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    faults = [sqlite3.IntegrityError("odd"), sqlite3.DatabaseError("odder")]

    def fail(sql: str, rows: list[Any]) -> None:
        if faults:
            raise faults.pop()

    spoil(monkeypatch, bench, fail)
    bench.write(a_round(1), a_round(2))
    assert len(bench.rows(schema.rounds)) == 2
    assert bench.rows(schema.rejects) == []
    assert bench.writer.stats().errors == 2


def test_a_locked_database_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    tries = iter(range(8))

    def fail(sql: str, rows: list[Any]) -> None:
        if next(tries, None) is not None:
            raise sqlite3.OperationalError("database is locked")

    spoil(monkeypatch, bench, fail)
    monkeypatch.setattr(writer_module, "STOP_PATIENCE_S", 1e9)
    bench.write(*(a_round(seq) for seq in range(1, 13)))
    assert len(bench.rows(schema.rounds)) == 12
    assert bench.rows(schema.rejects) == []
    said = [r.getMessage() for r in caplog.records if "database" in r.getMessage()]
    assert [text.split(" at the moment")[0] for text in said] == ["The database takes nothing", "The database takes rows again."]


def test_a_dead_database_does_not_hold_up_the_stop(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(sql: str, rows: list[Any]) -> None:
        raise sqlite3.DatabaseError("disk image is malformed")

    spoil(monkeypatch, bench, fail)
    bench.write(*(a_round(seq) for seq in range(1, 13)))
    assert bench.rows(schema.rounds) == []
    assert bench.acks == [{A: Acknowledge(START, 12)}]
    assert "12 events wait in" in caplog.records[-1].getMessage()
    (path,) = bench.spool_dir.iterdir()
    assert [seq for parcel in read_spool(path).parcels for seq, _ in parcel.items] == list(range(1, 13))
    with pytest.raises(WriterStopped):
        bench.writer.put(a_round(13))


def test_a_real_lock(store: Store):
    """Another program holds the write lock; the writer gets through once it lets go."""
    bench = Bench(store, batch_timeout_s=0.01)
    done = threading.Event()
    bench.writer._on_committed = lambda acks: done.set()
    waiting = threading.Event()
    bench.writer._committer._note_outage = lambda error: waiting.set()  # type: ignore[method-assign]
    sa.event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 1"))
    with closing(sqlite3.connect(str(store.engine.url.database), isolation_level=None)) as other:
        store.engine.dispose()
        other.execute("BEGIN IMMEDIATE")
        bench.writer.put(a_round(1))
        bench.writer.start()
        assert waiting.wait(20)
        assert not done.is_set()
        other.execute("ROLLBACK")
        assert done.wait(20)
    bench.writer.stop()
    assert bench.rows(schema.rejects) == []


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


def test_a_workers_last_word_is_written_at_once(store: Store):
    """It waits for the acknowledgement before it leaves."""
    done = threading.Event()
    bench = Bench(store, batch_timeout_s=1e6, on_committed=lambda acks: done.set())
    bench.writer.start()
    bench.writer.put(a_round(1))
    bench.writer.put(Record(START, 2, WorkerFinished(A, 91.0, "told to")))
    assert done.wait(20)
    bench.writer.stop()


def test_the_statistics_are_logged(bench: Bench, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    bench.writer._on_committed = lambda acks: bench.clock.sleep(61.0)
    bench.write(a_round(1), a_round(2))
    texts = [r.getMessage() for r in caplog.records]
    assert texts[0].startswith("📊 Stats: 2 processed")
    assert "DATABASE WORKER - FINAL STATISTICS" in texts[1]
    assert texts[2] == "The writer was idle 0.0 % of the time."


def test_memory_is_given_back_from_time_to_time(store: Store):
    """SQLite's cache would grow with the database for hours, up to its 64 MB."""
    statements: list[str] = []
    sa.event.listen(store.engine, "connect", lambda connection, _: connection.set_trace_callback(statements.append))
    bench = Bench(store)
    bench.writer._on_committed = lambda acks: bench.clock.sleep(61.0)
    bench.write(*(a_round(seq) for seq in range(1, 25)))
    assert statements.count("PRAGMA shrink_memory") == bench.writer.stats().batches == 3


def test_acknowledgements_take_each_workers_highest():
    batch = [a_round(1), a_round(5, bookmaker=B), a_round(2), a_round(1), a_round(9, start=START - 100)]
    assert acknowledgements(batch) == {A: Acknowledge(START, 2), B: Acknowledge(START, 5)}


def test_a_lost_connection_is_made_anew(store: Store):
    bench = Bench(store)
    bench.writer.put(a_round(11))
    bench.writer._on_committed = lambda acks: bench.writer._committer._connection.ready().close()
    bench.write(*(a_round(seq) for seq in range(12, 41)))
    assert [r.seq for r in bench.rows(schema.rounds)] == list(range(11, 41))
    assert bench.rows(schema.rejects) == []

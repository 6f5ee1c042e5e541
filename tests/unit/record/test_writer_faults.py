"""The writer and a database that fails: tried again, isolated, waited for."""

import logging
import sqlite3
import threading
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.record.bench import START, A, Bench, a_round, spoil

from aviator.core.events import Acknowledge, GapFound
from aviator.core.types import BookmakerId
from aviator.record import schema
from aviator.record import writer as writer_module
from aviator.record.rows import Record
from aviator.record.store import Store
from aviator.record.writer import WriterStopped
from aviator.wire.spool import read_spool


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


def test_a_lost_connection_is_made_anew(store: Store):
    bench = Bench(store)
    bench.writer.put(a_round(11))
    bench.writer._on_committed = lambda acks: bench.writer._committer._connection.ready().close()
    bench.write(*(a_round(seq) for seq in range(12, 41)))
    assert [r.seq for r in bench.rows(schema.rounds)] == list(range(11, 41))
    assert bench.rows(schema.rejects) == []

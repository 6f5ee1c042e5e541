"""The writer thread with a real SQLite file: nothing lost, nothing twice, acknowledged only after the commit."""

import logging
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests.unit.record.bench import START, A, B, Bench, a_round

from aviator.core.events import Acknowledge, GapFound, PhaseChanged, WorkerFinished
from aviator.core.types import BookmakerId, Phase
from aviator.record import schema
from aviator.record.rows import Record
from aviator.record.store import Store
from aviator.record.writer import acknowledgements, batch_limits


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
    bench.writer._on_committed = lambda acks: bench.clock.sleep(11.0)
    bench.write(*(a_round(seq) for seq in range(1, 25)))
    assert statements.count("PRAGMA shrink_memory") == bench.writer.stats().batches == 3


def test_acknowledgements_take_each_workers_highest():
    batch = [a_round(1), a_round(5, bookmaker=B), a_round(2), a_round(1), a_round(9, start=START - 100)]
    assert acknowledgements(batch) == {A: Acknowledge(START, 2), B: Acknowledge(START, 5)}

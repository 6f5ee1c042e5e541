"""A writer at a real SQLite file, for tests."""

import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from aviator.core.clock import ManualClock
from aviator.core.events import Acknowledge, RoundEnded
from aviator.core.types import BookmakerId, Source
from aviator.record.rows import Record
from aviator.record.store import Store
from aviator.record.writer import Writer

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


def spoil(monkeypatch: pytest.MonkeyPatch, bench: Bench, fail: Callable[[str, list[Any]], None]) -> None:
    """Let `fail` look at every insert before it is done."""
    real = bench.writer._committer._transact

    def transact(inserts: list[tuple[str, list[Any]]]) -> None:
        for sql, rows in inserts:
            fail(sql, rows)
        real(inserts)

    monkeypatch.setattr(bench.writer._committer, "_transact", transact)

"""How fast the writer is, beside the bare driver on the same rows.

Measured: records wait in the writer's queue; from its start to the end of `stop`, so everything it does for a row is in the
time: queue, event -> row (decimals to text), grouping, `executemany`, commit, acknowledgement. Bare: the finished rows by
`sqlite3.executemany` alone. Both: the table `rounds` with its indexes, the same statement and settings, 50 rows a
transaction, a fresh file; alternately, in one process; medians of the pairs. Prints one JSON object.
"""

import json
import logging
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from aviator.core.clock import SystemClock
from aviator.core.events import Acknowledge, RoundEnded
from aviator.core.types import BookmakerId, Source
from aviator.record.committer import insert_sql
from aviator.record.rows import SHAPES, Record
from aviator.record.sqlite_file import on_connect
from aviator.record.store import open_store
from aviator.record.writer import BOUND, Writer

ROWS = BOUND
BATCH = 50
PAIRS = 9
START = 1_700_000_000.25


def records() -> list[Record]:
    """Six bookmakers' rounds, taking turns."""
    names = [BookmakerId(n) for n in ("Admiral", "BalkanBet", "MaxBet", "Meridian", "Mozzart", "Soccer")]
    out = []
    for i in range(ROWS):
        at, multiplier = START + 4 * i, Decimal(100 + i * 37 % 5_000) / 100
        event = RoundEnded(
            names[i % 6], at, at + 9.5, multiplier.quantize(Decimal("0.01")), 91, 355, Decimal("4074.05"), Source.LIVE, 0.98
        )
        out.append(Record(START, i // 6 + 1, event))
    return out


def through_the_writer(path: Path, batch: list[Record]) -> float:
    """Rows per second."""
    store = open_store(f"sqlite:///{path}")
    acknowledged: dict[BookmakerId, Acknowledge] = {}

    def on_committed(acks: Mapping[BookmakerId, Acknowledge]) -> None:
        acknowledged.update(acks)

    writer = Writer(store, bookmakers=6, clock=SystemClock(), on_committed=on_committed, spool_dir=path.parent, batch_size=BATCH)
    for record in batch:
        writer.put(record)
    began = time.perf_counter()
    writer.start()
    writer.stop()
    seconds = time.perf_counter() - began
    store.close()
    assert sum(ack.seq for ack in acknowledged.values()) == len(batch)
    return len(batch) / seconds


def bare(path: Path, batch: list[Record]) -> float:
    """Rows per second."""
    store = open_store(f"sqlite:///{path}")
    shape = SHAPES[RoundEnded]
    sql = insert_sql(store.engine, shape.table, shape.columns)
    store.close()
    rows = [shape.row("local", event, start, seq) for start, seq, event in batch]
    connection = sqlite3.connect(path)
    on_connect(connection, None)
    began = time.perf_counter()
    for i in range(0, len(rows), BATCH):
        connection.executemany(sql, rows[i : i + BATCH])
        connection.commit()
    seconds = time.perf_counter() - began
    assert connection.execute("SELECT count(*) FROM rounds").fetchone() == (len(batch),)
    connection.close()
    return len(rows) / seconds


def bench() -> dict[str, object]:
    logging.disable()
    batch = records()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(PAIRS):
            theirs.append(bare(Path(folder, f"bare{i}.db"), batch))
            ours.append(through_the_writer(Path(folder, f"writer{i}.db"), batch))
    logging.disable(logging.NOTSET)
    return {
        "bench": "write",
        "rows_per_s": round(statistics.median(ours)),
        "bare_rows_per_s": round(statistics.median(theirs)),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3),
    }


if __name__ == "__main__":
    print(json.dumps(bench()))

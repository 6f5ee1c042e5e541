"""A writer whose n-th call to the database or the spool fails, or is the last thing its process does.

`python -m tests.process.faulty FOLDER BOUND` lets a process die at every call in turn, recovers after each death as the next
start would, and says how many calls there are. Every call of the driver counts that can fail on the way of a batch: connect,
cursor, execute, executemany, fetch, commit, rollback; and of the spool: create, append, read, delete.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from aviator.core.clock import ManualClock
from aviator.core.events import Acknowledge, GapFound, PhaseChanged, RoundEnded, WorkerFinished
from aviator.core.types import BookmakerId, Phase, Source
from aviator.record import ingest, overflow
from aviator.record import writer as writer_module
from aviator.record.committer import Committer
from aviator.record.rows import Record
from aviator.record.store import Store, open_store
from aviator.record.writer import Writer
from aviator.wire.codec import Parcel
from aviator.wire.spool import SpoolWriter, write_spool

A = BookmakerId("Admiral")
START = 1_700_000_000.25
BAD = 8
LAST = 26


def records() -> list[Record]:
    """Rounds, with other events and one row that no table takes among them."""
    events: list[Any] = [
        RoundEnded(A, seq * 20.0, seq * 20.0 + 9, Decimal("2.31"), 91, 355, None, Source.LIVE, 0.98) for seq in range(1, LAST)
    ]
    events[2] = PhaseChanged(A, 49.0, Phase.PLAYING, Phase.ENDED)
    events[14] = GapFound(A, 50.0, 90.0, 2, "hidden window")
    events[BAD - 1] = RoundEnded(A, 1.0, 2.0, Decimal("NaN"), None, None, None, Source.LIVE, 0.9)
    events.append(WorkerFinished(A, 91.0, "told to"))
    return [Record(START, seq, event) for seq, event in enumerate(events, 1)]


def died() -> None:
    os._exit(9)


@dataclass
class Calls:
    """Counts; at the call number `at`, `act` happens before it is done (or `after` it, where that was a commit)."""

    at: int = 0
    after: bool = False
    error: type[sqlite3.Error] = sqlite3.OperationalError
    act: Callable[[], None] | None = None
    names: list[str] = field(default_factory=list)

    def made(self, name: str, real: Callable[..., Any], *args: Any, **options: Any) -> Any:
        self.names.append(name)
        if len(self.names) != self.at:
            return real(*args, **options)
        if self.after and name == "commit":
            real(*args, **options)
        if self.act:
            self.act()
        raise (OSError(28, "No space left on device") if name.startswith("spool") else self.error("disk I/O error"))


def driver(calls: Calls) -> type[sqlite3.Connection]:
    """SQLite's connection, every call counted."""

    class Cursor(sqlite3.Cursor):
        def execute(self, *args: Any) -> Any:
            return calls.made("execute", super().execute, *args)

        def executemany(self, *args: Any) -> Any:
            return calls.made("executemany", super().executemany, *args)

        def fetchone(self) -> Any:
            return calls.made("fetchone", super().fetchone)

        def fetchall(self) -> Any:
            return calls.made("fetchall", super().fetchall)

    class Connection(sqlite3.Connection):
        def __init__(self, *args: Any, **options: Any) -> None:
            calls.made("connect", super().__init__, *args, **options)

        def cursor(self, factory: Any = Cursor) -> Any:
            return calls.made("cursor", super().cursor, factory)

        def execute(self, *args: Any) -> Any:
            return self.cursor().execute(*args)

        def commit(self) -> None:
            calls.made("commit", super().commit)

        def rollback(self) -> None:
            calls.made("rollback", super().rollback)

    return Connection


def fresh(template: Path, folder: Path) -> Store:
    """A copy of an empty database; its writer's calls are counted by whoever asks for it."""
    folder.mkdir()
    shutil.copy(template, folder / "aviator.db")
    return open_store(f"sqlite:///{folder}/aviator.db")


def write(store: Store, folder: Path, calls: Calls, bound: int, acknowledged: Callable[[int], None]) -> None:
    """A whole life of a writer, from its first batch to its stop."""
    store.engine.dispose()
    connection = driver(calls)

    def connect(_dialect: Any, _record: Any, args: Any, options: Any) -> sqlite3.Connection:
        return sqlite3.connect(*args, **options, factory=connection)

    def on_committed(acks: Mapping[BookmakerId, Acknowledge]) -> None:
        acknowledged(acks[A].seq)

    sa.event.listen(store.engine, "do_connect", connect)
    counted = {
        (overflow, "SpoolWriter"): "spool create",
        (SpoolWriter, "append"): "spool append",
        (ingest, "read_spool"): "spool read",
        (Path, "unlink"): "spool delete",
    }
    writer = Writer(
        store, bookmakers=1, batch_timeout_s=30.0, clock=ManualClock(), on_committed=on_committed, spool_dir=folder / "spool"
    )
    with patch.multiple(writer_module, BOUND=bound, RETRY_S=0.01):
        for (owner, attribute), name in counted.items():
            patcher = patch.object(owner, attribute, _counted(calls, name, getattr(owner, attribute)))
            patcher.start()
        try:
            for record in records():
                writer.put(record)
            writer.start()
            writer.stop()
        finally:
            patch.stopall()


def _counted(calls: Calls, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **options: calls.made(name, real, *args, **options)


def recover(store: Store, folder: Path, acknowledged: int) -> None:
    """What the next start does: the worker's spool, with all that it was not acknowledged, and the engine's own."""
    rest = [record for record in records() if record.seq > acknowledged]
    write_spool(folder / "spool" / "see-admiral.spool", [Parcel(START, ((r.seq, r.event),)) for r in rest])
    with closing(Committer(store, "local", ManualClock(), lambda: True)) as committer:
        ingest.ingest_all(folder / "spool", committer.commit)


def check(folder: Path) -> None:
    """Everything is there exactly once, and nothing waits any more."""
    found: list[int] = []
    with closing(sqlite3.connect(folder / "aviator.db")) as database:
        for table in ("rounds", "phases", "gaps", "rejects"):
            found += [seq for (seq,) in database.execute(f"SELECT seq FROM {table}")]
        rejected = [seq for (seq,) in database.execute("SELECT seq FROM rejects")]
    assert sorted(found) == list(range(1, LAST)), sorted(found)
    assert rejected == [BAD], rejected
    left = [path for path in (folder / "spool").glob("*.spool*") if path.is_file()]
    assert left == [], left


def die_at_every_call(folder: Path, bound: int) -> int:
    """Returns how many calls there are."""
    template = folder / "template.db"
    open_store(f"sqlite:///{template}").close()
    at = 0
    while True:
        at += 1
        place, acks = folder / f"death-{at}", folder / f"acks-{at}"
        if (child := os.fork()) == 0:
            with acks.open("w") as file, closing(fresh(template, place)) as store:
                write(store, place, Calls(at, act=died), bound, lambda seq: print(seq, file=file, flush=True))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        acknowledged = max(map(int, acks.read_text().split()), default=0)
        with closing(open_store(f"sqlite:///{place}/aviator.db")) as store:
            recover(store, place, acknowledged)
        check(place)
        if os.waitstatus_to_exitcode(status) == 0:
            assert acknowledged == LAST
            return at - 1
        assert os.waitstatus_to_exitcode(status) == 9


if __name__ == "__main__":
    print(die_at_every_call(Path(sys.argv[1]), int(sys.argv[2])))  # noqa: T201

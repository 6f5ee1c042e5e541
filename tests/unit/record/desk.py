"""A committer on a real SQLite file, somebody who spoils that file, and what would be left if the engine were killed now."""

import logging
import sqlite3
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from aviator.core.clock import ManualClock
from aviator.core.events import RoundEnded
from aviator.core.types import BookmakerId, Source
from aviator.record.committer import Committer
from aviator.record.rows import Record
from aviator.record.sqlite_file import path_of
from aviator.record.store import Store

START = 1_700_000_000.25


def a_round(seq: int, multiplier: str = "2.31") -> Record:
    times = seq * 20.0, seq * 20.0 + 9
    return Record(START, seq, RoundEnded(BookmakerId("Admiral"), *times, Decimal(multiplier), 91, 355, None, Source.LIVE, 0.98))


class HealingClock(ManualClock):
    """Each time somebody sleeps, the next thing planned happens."""

    def __init__(self) -> None:
        super().__init__()
        self.plan: deque[Callable[[], object]] = deque()

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.plan:
            self.plan.popleft()()


class Said(logging.Handler):
    """What the room says, from INFO on; outages among it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def outages(self) -> list[str]:
        """`began` and `ended`, in turn when all is well."""
        texts = [record.getMessage() for record in self.records]
        marks = {"The database takes nothing at the moment.": "began", "The database takes rows again.": "ended"}
        return [mark for text in texts for start, mark in marks.items() if text.startswith(start)]

    def at(self, level: str) -> list[str]:
        return [record.getMessage() for record in self.records if record.levelname == level]


class Desk:
    """Commits rounds by their numbers. `patience` is how often the database may take nothing before that is an error."""

    def __init__(self, store: Store, said: Said, patience: int = 40) -> None:
        self.store, self.said, self.clock = store, said, HealingClock()
        self.path = path_of(store.engine.url)
        self.asked = 0
        self._patience = patience
        self.committer = Committer(store, "local", self.clock, self._may_wait)

    def _may_wait(self) -> bool:
        self.asked += 1
        return self.asked <= self._patience

    def commit(self, *seqs: int) -> None:
        self.committer.commit([a_round(seq) for seq in seqs])

    @property
    def connection(self) -> Any:
        return self.committer._connection.ready()

    def left(self, *files: Path) -> list[int]:
        return [seq for file in files or (self.path,) for seq in survivors(file)]

    def kept(self, label: str) -> list[Path]:
        return sorted(self.path.parent.glob(f"{self.path.name}.{label}-*"))

    def files(self) -> list[str]:
        return sorted(path.name for path in self.path.parent.iterdir() if not path.name.endswith(("-wal", "-shm")))


def survivors(path: Path, sql: str = "SELECT seq FROM rounds ORDER BY seq") -> list[Any]:
    """What another program finds if the writer is killed now: its files as they are. Copied by another process, for opening
    and closing the database's file in this one would let go of SQLite's locks on it."""
    with tempfile.TemporaryDirectory() as folder:
        files = [path, *(log for log in [path.with_name(f"{path.name}-wal")] if log.exists())]
        subprocess.run(["cp", *files, folder], check=True)
        with closing(sqlite3.connect(Path(folder, path.name))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return [row[0] if len(row) == 1 else row for row in connection.execute(sql)]


def lose(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def sidecars(path: Path, suffixes: Sequence[str] = ("-wal", "-shm")) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in suffixes]


def spoil(path: Path, table: str) -> None:
    """Overwrite the first page of a table and of each of its indexes, by another process."""
    with closing(sqlite3.connect(path)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        pages = connection.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = ?", (table,)).fetchall()
    for (page,) in pages:
        dd = ["dd", "if=/dev/urandom", f"of={path}", f"bs={size}", "count=1", f"seek={page - 1}", "conv=notrunc", "status=none"]
        subprocess.run(dd, check=True)

"""The writer's connection to the database: made, watched, made anew. Used by the writer thread alone.

Every connection begins with the checks and migrations that the engine's start makes: what is there now may be another file
than at the start. A SQLite file is looked at before and after each transaction, see `rescue`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from aviator.core.clock import Clock
from aviator.core.errors import UserMistake
from aviator.record import rescue, sqlite_file
from aviator.record.rescue import FileLost, Loss, OpenFile
from aviator.record.store import Store, make_ready, reason_of


class WriteConnection:
    """At most one connection at a time. Methods raise the driver's and SQLAlchemy's errors, `OSError`, `FileLost` and, when
    what is there is no database for AVIATOR, `UserMistake`; all of them may be tried again.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._path: Path | None = None
        if store.engine.dialect.name == "sqlite":
            self._path = sqlite_file.path_of(store.engine.url).absolute()
        self._pooled: Any = None
        self._file: OpenFile | None = None
        self._announced: Loss | None = None
        self._is_strange = False

    def ready(self) -> Any:
        """The driver's connection, sure to be to the file under the database's name.

        A loss is raised as `FileLost` when it is noticed, so that it can be told, and made good by the next call.
        """
        if loss := self._loss():
            if loss is not self._announced:
                self._announced = loss
                raise FileLost(f"The database {self._path} {loss.value}.")
            self._save(loss)
        if self._pooled is None:
            self._connect()
        self._announced = None
        return self._pooled.driver_connection

    def trim(self) -> None:
        """Give back the memory of what was written a while ago: SQLite would hold on to it up to its cache's size."""
        if self._pooled is not None and self._path is not None:
            self._pooled.driver_connection.execute("PRAGMA shrink_memory")

    def take_back(self, error: Exception) -> None:
        """Undo what is half done; a connection that cannot even do that is lost, `ready` makes a new one."""
        if self._pooled is None:
            return
        try:
            self._pooled.driver_connection.rollback()
        except self._store.engine.dialect.loaded_dbapi.Error:
            self._pooled.invalidate(error)
            self._pooled = None

    def close(self) -> None:
        """Give the connection back. What only it still held is saved before."""
        if self._pooled is None:
            return
        try:
            if loss := self._loss():
                self._save(loss)
        finally:
            if self._pooled is not None:
                self._pooled.close()
                self._pooled = None

    def explain(self, error: Exception) -> str:
        """Why the database takes nothing: one sentence for a person."""
        if isinstance(error, UserMistake | FileLost):
            return str(error)
        if self._path is not None:
            return sqlite_file.sentence(self._path, error)
        return f"The database takes nothing ({reason_of(error, self._store.engine)})."

    def _loss(self) -> Loss | None:
        return self._file.loss() if self._pooled is not None and self._file is not None else None

    def _save(self, loss: Loss) -> None:
        """Afterwards the file can be closed: SQLite leaves the name of a moved file, and its log's name, alone."""
        assert self._file is not None
        self._file.save(self._pooled.driver_connection, loss, self._clock.now())
        self._is_strange = loss is Loss.REPLACED
        self._pooled.invalidate()
        self._pooled = None

    def _connect(self) -> None:
        engine, path = self._store.engine, self._path
        make_ready(self._store)
        if path is None:
            self._pooled = engine.raw_connection()
            return
        before = OpenFile(path)
        self._pooled = engine.raw_connection()
        try:
            self._check(before, self._pooled.driver_connection)
        except BaseException:
            self._pooled.invalidate()
            self._pooled = None
            raise
        self._file, self._is_strange = OpenFile(path), False

    def _check(self, before: OpenFile, connection: sqlite3.Connection) -> None:
        """Is this the file that was there before the connection was made, and is it sound?"""
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # now the log is open too
        if before.loss() in (Loss.DELETED, Loss.REPLACED):
            raise FileLost(f"The database {before.path} was changed while it was opened.")
        if self._is_strange and not rescue.is_sound(connection):
            raise UserMistake(f"The database {before.path} is damaged: put a good copy in its place.")

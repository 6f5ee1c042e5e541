"""When somebody deletes or replaces the SQLite file under an open connection: noticing it, and saving what is in it.

Linux and macOS let an open file be deleted: SQLite goes on writing to a file without a name, which nobody can open again.
The connection still holds every row, so the file is copied back from there. The write-ahead log (`-wal`) and its index
(`-shm`) can be lost likewise, and one left over from another database would spoil the file that it lies beside. Windows
deletes no open file: nothing of this is ever met there. Used by the writer thread alone.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from pathlib import Path

from aviator.core.errors import AviatorError
from aviator.record import sqlite_file

LOG, INDEX, JOURNAL = "-wal", "-shm", "-journal"

_log = logging.getLogger(__name__)


class Loss(Enum):
    """What has become of the file since it was opened; the value completes a sentence."""

    DELETED = "was deleted while in use: it is put back from the open file"
    REPLACED = "was replaced by another file while in use: what was in it is saved first"
    LOG_GONE = "has lost its -wal or -shm file while in use: what was in it is written to the database first"


class FileLost(AviatorError):
    """The connection's file is no longer the one that bears the database's name."""


class OpenFile:
    """The file of an open connection, as it was right after opening. Raises `OSError` when its folder cannot be asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        real = os.path.realpath(path)  # SQLite keeps the log beside the file itself, not beside a link to it
        self._names = (os.fspath(path), real + LOG, real + INDEX)
        self._marks = [_mark(name) for name in self._names]

    def loss(self) -> Loss | None:
        """Three `stat` calls, some microseconds: cheap enough for every transaction."""
        marks = [_mark(name) for name in self._names]
        if marks == self._marks:
            return None
        if _is_free(self.path):
            return Loss.DELETED
        return Loss.REPLACED if marks[0] != self._marks[0] else Loss.LOG_GONE

    def save(self, connection: sqlite3.Connection, loss: Loss, at: float) -> None:
        """Bring what the open connection holds where it can be found again; the connection may be closed then.

        Nothing is overwritten but an empty file. Raises `sqlite3.Error` or `OSError`, with everything as it was.
        """
        if loss is Loss.LOG_GONE:
            write_log_back(connection)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f"{self.path.name}.part")
        try:
            sound = _copy(connection, part)
            self._put(part, "" if loss is Loss.DELETED and sound else "replaced" if sound else "damaged", at)
        finally:
            part.unlink(missing_ok=True)

    def _put(self, part: Path, label: str, at: float) -> None:
        """Under its old name again, or beside it with a label and the time."""
        if not label:
            for suffix in (LOG, INDEX, JOURNAL):  # of the deleted file, or of nothing: none of them fits the copy
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            part.replace(self.path)
            return
        for name, mark in zip(self._names[1:], self._marks[1:], strict=True):
            if mark is not None and _mark(name) == mark:  # the old file's own: SQLite would add it to the new one
                Path(name).unlink()
        if part.exists():
            kept = _unused(f"{self.path}.{label}-{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H%M%SZ}")
            part.replace(kept)
            _log.warning("What was in %s before is kept in %s.", self.path, kept)


def write_log_back(connection: sqlite3.Connection) -> None:
    """Everything from the write-ahead log into the database file. Raises `sqlite3.Error`, also when a reader is in the way."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("database is locked by a reader")


def is_sound(connection: sqlite3.Connection) -> bool:
    """Is the database whole? Reads all of it: a second for some hundred megabytes."""
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if not sqlite_file.is_damage(error):
            raise
        return False


def _copy(connection: sqlite3.Connection, target: Path) -> bool:
    """Copy what the connection holds; False when that is damaged. Beyond saving: False, and no copy."""
    target.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
            return is_sound(copy)
    except sqlite3.DatabaseError as error:
        if not sqlite_file.is_damage(error):
            raise
        target.unlink(missing_ok=True)
        _log.error("What was in %s is damaged beyond saving (%s).", target.with_suffix(""), error)
        return False


def _mark(name: str) -> tuple[int, int] | None:
    """What makes a file that file, None when there is none; any other trouble is no proof that it is gone."""
    try:
        status = os.stat(name)  # noqa: PTH116 - half the time of Path.stat, three times a transaction
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino


def _is_free(path: Path) -> bool:
    """Is there nothing under this name, or an empty file, which any program makes that merely looks into a database?"""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    return stat.S_ISREG(status.st_mode) and status.st_size == 0


def _unused(name: str) -> Path:
    """The name itself, or with a number if that is taken."""
    return next(path for n in count() if not (path := Path(f"{name}-{n}" if n else name)).exists())

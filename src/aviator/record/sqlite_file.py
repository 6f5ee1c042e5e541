"""The SQLite file itself: where it is, whether it can be written, its settings, and copying it. Raises `UserMistake` alone."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import sqlalchemy as sa

from aviator.core.errors import UserMistake
from aviator.core.safe_text import bounded, printable

NEEDED_FREE_MB = 50
LOCK_PATIENCE_S = 1.0
BUSY_TIMEOUT_MS = 500
"""Short: whoever has more patience tries again, and can be told to stop in between."""


def path_of(url: sa.URL) -> Path:
    """The file a URL means."""
    name = url.database
    if not name or name == ":memory:":
        raise UserMistake("The setting [record] database names no file: write sqlite:////folder/file.db.")
    path = Path(url2pathname(unquote(urlsplit(name).path))) if name.startswith("file:") else Path(name)
    if (fault := _impossible(path)) is not None:
        raise UserMistake(f"{bounded(printable(name))} cannot be a database file: {fault}.")
    return path


def _impossible(path: Path) -> str | None:
    """Why no file can have this path; None where one can, whether or not it is there."""
    try:
        path.stat()
    except ValueError:
        return "it contains the character NUL"
    except OSError as error:
        return "its path is too long" if error.errno == errno.ENAMETOOLONG else None
    return None


def prepare(url: sa.URL) -> Path:
    """Make the folder, and see that the file can be written by taking SQLite's write lock; returns the file."""
    path = path_of(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(path.parent)
    except OSError as error:
        raise UserMistake(f"The folder {path.parent} cannot be made: {error.strerror}.") from None
    if path.is_dir():
        raise UserMistake(f"{path} is a folder: name a file for the database.")
    if disk.total and disk.free < NEEDED_FREE_MB * 1e6:  # what is no disk (/proc, some network drives) has no size
        raise UserMistake(f"The disk of {path.parent} is full: {disk.free / 1e6:.0f} MB free, {NEEDED_FREE_MB} MB are needed.")
    check_header(path)
    address = f"{path.absolute().as_uri()}?mode={url.query.get('mode', 'rwc')}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=LOCK_PATIENCE_S, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE writable (yes)")  # BEGIN alone does not notice a read-only file
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA journal_mode = WAL")  # kept in the file: readers never wait for the writer
    except sqlite3.Error as error:
        raise UserMistake(sentence(path, error)) from None
    return path


def check_header(path: Path) -> None:
    """Is it a SQLite database, or an empty or missing file that can become one?

    Asked of SQLite, for a file that this process has open must not be opened and closed behind its back: with POSIX locks
    that lets go of every lock on it. `immutable`: neither a lock is taken nor a log looked at.
    """
    if not path.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        raise UserMistake(f"The database {path} cannot be read: {error}.") from None
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):  # a damaged one may only look so without its log
            raise UserMistake(f"{path} is not a database, or a damaged one: put it aside, or restore a copy.") from None


def is_damage(error: BaseException) -> bool:
    """Does SQLite say that the file is spoilt? No row is to blame then, and trying again helps only with another file."""
    said_by_sqlite = isinstance(error, sqlite3.DatabaseError | sa.exc.DBAPIError)
    return said_by_sqlite and ("malformed" in str(error) or "not a database" in str(error))


def sentence(path: Path, error: Exception) -> str:
    """What SQLite's error means, and what can be done about it."""
    text = bounded(printable(str(getattr(error, "orig", error))))
    if is_damage(error):
        return f"The database {path} is damaged ({text}): put it aside, or restore a copy."
    for part, meaning in _MEANINGS.items():
        if part in text:
            return f"The database {path} {meaning}"
    return f"The database {path} cannot be written: {text}."


_MEANINGS = {
    "locked": "is locked by another program (another AVIATOR, a database browser?): close that first.",
    "readonly": "is read-only: change its permissions, or choose another place.",
    "full": "has no more room: its disk is full.",
    "I/O error": "cannot be read or written (disk I/O error): is its disk all right, and connected?",
    "unable to open": "cannot be opened: are its folder and its permissions all right?",
}


def on_connect(connection: sqlite3.Connection, _: object) -> None:
    """Settings of every connection. With a write-ahead log NORMAL loses nothing when a program dies, however it dies."""
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -64000")


def copy(path: Path, target: Path) -> None:
    """A consistent copy, log included; `target` appears only when it is complete."""
    part = target.with_name(target.name + ".part")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as destination:
            source.backup(destination)
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise UserMistake(f"{path} could not be copied to {target} before its update: {error}.") from None

"""The SQLite file itself: where it is, whether it can be written, its settings, and copying it. Raises `UserMistake` alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import sqlalchemy as sa

from aviator.core.errors import UserMistake

NEEDED_FREE_MB = 50
LOCK_PATIENCE_S = 1.0
BUSY_TIMEOUT_MS = 5_000
_HEADER = b"SQLite format 3\0"


def path_of(url: sa.URL) -> Path:
    """The file a URL means."""
    name = url.database
    if not name or name == ":memory:":
        raise UserMistake(f"{str(url)!r} names no file: write sqlite:////folder/file.db.")
    return Path(url2pathname(unquote(urlsplit(name).path))) if name.startswith("file:") else Path(name)


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
        raise UserMistake(_sentence(path, error)) from None
    return path


def check_header(path: Path) -> None:
    """Is it a SQLite database, or an empty or missing file that can become one?"""
    if not path.is_file():
        return
    try:
        with path.open("rb") as file:
            start = file.read(len(_HEADER))
    except OSError as error:
        raise UserMistake(f"The database {path} cannot be read: {error.strerror}.") from None
    if start not in (b"", _HEADER):
        raise UserMistake(f"{path} is not a database, or a damaged one: put it aside, or restore a copy.")


def _sentence(path: Path, error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text:
        return f"The database {path} is locked by another program (another AVIATOR, a database browser?): close that first."
    if "readonly" in text:
        return f"The database {path} is read-only: change its permissions, or choose another place."
    if "malformed" in text or "not a database" in text:
        return f"The database {path} is damaged ({text}): put it aside, or restore a copy."
    return f"The database {path} cannot be written: {text}."


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

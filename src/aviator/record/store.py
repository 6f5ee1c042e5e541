"""Opening the database: checks first, one clear sentence for each thing that is amiss, then migrations.

In comes a URL (`sqlite:///…` or `postgresql://…`), out a `Store` whose engine makes connections with the right settings.
The engine process opens it for writing, any other program for reading.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from aviator.core.errors import UserMistake
from aviator.core.extras import missing_sentence
from aviator.core.safe_text import HIDDEN, bounded, printable, redacted
from aviator.record import schema, sqlite_file
from aviator.record.migrations import HEAD
from aviator.record.row_chain import begin_heads

MAX_COPIED_BYTES = 1_000_000_000
"""A larger database of an older version is not copied to be read."""
SCRIPTS = Path(__file__).parent / "migrations"
_URLS = "write sqlite:////folder/file.db or postgresql://user@host/name."
_VERSION = sa.table("alembic_version", sa.column("version_num"))
_VERSION_TABLE = """CREATE TABLE alembic_version (
\tversion_num VARCHAR(32) NOT NULL,
\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""
"""As Alembic makes it."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database, its schema up to date. `folder` holds it where it is a copy for reading, and goes with it.

    Several installations may share a database: with a `site`, what is asked of bets, blocks, rounds and gaps is that of this
    one alone. Without one, it is that of all.
    """

    engine: sa.Engine
    folder: TemporaryDirectory[str] | None = None
    site: str | None = None

    def of_site(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """The condition that a row belongs to this store's site."""
        return sa.true() if self.site is None else table.c.site == self.site

    def close(self) -> None:
        self.engine.dispose()
        if self.folder is not None:
            self.folder.cleanup()


def open_store(url: str, site: str | None = None) -> Store:
    """Open for writing: make the tables, or bring them up to date. Raises `UserMistake`, with nothing left half done."""
    store = Store(_engine(_parse(url)), site=site)
    try:
        make_ready(store)
    except UserMistake:
        store.close()
        raise
    return store


def make_ready(store: Store) -> None:
    """The checks before writing, and the migrations: again before each new connection to it. Raises `UserMistake`.

    No connection is left open: were the file replaced before the next one, its log would lie beside the new file.
    """
    engine = store.engine
    engine.dispose()
    path = sqlite_file.prepare(engine.url) if engine.dialect.name == "sqlite" else None
    try:
        found = _version(engine)
        if found is None:
            _create(engine)
        elif found != HEAD:
            _migrate(engine, found, path)
    finally:
        engine.dispose()


def open_reader(url: str, *, as_it_is: bool = False) -> Store:
    """Open for reading alone. Raises `UserMistake` when there is no database yet, or none that this program reads.

    A SQLite file of an older version is read from a copy with today's tables, unless it is to be read `as_it_is`.
    """
    parsed = _parse(url)
    name = _shown(parsed)
    path = None
    if parsed.get_backend_name() == "sqlite":
        path = sqlite_file.path_of(parsed)
        name = str(path)
        if not path.is_file():
            raise UserMistake(f"There is no database {path} yet: `aviator run` or `aviator demo` makes one.")
        sqlite_file.check_header(path)
        parsed = parsed.set(database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    store = Store(_engine(parsed))
    try:
        version = _version(store.engine)
        if version is not None and version < HEAD and path is not None and not as_it_is and (copy := _copy(path, version)):
            store.close()
            return copy
        _check_readable(version, name, path)
    except UserMistake:
        store.close()
        raise
    return store


def _copy(path: Path, version: str) -> Store | None:
    """A copy of an older database, brought to today's version in a temporary folder. None where that cannot be done, or where
    the file is so large that it would take long."""
    if path.stat().st_size > MAX_COPIED_BYTES:
        return None
    folder = TemporaryDirectory(prefix="aviator-read-", ignore_cleanup_errors=True)
    copy = Path(folder.name) / path.name
    store = Store(_engine(sa.URL.create("sqlite", database=str(copy))), folder)
    try:
        sqlite_file.copy(path, copy)
        _migrate(store.engine, version, None)
    except (UserMistake, OSError, sqlite3.Error):
        store.close()
        return None
    return store


def _check_readable(version: str | None, name: str, path: Path | None) -> None:
    if version is None:
        raise UserMistake(f"{name} holds no AVIATOR database yet: `aviator run` or `aviator demo` makes one.")
    if version != HEAD:
        if version > HEAD:
            then = "a newer AVIATOR made it, use that one"
        elif path is None:
            then = "back it up, then start `aviator run` once with settings that name it"
        else:
            kept = f"{path.name}.version-{version}"
            then = f"start `aviator run` once with `data_dir` set to its folder, which updates it and keeps the old one as {kept}"
        raise UserMistake(f"{name} is of version {version}, this program reads {HEAD}: {then}.")


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
        backend = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        raise UserMistake(f"The setting [record] database is no database URL: {_URLS}") from None
    if "@" in (parsed.host or ""):
        raise UserMistake("The setting [record] database has more than one @: write %40 for an @ in the user or password.")
    if backend not in ("sqlite", "postgresql"):
        raise UserMistake(f"A {backend} database cannot be used: allowed are sqlite and postgresql.")
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def _engine(url: sa.URL) -> sa.Engine:
    try:
        engine = sa.create_engine(url)
    except ImportError as error:
        raise UserMistake(missing_sentence(error.name or "psycopg", error)) from None
    except sa.exc.NoSuchModuleError:
        raise UserMistake(f"There is no database driver {url.drivername!r}: write sqlite:// or postgresql://.") from None
    except sa.exc.ArgumentError:
        raise UserMistake(f"The setting [record] database is no URL of {url.get_backend_name()}: {_URLS}") from None
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", sqlite_file.on_connect)
    return engine


def _version(engine: sa.Engine) -> str | None:
    """The version of the database's tables, None for an empty database."""
    try:
        with engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            if _VERSION.name in tables:
                return connection.scalar(sa.select(_VERSION.c.version_num))
    except (sa.exc.DBAPIError, sa.exc.ArgumentError) as error:
        raise UserMistake(f"The database {_shown(engine.url)} cannot be opened: {reason_of(error, engine)}.") from None
    if tables:
        raise UserMistake(f"{_shown(engine.url)} is the database of another program: name a new one for AVIATOR.")
    return None


def _create(engine: sa.Engine) -> None:
    """Make the newest tables in an empty database, in one transaction.

    Migrations would make the same tables, but Alembic would take memory in the engine for as long as it runs.
    """
    with _changing(engine) as connection:
        if sa.inspect(connection).has_table(_VERSION.name):  # another process made them meanwhile
            return
        schema.metadata.create_all(connection)
        begin_heads(connection)
        connection.exec_driver_sql(_VERSION_TABLE)
        connection.execute(sa.insert(_VERSION).values(version_num=HEAD))


def _migrate(engine: sa.Engine, found: str, path: Path | None) -> None:
    """From the version `found` to the newest, in one transaction; an existing SQLite file is copied before."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    if found not in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}:
        raise UserMistake(f"{_shown(engine.url)} was written by a newer AVIATOR (version {found}): update this one.")
    if path is not None:
        sqlite_file.copy(path, path.with_name(f"{path.name}.version-{found}"))
    with _changing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _changing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that changes tables. Raises `UserMistake` when it fails, with nothing changed."""
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
    except sa.exc.DBAPIError as error:
        raise UserMistake(
            f"{_shown(engine.url)} could not be brought to version {HEAD}, it is as it was: {reason_of(error, engine)}."
        ) from None


def reason_of(error: Exception, engine: sa.Engine) -> str:
    """The first line of what a database says, as a part of a sentence: not long, and without the password."""
    text = (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
    if engine.url.password:
        text = text.replace(str(engine.url.password), HIDDEN)
    return bounded(redacted(printable(text))).rstrip(".")


def _shown(url: sa.URL) -> str:
    return redacted(url.render_as_string(hide_password=True))

"""A batch of records into the database: all of it, once, or the rows that cannot go in into `rejects`, with the reason.

Grouped by table, one `executemany` each, one transaction per batch. The statements are compiled by SQLAlchemy once, for the
database at hand, and run on the driver's own connection, so that a row costs little more than the driver's work. Used by
the writer thread alone, which owns the connection.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from aviator.core.clock import Clock
from aviator.core.errors import AviatorError, UserMistake
from aviator.core.hash_chain import Head
from aviator.core.safe_text import bounded, printable, redacted
from aviator.record import sqlite_file
from aviator.record.connection import WriteConnection
from aviator.record.rescue import FileLost
from aviator.record.row_chain import RowChain, mark_of
from aviator.record.rows import NOT_STORED, REJECT_COLUMNS, SHAPES, Record, Row, reject_row
from aviator.record.schema import rejects
from aviator.record.store import Store

TRIES = 3
BACK_OFF_S = (0.1, 0.4)
LONGEST_PAUSE_S = 1.0

_log = logging.getLogger(__name__)


class NotWritten(AviatorError):
    """The database takes nothing and there is no more time to wait for it."""


def insert_sql(engine: sa.Engine, table: sa.Table, columns: Sequence[str], replaces: Sequence[str] = (), final: str = "") -> str:
    """An INSERT of these columns, in this order, for the driver's `executemany`. It passes over rows already there; with
    `replaces`, the columns of a key, it puts itself in the place of the row of that key, unless that row is the newer one.
    A row in which the column `final` is set is never replaced by one in which it is not: a settled bet stays settled.
    """
    insert: Any = postgresql.insert(table) if engine.dialect.name == "postgresql" else sqlite.insert(table)
    statement = insert.values({name: sa.bindparam(name) for name in columns})
    if replaces:
        told = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=replaces,
            set_={name: told[name] for name in columns if name not in replaces},
            where=_is_better(final, told, table.c) if final else _is_newer(told, table.c),
        )
    else:
        statement = statement.on_conflict_do_nothing()
    positional = "qmark" if engine.dialect.name == "sqlite" else "format"
    dialect: Any = type(engine.dialect)
    compiled = statement.compile(dialect=dialect(paramstyle=positional), column_keys=list(columns))
    assert compiled.positiontup == list(columns), "columns in the table's own order"
    return str(compiled)


def _is_better(final: str, told: Any, kept: Any) -> sa.ColumnElement[bool]:
    """One that is final before one that is not, then the newer one: in whatever order they come."""
    told_final, kept_final = told[final].is_not(None), kept[final].is_not(None)
    return sa.or_(sa.and_(told_final, ~kept_final), sa.and_(_is_newer(told, kept), told_final == kept_final))


def _is_newer(told: Any, kept: Any) -> sa.ColumnElement[bool]:
    """By the start of who told it, then by its number. A row without a number is older than any with one."""
    later_start = told.worker_start > kept.worker_start
    same_start = sa.and_(told.worker_start == kept.worker_start, told.seq > kept.seq)
    return sa.or_(kept.worker_start.is_(None), later_start, same_start)


class Committer:
    """Writes batches. `may_wait` is asked before each further wait for a database that takes nothing."""

    def __init__(
        self,
        store: Store,
        site: str,
        clock: Clock,
        may_wait: Callable[[], bool],
        head_file: Path | None = None,
    ) -> None:
        self.errors = 0
        """Transactions that failed."""
        self.rejected = 0
        """Rows that went to `rejects`."""
        self.fault: str | None = None
        """Why the database takes nothing at the moment, one sentence; None when it does. Any thread may read it."""
        self._site, self._clock, self._may_wait = site, clock, may_wait
        self._sql = {
            cls: insert_sql(store.engine, shape.table, shape.columns, shape.replaces, shape.final)
            for cls, shape in SHAPES.items()
        }
        self._reject_sql = insert_sql(store.engine, rejects, REJECT_COLUMNS)
        self._to_row = {cls: shape.row for cls, shape in SHAPES.items()}
        self._chain = RowChain(site, mark_of(store.engine.dialect), head_file)
        self._connection = WriteConnection(store, clock)
        driver = store.engine.dialect.loaded_dbapi
        self._outages = (driver.OperationalError, sa.exc.OperationalError, FileLost, UserMistake, OSError, MemoryError)
        self._faults = (*self._outages, driver.Error, sa.exc.DBAPIError, ValueError, ArithmeticError)

    def commit(self, batch: Sequence[Record], tries: int = TRIES) -> None:
        """Returns when every record is committed, or its reject is. Raises `NotWritten`.

        A locked, full, lost, damaged or unreachable database is waited for: no row is rejected for it. Any other failure is
        tried `tries` times, then the batch is halved, and the halves, until the bad row is alone.
        """
        for pause_s in chain(BACK_OFF_S, repeat(LONGEST_PAUSE_S)):
            try:
                self._write(batch)
            except self._faults as error:
                self._failed(error)
                outage = isinstance(error, self._outages) or sqlite_file.is_damage(error)
                tries -= not outage
                if not outage and tries <= 0:
                    if len(batch) > 1:
                        self.commit(batch[: len(batch) // 2], tries=1)
                        self.commit(batch[len(batch) // 2 :], tries=1)
                        return
                    if self._reject(batch[0], error):
                        return
                    outage = True
                if outage:
                    self._note_outage(error)
                self._clock.sleep(pause_s)
            else:
                return

    def note_head(self, chain: str, head: Head) -> None:
        """The head of another chain, to be kept in the database with the next rows; any thread."""
        self._chain.note(chain, head)

    def trim(self) -> None:
        """Now and then: need no more memory than the next batch does."""
        try:
            self._connection.trim()
        except self._faults as error:  # whatever it is, the next batch meets it too, and waits for it
            self._failed(error)

    def close(self) -> None:
        """Never raises a fault: what could not be saved is said."""
        try:
            self._connection.close()
        except self._faults as error:
            _log.critical("The database was not closed as it should be: %s", self._connection.explain(error))

    def _write(self, batch: Sequence[Record]) -> None:
        site, to_row = self._site, self._to_row
        groups: dict[type, list[Row]] = {}
        for worker_start, seq, event in batch:
            cls = type(event)
            if cls in to_row:
                row = to_row[cls](site, event, worker_start, seq)
                if cls in groups:
                    groups[cls].append(row)
                else:
                    groups[cls] = [row]
            elif cls not in NOT_STORED:
                raise ValueError(f"{cls.__name__} has no table.")
        self._chain.expect(batch)
        self._transact([(self._sql[cls], rows) for cls, rows in groups.items()])

    def _transact(self, inserts: list[tuple[str, list[Row]]]) -> None:
        if not inserts:
            return
        connection = self._connection.ready()
        with closing(connection.cursor()) as cursor:
            self._chain.begin(cursor)
            for sql, rows in inserts:
                cursor.executemany(sql, rows)
            noted = self._chain.extend(cursor)
        connection.commit()
        self._connection.ready()  # only what is in a file that can be found again may be acknowledged
        self._chain.committed(noted)
        if self.fault:
            self.fault = None
            _log.info("The database takes rows again.")

    def _reject(self, record: Record, error: Exception) -> bool:
        """False when not even the reject can be written: then it was not the row's fault."""
        try:
            self._chain.expect(())
            reason = bounded(redacted(printable(str(error)))) or type(error).__name__
            row = reject_row(self._site, record, self._clock.now(), reason)
            self._transact([(self._reject_sql, [row])])
        except self._faults as second:
            self._failed(second)
            return False
        self.rejected += 1
        _log.error("A row of %s went to rejects: %s", type(record.event).__name__, reason)
        return True

    def _note_outage(self, error: Exception) -> None:
        said, self.fault = self.fault, self._connection.explain(error)
        if not said:
            level = logging.ERROR if sqlite_file.is_damage(error) or isinstance(error, UserMistake) else logging.WARNING
            _log.log(level, "The database takes nothing at the moment. %s It is tried again, nothing is lost.", self.fault)
        if not self._may_wait():
            raise NotWritten(self.fault) from error

    def _failed(self, error: Exception) -> None:
        self.errors += 1
        self._chain.taken_back()
        self._connection.take_back(error)

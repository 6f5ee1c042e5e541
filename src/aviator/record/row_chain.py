"""The chain of hashes over the rows that limits depend on (`CHAINED`): each state of each row is one entry of `audit_chain`.

In: the writer's open transaction. Out: entries and the chain's head in the same transaction, and after it the head in a file
outside the database. Writer thread; `integrity` reads what is written here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from aviator.core import events
from aviator.core.files import make_private_dir, replace_file
from aviator.core.hash_chain import START, Head, link_hash
from aviator.record.rows import Record

CHAINED: Mapping[str, tuple[str, ...]] = {
    "bets": (
        "id", "site", "bookmaker", "request_id", "panel", "round_started_at", "stake", "auto_cash_out", "mode", "outcome",
        "placed_at", "settled_at", "payout", "strategy", "reason", "requested_at", "worker_start", "seq",
    ),
    "bet_steps": (
        "id", "site", "bookmaker", "request_id", "step", "at", "intent", "result", "detail", "worker_start", "seq",
    ),
    "betting_blocks": (
        "id", "site", "bookmaker", "at", "blocked", "cause", "reason", "until", "mode", "worker_start", "seq",
    ),
    "limit_days": ("id", "site", "bookmaker", "at", "zone", "worker_start", "seq"),
}  # fmt: skip
"""Tables and the columns that are hashed, in this order. Columns that come later are not part of it."""
ROWS, LIMITS, BETS = "rows", "limits", "bets"
"""Names of heads: of the chain of rows, and of the user's histories of limits and of bets."""
HEADS = {ROWS: 1, LIMITS: 2, BETS: 3}
"""Each head has its own id, whichever is written first."""
_BETS = (events.BetChanged, events.BetRequested)
_APPENDED = {
    events.BetStepTaken: "bet_steps",
    events.BettingBlocked: "betting_blocks",
    events.BettingFreed: "betting_blocks",
}

_log = logging.getLogger(__name__)


def cell_text(value: Any) -> str | None:
    """A cell as it is hashed: the same for the same value, whichever database keeps it."""
    if value is None:
        return None
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        return format(number.normalize(), "f") if number.is_finite() else str(number)
    kind = "str" if isinstance(value, str) else type(value).__name__  # not that of a class of the database's library
    return f"{kind}:{value}"


def digest(cells: Iterable[Any]) -> str:
    """The hash of a row."""
    return link_hash("", json.dumps([cell_text(cell) for cell in cells]))


def entry_hash(previous: str, cells: Sequence[Any]) -> str:
    """The hash of an entry: `cells` are its id, site, bookmaker, table_name, row_id and digest."""
    return link_hash(previous, json.dumps([cell_text(cell) for cell in cells]))


def head_checksum(cells: Sequence[Any]) -> str:
    """Of a row of `chain_heads`: `cells` are its id, site, bookmaker, chain, position and hash."""
    return link_hash("head", json.dumps([cell_text(cell) for cell in cells]))


class RowChain:
    """Extends the chain within the writer's transactions. `outside`: the file that holds the head outside the database."""

    def __init__(self, site: str, mark: str, outside: Path | None = None) -> None:
        self._site, self._mark, self._outside = site, mark, outside
        self._written: Head | None = None
        self._noted: dict[str, Head] = {}
        self._known: dict[str, Head] = {}
        self._batch: list[Record] = []
        self._compared = self._told = False

    def note(self, chain: str, head: Head) -> None:
        """The head of another chain, to be written with the next transaction; any thread."""
        if self._known.get(chain) != head:
            self._noted[chain] = head

    def expect(self, batch: Iterable[Record]) -> None:
        """The records of the next transaction."""
        self._batch = [r for r in batch if isinstance(r.event, _BETS) or type(r.event) in _APPENDED]

    def begin(self, cursor: Any) -> None:
        """Lock the chain before rows are inserted, so that entries follow each other in the order of the rows' ids."""
        if self._batch:
            self._lock(cursor)

    def _lock(self, cursor: Any) -> None:
        number = HEADS[ROWS]
        self._run(
            cursor,
            "INSERT INTO chain_heads (id, site, bookmaker, chain, position, hash, checksum) VALUES (?, ?, '', ?, 0, ?, ?) "
            "ON CONFLICT (chain) DO UPDATE SET position = chain_heads.position",
            (number, self._site, ROWS, START, head_checksum((number, self._site, "", ROWS, 0, START))),
        )

    def extend(self, cursor: Any) -> dict[str, Head]:
        """Add an entry for each row that the batch added or changed. Returns the noted heads that it wrote."""
        if self._batch:
            self._add_rows(cursor, self._batch)
        noted = dict(self._noted)
        for chain, head in noted.items():
            self.set_head(cursor, chain, head)
        return noted

    def _add_rows(self, cursor: Any, batch: Sequence[Record]) -> None:
        head = self._head(cursor)
        self._compare(head)
        before = head
        for table in sorted({_APPENDED[type(r.event)] for r in batch if type(r.event) in _APPENDED}):
            head = self._add_new(cursor, head, table)
        query = f"SELECT {', '.join(CHAINED['bets'])} FROM bets WHERE site = ? AND request_id = ?"  # noqa: S608
        for request in dict.fromkeys(r.event.request_id for r in batch if isinstance(r.event, _BETS)):
            if row := self._one(cursor, query, (self._site, request)):
                head = self._add(cursor, head, "bets", row)
        if head != before:
            self.set_head(cursor, ROWS, head)
            self._written = head

    def add_new(self, cursor: Any, table: str) -> None:
        """Add an entry for each row of a table that is only appended to and has none yet; the caller commits."""
        self._lock(cursor)
        self.set_head(cursor, ROWS, self._add_new(cursor, self._head(cursor), table))

    def _add_new(self, cursor: Any, head: Head, table: str) -> Head:
        last = self._one(cursor, "SELECT max(row_id) FROM audit_chain WHERE table_name = ?", (table,))[0] or 0
        self._run(cursor, f"SELECT {', '.join(CHAINED[table])} FROM {table} WHERE id > ? ORDER BY id", (last,))  # noqa: S608
        for row in cursor.fetchall():
            head = self._add(cursor, head, table, row)
        return head

    def committed(self, noted: Mapping[str, Head]) -> None:
        """The transaction is in the database: from now on its head is also outside of it."""
        self._known |= noted
        for chain, head in noted.items():
            if self._noted.get(chain) == head:
                del self._noted[chain]
        written, self._written = self._written, None
        if written is None or self._outside is None:
            return
        try:
            make_private_dir(self._outside.parent)
            data = json.dumps({"chain": ROWS, "position": written.position, "hash": written.hash})
            replace_file(self._outside, data.encode() + b"\n", sync=False)
        except OSError as error:
            if not self._told:
                self._told = True
                _log.warning("The head of the record's chain cannot be written to %s (%s).", self._outside, error.strerror)

    def taken_back(self) -> None:
        """The transaction failed."""
        self._written = None

    def _add(self, cursor: Any, head: Head, table: str, row: Sequence[Any]) -> Head:
        own = digest(row)
        if table == "bets":
            latest = "SELECT digest FROM audit_chain WHERE table_name = ? AND row_id = ? ORDER BY id DESC LIMIT 1"
            known = self._one(cursor, latest, (table, row[0]))
            if known and known[0] == own:
                return head
        cells = (head.position + 1, row[1], row[2], table, row[0], own)
        link = entry_hash(head.hash, cells)
        insert = "INSERT INTO audit_chain (id, site, bookmaker, table_name, row_id, digest, link) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._run(cursor, insert, (*cells, link))
        return Head(head.position + 1, link)

    def _head(self, cursor: Any) -> Head:
        found = self._one(cursor, "SELECT position, hash FROM chain_heads WHERE chain = ?", (ROWS,))
        return Head(*found) if found else Head()

    def set_head(self, cursor: Any, chain: str, head: Head) -> None:
        """Write the head of a chain; the caller commits."""
        found = self._one(cursor, "SELECT id, site FROM chain_heads WHERE chain = ?", (chain,))
        number = found[0] if found else HEADS[chain]
        site = found[1] if found else self._site
        cells = (number, site, "", chain, head.position, head.hash)
        self._run(
            cursor,
            "INSERT INTO chain_heads (id, site, bookmaker, chain, position, hash, checksum) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (chain) DO UPDATE SET position = excluded.position, hash = excluded.hash, "
            "checksum = excluded.checksum",
            (*cells, head_checksum(cells)),
        )

    def begin_heads(self, cursor: Any) -> None:
        """A head for each chain that has none, at its beginning: from now on a chain without a head has lost it."""
        for chain in HEADS:
            if self._one(cursor, "SELECT id FROM chain_heads WHERE chain = ?", (chain,)) is None:
                self.set_head(cursor, chain, Head())

    def add_all(self, cursor: Any) -> None:
        """Add an entry for each row that exists; the chain is still empty."""
        head = Head()
        for table, columns in CHAINED.items():
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id")  # noqa: S608 - names from above
            for row in cursor.fetchall():
                head = self._add(cursor, head, table, row)
        if head != Head():
            self.set_head(cursor, ROWS, head)

    def _compare(self, head: Head) -> None:
        """Say it once where the database no longer holds what it held when the file was written."""
        if self._compared or self._outside is None:
            return
        self._compared = True
        outside = read_outside(self._outside)
        if outside is not None and outside.position > head.position:
            _log.error(
                "The database holds %d entries of the chain of bets and steps, %s says %d: rows were removed, or it is "
                "another database. `aviator audit --verify` checks it.",
                head.position,
                self._outside,
                outside.position,
            )

    def _run(self, cursor: Any, sql: str, values: Sequence[Any]) -> None:
        cursor.execute(sql.replace("?", self._mark), values)

    def _one(self, cursor: Any, sql: str, values: Sequence[Any]) -> Any:
        self._run(cursor, sql, values)
        return cursor.fetchone()


def read_outside(path: Path) -> Head | None:
    """The head in the file, None where there is no file. Position −1 stands for a file that cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    with suppress(ValueError, TypeError, KeyError):
        told = json.loads(data)
        head = Head(told["position"], told["hash"])
        whole = json.dumps({"chain": ROWS, "position": head.position, "hash": head.hash}).encode() + b"\n"
        if data == whole and isinstance(head.position, int):
            return head
    return Head(-1, "")


def chain_existing(cursor: Any, site: str, mark: str) -> None:
    """Take the rows of a database from before the chain into it; for the migration."""
    RowChain(site, mark).add_all(cursor)


def chain_limit_days(cursor: Any, site: str, mark: str) -> None:
    """Take the limit days of a database from before they were chained into the chain, and begin all heads; for the migration."""
    chain = RowChain(site, mark)
    chain.add_new(cursor, "limit_days")
    chain.begin_heads(cursor)


def begin_heads(connection: sa.Connection) -> None:
    """The heads of all chains in new tables; the caller commits."""
    with closing(connection.connection.cursor()) as cursor:
        RowChain("local", mark_of(connection.dialect)).begin_heads(cursor)


def mark_of(dialect: sa.Dialect) -> str:
    """How the driver marks a value in a statement."""
    return "?" if dialect.name == "sqlite" else "%s"

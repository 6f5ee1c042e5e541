"""Is what is recorded of bets still what was written? Checks the database's chain of hashes row by row.

In: an open `Store`, heads that are kept outside the database. Out: every fault with the row that it is in. Reads only; any
process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from aviator.core.hash_chain import START, Chain, Head
from aviator.record.row_chain import CHAINED, HEADS, ROWS, digest, entry_hash, head_checksum
from aviator.record.store import Store


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: a file or table and its line or row."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place} {self.text}"


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """What was checked: faults, how many entries, and remarks that are no faults."""

    problems: tuple[Problem, ...]
    entries: int
    remarks: tuple[str, ...] = ()


def check_record(store: Store, outside: Sequence[tuple[str, Head]], histories: Mapping[str, Chain]) -> RecordCheck:
    """Check the rows, the chain and the heads. `outside`: heads of the chain by the file they are kept in; `histories`: the
    user's, by the name of their heads. Each must contain the head that the database holds of it."""
    with closing(store.engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        if sqlite := store.engine.dialect.name == "sqlite":
            driver.text_factory = _text
        with closing(driver.cursor()) as cursor:
            problems = list(_sqlite_faults(cursor)) if sqlite else []
            if problems:
                return RecordCheck(tuple(problems), 0)
            chain = _ChainCheck(cursor)
            problems += chain.problems
            for table in CHAINED:
                problems += _row_faults(cursor, table, chain)
            problems += _bet_faults(cursor)
            heads, remarks = _head_faults(cursor, chain, outside, histories)
        if sqlite:
            driver.text_factory = str
    return RecordCheck((*problems, *heads), len(chain.links), tuple(remarks))


class _ChainCheck:
    """`audit_chain` as it was read: which entry is the last of each row, and which entries are broken."""

    def __init__(self, cursor: Any) -> None:
        self.links: list[str] = []
        self.problems: list[Problem] = []
        self.latest: dict[tuple[Any, Any], tuple[str, bool]] = {}
        """(table, row id) -> digest, and whether the entry is whole."""
        cursor.execute("SELECT id, site, bookmaker, table_name, row_id, digest, link FROM audit_chain ORDER BY id")
        allowed, number = {START}, 0
        for row in cursor.fetchall():
            number += 1
            *cells, link = row
            possible = {entry_hash(before, cells) for before in allowed}
            whole = link in possible and cells[0] == number
            if not whole:
                self.problems.append(Problem(f"audit_chain row {cells[0]}", "was changed, or does not follow the row before it"))
                number = cells[0] if isinstance(cells[0], int) else number
            self.latest[cells[3], cells[4]] = cells[5], whole
            allowed = {link} if whole else {link, *possible}
            self.links.append(link)

    @property
    def head(self) -> Head:
        return Head(len(self.links), self.links[-1]) if self.links else Head()

    def contains(self, head: Head) -> bool:
        return head == Head() or (0 < head.position <= len(self.links) and self.links[head.position - 1] == head.hash)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _sqlite_faults(cursor: Any) -> Iterator[Problem]:
    cursor.execute("PRAGMA integrity_check")
    for (line,) in cursor.fetchall():
        if line != "ok":
            yield Problem("the SQLite file", f"is damaged: {line}")


def _row_faults(cursor: Any, table: str, chain: _ChainCheck) -> Iterator[Problem]:
    """Rows that are not as their last entry says, rows without an entry and entries without a row."""
    cursor.execute(f"SELECT {', '.join(CHAINED[table])} FROM {table} ORDER BY id")  # noqa: S608 - names from the table
    excused = bool(chain.problems)
    seen = set()
    for row in cursor.fetchall():
        seen.add(row[0])
        known = chain.latest.get((table, row[0]))
        if known is None:
            if not excused:
                yield Problem(f"{table} row {row[0]}", "was inserted or renumbered: the chain does not know it")
        elif known[1] and known[0] != digest(row):
            yield Problem(f"{table} row {row[0]}", "was changed after it was written")
    for (name, number), (_, whole) in chain.latest.items():
        if name == table and whole and number not in seen:
            yield Problem(f"{table} row {number}", "was removed")


def _bet_faults(cursor: Any) -> Iterator[Problem]:
    """Steps of bets that are not on record."""
    cursor.execute(
        "SELECT min(s.id), s.request_id FROM bet_steps s LEFT JOIN bets b ON b.request_id = s.request_id AND b.site = s.site "
        "WHERE b.id IS NULL GROUP BY s.request_id ORDER BY 1"
    )
    for number, request in cursor.fetchall():
        yield Problem(f"bet_steps row {number}", f"belongs to the bet {request!r}, which is not on record")


def _head_faults(
    cursor: Any, chain: _ChainCheck, outside: Sequence[tuple[str, Head]], histories: Mapping[str, Chain]
) -> tuple[list[Problem], list[str]]:
    remarks: list[str] = []
    found, problems = _heads(cursor)
    if not problems and found[ROWS] != chain.head:
        text = f"ends at row {chain.head.position}, chain_heads says {found[ROWS].position}: rows were removed or added"
        problems.append(Problem("audit_chain", text))
    for name, head in outside:
        if head.position < 0:
            problems.append(Problem(name, "line 1 was changed: it is no head of a chain"))
        elif not chain.contains(head):
            text = f"names entry {head.position} of the chain, which the database does not hold: rows were removed or replaced"
            problems.append(Problem(name, text))
        elif head.position < chain.head.position:
            remarks.append(f"{name} is older than the database: entry {head.position} of {chain.head.position}.")
    for name, history in histories.items():
        if (known := found.get(name)) is not None:
            _compare(f"the {name} history", known, history, problems, remarks)
    return problems, remarks


def _heads(cursor: Any) -> tuple[dict[Any, Head], list[Problem]]:
    """Heads by the name of their chain, and what is wrong with them: each chain has one from the beginning."""
    problems: list[Problem] = []
    found: dict[Any, Head] = {}
    cursor.execute("SELECT id, site, bookmaker, chain, position, hash, checksum FROM chain_heads ORDER BY id")
    for *cells, checksum in cursor.fetchall():
        if head_checksum(cells) != checksum:
            problems.append(Problem(f"chain_heads row {cells[0]}", "was changed"))
        else:
            found[cells[3]] = Head(cells[4], cells[5])
    if not problems:
        lost = [name for name in HEADS if name not in found]
        problems += [Problem("chain_heads", f"lacks the head of the chain {name!r}: its row was removed") for name in lost]
    return found, problems


def _compare(place: str, known: Head, history: Chain, problems: list[Problem], remarks: list[str]) -> None:
    """A history of the user's with the head that the database holds of it."""
    if not history.contains(known):
        text = f"lacks entry {known.position}, which the database names: lines were removed or replaced"
        problems.append(Problem(place, text))
    elif 0 < known.position < history.head.position:
        remarks.append(
            f"The database knows {place} up to entry {known.position} of {history.head.position}: "
            "the later ones are newer than its last run."
        )


def recorded_head(store: Store, name: str) -> Head | None:
    """The head of one of the user's histories that this database holds; None where none was noted yet."""
    query = sa.text("SELECT position, hash FROM chain_heads WHERE chain = :chain")
    with store.engine.connect() as connection:
        row = connection.execute(query, {"chain": name}).one_or_none()
    return None if row is None or row[0] == 0 else Head(row[0], row[1])

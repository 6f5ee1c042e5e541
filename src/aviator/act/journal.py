"""The journal of bets: what was intended and what came of it, so that a program that was killed knows where it was.

In: entries, one line of JSON each, with a checksum, appended to DATA_DIR/journal/bets.jsonl; the click's is on the disk before
the click. Out, at the next start: bets without an end. A line is written whole or not at all; a damaged one is not believed,
and bets that it may have been about are in doubt. Thread `hands`.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from aviator.act.journal_check import journal_faults
from aviator.act.journal_size import known_size, note_size
from aviator.act.plain_values import made_of
from aviator.core.bets import BetOrder, Outcome
from aviator.core.events import BetChanged, BetStepTaken
from aviator.core.files import make_private_dir, open_private, replace_file, write_all

VERSION = 1
_START = f'{{"v":{VERSION},"crc":"'.encode()
_DAMAGED, _MISSING = b"damaged\n", b"missing\n"
"""Stand for a line that was changed, in a rewritten file, and for lines that were lost: the doubt about open bets has to stay."""
MAX_BYTES = 1_000_000
KEPT_ENDS = 200
"""Bets that stay in the file when it is rewritten: their ends may not have reached the database yet."""


class Kind(StrEnum):
    """What a line tells."""

    BEGIN = "begin"
    STEP = "step"
    CLICK = "click"
    """Intended: whether it was made, only the screen knows, unless an UNCLICKED follows."""
    UNCLICKED = "unclicked"
    CANCEL = "cancel"
    OUTCOME = "outcome"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Begun:
    """An order, when it was wished for, and what its panel showed before."""

    order: BetOrder
    requested_at: float
    amount: Decimal
    auto_cash_out: Decimal


@dataclass(frozen=True, slots=True)
class Clicked:
    """The big button, at `at` Unix seconds, with this much money before."""

    at: float
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Remembered:
    """One bet as the journal has it. `owes`: its panel has not been put back."""

    begun: Begun
    clicked: Clicked | None = None
    cancelled: bool = False
    told: BetChanged | None = None
    owes: bool = True
    damaged: bool = False
    """A damaged line may have been about this bet: whether it was clicked is not known."""
    steps: tuple[BetStepTaken, ...] = field(default=(), repr=False)

    @property
    def open(self) -> bool:
        """Is there something left to do: an outcome to find, or a panel to put back?"""
        return self.owes or self.told is None or (self.told.outcome is Outcome.UNCERTAIN and not self.told.given_up)

    @property
    def next_step(self) -> int:
        return self.steps[-1].step + 1 if self.steps else 1


@dataclass(frozen=True, slots=True)
class Fragment:
    """What whole lines tell of a bet whose beginning is damaged."""

    clicked: Clicked | None = None
    told: BetChanged | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """The content of a journal. `damaged`: lines may lack, so a bet that is not in it may have been clicked."""

    bets: dict[str, Remembered] = field(default_factory=dict)
    fragments: dict[str, Fragment] = field(default_factory=dict)
    damaged: bool = False

    @property
    def clicked(self) -> dict[str, Clicked]:
        """The clicks by their requests."""
        known: list[tuple[str, Remembered | Fragment]] = [*self.fragments.items(), *self.bets.items()]
        return {name: bet.clicked for name, bet in known if bet.clicked is not None}


class Journal:
    """Appends to the file. After an `OSError` the file ends with the last whole line, or the next line repairs it first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unsynced = self._torn = self._lost = False
        self._tidy_above = 0
        self._open()

    def write(self, kind: Kind, request_id: str, entry: Any = None, *, sync: bool = False, **more: Any) -> None:
        """Append one line; with `sync` it is on the disk when this returns.

        Raises `OSError` when the line, or one before it that had to be synced, is not there as a whole.
        """
        data = {"kind": kind, "request": request_id, **({} if entry is None else asdict(entry)), **more}
        if self._unsynced:
            self._renew()
        self._append(_line(data))
        if sync:
            self._sync()

    def _append(self, line: bytes) -> None:
        if not self._is_in_place():
            # Somebody removed, replaced or cut the file. The lines that lack may be clicks: mark the file.
            self._lost = True
            self._reopen()
        line = (b"\n" if self._torn else b"") + (_MISSING if self._lost else b"") + line
        try:
            write_all(self._file, line)
        except OSError:
            self._torn = not self._cut_back()
            raise
        self._torn = self._lost = False
        self._size += len(line)
        note_size(self._path, self._size)

    def _cut_back(self) -> bool:
        """Remove what was written of a line; False where even that fails."""
        try:
            self._file.truncate(self._size)
        except OSError:
            return False
        return True

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError:
            # The system may now believe that the file is on the disk although it is not: the content has to be written again.
            self._unsynced = True
            raise

    def _renew(self) -> None:
        """Write all whole lines to a new file that takes the place of this one."""
        replace_file(self._path, self._path.read_bytes())
        self._reopen()
        self._unsynced = False

    def _is_in_place(self) -> bool:
        """Is the open file the one that the next start reads, and as long as it was?"""
        found = os.fstat(self._file.fileno())
        try:
            return found.st_size >= self._size and os.path.samestat(found, self._path.stat())
        except FileNotFoundError:
            return False

    def _open(self) -> None:
        make_private_dir(self._path.parent)
        self._file = open_private(self._path, append=True)
        self._size = os.fstat(self._file.fileno()).st_size
        """Bytes of whole lines."""
        self._torn = bool(self._size) and not self._path.read_bytes().endswith(b"\n")
        self._lost = self._lost or self._size < known_size(self._path)

    def _reopen(self) -> None:
        """Raises `OSError`."""
        before = self._file
        self._open()
        before.close()

    def tidy(self) -> None:
        """Rewrite a long file with the bets that may still matter: those without an end, and the last ones."""
        if self._size <= max(MAX_BYTES, self._tidy_above) or not self._is_in_place():
            return
        # Also after an error: the next try comes when the file has grown, not at once.
        self._tidy_above = self._size + MAX_BYTES // 10
        journal = recover(self._path)
        bets = list(journal.bets.values())
        recent = {bet.begun.order.request_id for bet in bets[-KEPT_ENDS:]}
        keep = {bet.begun.order.request_id for bet in bets if bet.open} | recent | journal.fragments.keys()
        mark = _DAMAGED if journal_faults(self._path).changed else _MISSING
        lines = []
        for data in _entries(self._path):
            if data is None:
                lines.append(mark)
            elif data["request"] in keep and data["kind"] != Kind.STEP:
                lines.append(_line(data))
        note_size(self._path, 0)
        replace_file(self._path, b"".join(lines))
        self._reopen()
        note_size(self._path, self._size)
        self._tidy_above = 2 * self._size

    def close(self) -> None:
        self._file.close()


def open_bets(path: Path) -> list[Remembered]:
    """Bets that were begun and have no end, oldest first: with `clicked` their money is in doubt, without it only their panel."""
    return [bet for bet in read_journal(path).values() if bet.open]


def told_bets(path: Path) -> list[BetChanged]:
    """The last that was told of each bet: for a database that may have been killed before it took that."""
    return told_in(recover(path))


def told_in(journal: Recovered) -> list[BetChanged]:
    bets: list[Remembered | Fragment] = [*journal.bets.values(), *journal.fragments.values()]
    return [bet.told for bet in bets if bet.told is not None]


def read_journal(path: Path) -> dict[str, Remembered]:
    """Every bet of the journal by its request, in the order of their beginnings. Raises `OSError`."""
    return recover(path).bets


def recover(path: Path) -> Recovered:
    """All that the journal still tells. A file that does not exist counts as damaged. Raises `OSError`."""
    journal = Recovered(damaged=not path.exists())
    for data in _entries(path):
        if data is None or not _take(journal, data):
            bets = {key: replace(bet, damaged=bet.damaged or bet.told is None) for key, bet in journal.bets.items()}
            journal = replace(journal, bets=bets, damaged=True)
    return journal


def _take(journal: Recovered, data: dict[str, Any]) -> bool:
    """Add what a line tells; False where something lacks in it, as in a line of another version."""
    bets, name, kind = journal.bets, data["request"], data["kind"]
    try:
        if kind == Kind.BEGIN:
            begun = _begun(data)
            bets[name] = _begun_again(bets[name]) if name in bets else Remembered(begun)
        elif name in bets:
            bets[name] = _fold(bets[name], kind, data)
        elif kind == Kind.CLICK and "begun" in data:
            bets[name] = _fold(Remembered(_begun(data["begun"])), kind, data)
        else:
            journal.fragments[name] = _fragment(journal.fragments.get(name, Fragment()), kind, data)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return False
    return True


def _begun(data: dict[str, Any]) -> Begun:
    made: Begun = made_of(Begun, {**data, "order": made_of(BetOrder, data["order"])})
    return made


def _begun_again(bet: Remembered) -> Remembered:
    """A second beginning of a request takes nothing back: what was clicked and told stays, and its panel may differ."""
    return bet if bet.told and bet.told.outcome is Outcome.PLACED else replace(bet, owes=True)


def _fragment(known: Fragment, kind: str, data: dict[str, Any]) -> Fragment:
    match kind:
        case Kind.CLICK:
            return replace(known, clicked=made_of(Clicked, data))
        case Kind.UNCLICKED:
            return replace(known, clicked=None)
        case Kind.OUTCOME:
            return replace(known, told=made_of(BetChanged, data))
    return known


def _fold(bet: Remembered, kind: str, data: dict[str, Any]) -> Remembered:
    match kind:
        case Kind.STEP:
            return replace(bet, steps=(*bet.steps, made_of(BetStepTaken, data)))
        case Kind.CLICK:
            doubt = bet.told is not None and bet.told.outcome is Outcome.UNCERTAIN
            # A click after an end belongs to a second beginning: that end says nothing of it.
            return replace(bet, clicked=made_of(Clicked, data), told=bet.told if doubt else None, owes=True)
        case Kind.UNCLICKED:
            return replace(bet, clicked=None)
        case Kind.CANCEL:
            return replace(bet, cancelled=True)
        case Kind.OUTCOME:
            return replace(bet, told=made_of(BetChanged, data), owes=data["owes"])
        case Kind.RESTORED:
            return replace(bet, owes=False)
    return bet


def _line(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, default=str, separators=(",", ":"))
    return f'{{"v":{VERSION},"crc":"{zlib.crc32(text.encode()):08x}","entry":{text}}}\n'.encode()


def _entries(path: Path) -> Iterator[dict[str, Any] | None]:
    """Every whole line of this version; None in the place of each damaged one. A torn last line was never acted upon."""
    content = path.read_bytes() if path.exists() else b""
    *lines, torn = content.split(b"\n")
    for line in lines:
        if not line:
            continue
        entry = _entry(line)
        if entry is None:
            yield None
            # Versions before 2026-12 appended the next line to half a line.
            entry = _entry(line[line.rfind(_START) :])
        if entry is not None:
            yield entry
    if torn and (entry := _entry(torn)) is not None:
        yield entry
    if len(content) < known_size(path):
        yield None  # what was cut off


def _entry(line: bytes) -> dict[str, Any] | None:
    """What a line holds; None where it is damaged."""
    try:
        outer = json.loads(line)
        entry = outer["entry"]
        whole = outer["v"] == VERSION and _line(entry) == line + b"\n"
        Kind(entry["kind"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return entry if whole and isinstance(entry.get("request"), str) else None

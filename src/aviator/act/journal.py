"""The journal of bets: what was intended and what came of it, so that a program that was killed knows where it was.

In: entries, one line of JSON each, with a checksum, appended to DATA_DIR/journal/bets.jsonl; the click's is on the disk before
the click. Out, at the next start: bets without an end. A line that a crash left torn is not believed. Thread `hands`.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from aviator.core.bets import BetOrder, Outcome
from aviator.core.events import BetChanged, BetStepTaken

VERSION = 1
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
    steps: tuple[BetStepTaken, ...] = field(default=(), repr=False)

    @property
    def open(self) -> bool:
        """Is there something left to do: an outcome to find, or a panel to put back?"""
        return self.told is None or self.told.outcome is Outcome.UNCERTAIN or self.owes

    @property
    def next_step(self) -> int:
        return self.steps[-1].step + 1 if self.steps else 1


class Journal:
    """Appends to the file; raises `OSError` where the disk does not take it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            self._file.write(b"\n")  # a torn line ends here

    def write(self, kind: Kind, request_id: str, entry: object = None, *, sync: bool = False, **more: Any) -> None:
        """Append one line; with `sync` it is on the disk when this returns."""
        data = {"kind": kind, "request": request_id, **(_plain(entry) if entry is not None else {}), **more}
        self._file.write(_line(data))
        if sync:
            os.fsync(self._file.fileno())

    def tidy(self) -> None:
        """Rewrite a long file with the bets that may still matter: those without an end, and the last ones."""
        if self._file.tell() <= MAX_BYTES:
            return
        bets = list(read_journal(self._path).values())
        recent = {bet.begun.order.request_id for bet in bets[-KEPT_ENDS:]}
        keep = {bet.begun.order.request_id for bet in bets if bet.open} | recent
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            file.writelines(_line(data) for data in _entries(self._path) if data["request"] in keep and data["kind"] != Kind.STEP)
            file.flush()
            os.fsync(file.fileno())
        self._file.close()
        part.replace(self._path)
        self._file = self._path.open("ab", buffering=0)

    def close(self) -> None:
        self._file.close()


def open_bets(path: Path) -> list[Remembered]:
    """Bets that were begun and have no end, oldest first: with `clicked` their money is in doubt, without it only their panel."""
    return [bet for bet in read_journal(path).values() if bet.open]


def told_bets(path: Path) -> list[BetChanged]:
    """The last that was told of each bet: for a database that may have been killed before it took that."""
    return [bet.told for bet in read_journal(path).values() if bet.told is not None]


def read_journal(path: Path) -> dict[str, Remembered]:
    """Every bet of the journal by its request, in the order of their beginnings."""
    bets: dict[str, Remembered] = {}
    for data in _entries(path):
        name, kind = data["request"], data["kind"]
        if kind == Kind.BEGIN:
            order = _made(BetOrder, data["order"])
            bets[name] = Remembered(_made(Begun, {**data, "order": order}))
        elif name in bets:
            bets[name] = _fold(bets[name], kind, data)
    return bets


def _fold(bet: Remembered, kind: str, data: dict[str, Any]) -> Remembered:
    match kind:
        case Kind.STEP:
            return replace(bet, steps=(*bet.steps, _made(BetStepTaken, data)))
        case Kind.CLICK:
            return replace(bet, clicked=_made(Clicked, data))
        case Kind.UNCLICKED:
            return replace(bet, clicked=None)
        case Kind.CANCEL:
            return replace(bet, cancelled=True)
        case Kind.OUTCOME:
            return replace(bet, told=_made(BetChanged, data), owes=data["owes"])
        case Kind.RESTORED:
            return replace(bet, owes=False)
    return bet


def _line(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, default=str, separators=(",", ":"))
    return f'{{"v":{VERSION},"crc":"{zlib.crc32(text.encode()):08x}","entry":{text}}}\n'.encode()


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole line of this version."""
    lines: Iterable[bytes] = path.read_bytes().splitlines() if path.exists() else ()
    for line in lines:
        try:
            outer = json.loads(line)
            entry = outer["entry"]
            whole = outer["v"] == VERSION and _line(entry) == line + b"\n"
        except (ValueError, TypeError, KeyError):
            continue
        if whole:
            yield entry


def _plain(entry: Any) -> dict[str, Any]:
    return asdict(entry)


def _made(kind: type[Any], data: dict[str, Any]) -> Any:
    """A dataclass of plain values from JSON: texts become what its annotations say."""
    hints = get_type_hints(kind)
    return kind(**{f.name: _value(hints[f.name], data[f.name]) for f in fields(kind) if f.name in data})


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (UnionType, Union):
        hint = next(arm for arm in get_args(hint) if arm is not type(None))
    if hint is Decimal or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return hint(value)
    return value

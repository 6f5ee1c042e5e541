"""The ledger of truth: what really happened at the simulated bookmakers, one JSON object a line.

In: the lines the games emit. Out: a JSONL file, flushed line by line so that a killed sim loses nothing. Runs in the `sim`
process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from aviator.core.errors import UserMistake
from aviator.sim.formats import two_decimals


@dataclass(frozen=True)
class RoundLine:
    """A finished round. Times are Unix seconds; `ended_at` is the moment of the crash; `total_win` is the other players'."""

    bookmaker: str
    round: int
    multiplier: Decimal
    betting_at: float
    started_at: float
    ended_at: float
    players: int
    total_win: Decimal
    type: Literal["round"] = "round"


@dataclass(frozen=True)
class BetLine:
    """A bet taken, taken back, or settled; `balance` is the one after it. `payout` is 0.00 for a lost bet, None until settled."""

    type: Literal["bet", "cancel", "settle"]
    bookmaker: str
    panel: int
    round: int
    stake: Decimal
    auto_cash_out: Decimal | None
    at: float
    payout: Decimal | None
    balance: Decimal


@dataclass(frozen=True)
class ClickLine:
    """A press of the mouse on a page: absolute screen pixels, and the thing under it."""

    bookmaker: str
    x: int
    y: int
    target: str
    at: float
    type: Literal["click"] = "click"


Line = RoundLine | BetLine | ClickLine


def to_json(line: Line) -> str:
    """One line of the file: `type` first, money and multipliers as strings with two decimals."""
    row: dict[str, object] = {"type": line.type}
    for field in fields(line):
        value = getattr(line, field.name)
        row[field.name] = two_decimals(value) if isinstance(value, Decimal) else value
    return json.dumps(row, ensure_ascii=False)


class Ledger:
    """Appends lines to a file, or swallows them when there is none. Raises UserMistake when the file cannot be written."""

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("a", encoding="utf-8")
            except OSError as error:
                raise UserMistake(f"The ledger {path} cannot be written: {error.strerror}.") from error

    def write(self, line: Line) -> None:
        if self._file is not None:
            self._file.write(to_json(line) + "\n")
            self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

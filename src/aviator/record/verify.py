"""What was recorded against what happened: the rounds of a database beside a simulator's ledger of truth.

In come the ledger (JSON lines, see DESIGN, section 7) and the database, out goes a `Report`. The program that asks for it.
A bookmaker was watched from the first to the last row of its `phases`; a true round counts when its betting began and its
end lies in that time, half a second spared at the end.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from aviator.core.errors import UserMistake
from aviator.core.types import CENT, BookmakerId, Source
from aviator.record.alignment import Seen, align
from aviator.record.schema import phases, rounds
from aviator.record.store import Store, open_reader

SPARED_S = 0.5
EDGE_S = 3.0
"""How far beyond the first and last counted round recorded rows are looked at: their times may differ a little."""


@dataclass(frozen=True, slots=True)
class TrueRound:
    """A round of the ledger."""

    betting_at: float
    ended_at: float
    multiplier: Decimal


class RecordedRound(NamedTuple):
    """A row of `rounds`."""

    ended_at: float
    multiplier: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One bookmaker, or all together. `exact` of `happened` were recorded with their very multiplier, `from_strip` of these
    from the history strip; `wrong` with another, `missing` not at all, `extra` were recorded and did not happen.

    `blind_s` is the time from the first round's betting to the first look at the screen, None if there was none;
    `worst_end_error_s` the largest error of a live round's end.
    """

    happened: int = 0
    recorded: int = 0
    exact: int = 0
    missing: int = 0
    wrong: int = 0
    extra: int = 0
    from_strip: int = 0
    blind_s: float | None = None
    worst_end_error_s: float = 0.0

    @property
    def complete(self) -> float:
        """The share of what happened that was recorded exactly, 0..1."""
        return self.exact / self.happened if self.happened else 0.0

    @property
    def flawless(self) -> bool:
        return self.happened > 0 and self.missing == self.wrong == self.extra == 0


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on each bookmaker of the ledger."""

    by_bookmaker: dict[BookmakerId, Verdict]

    @property
    def total(self) -> Verdict:
        each = self.by_bookmaker.values()
        return Verdict(
            happened=sum(v.happened for v in each),
            recorded=sum(v.recorded for v in each),
            exact=sum(v.exact for v in each),
            missing=sum(v.missing for v in each),
            wrong=sum(v.wrong for v in each),
            extra=sum(v.extra for v in each),
            from_strip=sum(v.from_strip for v in each),
            blind_s=max((v.blind_s for v in each if v.blind_s is not None), default=None),
            worst_end_error_s=max((v.worst_end_error_s for v in each), default=0.0),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One bookmaker's rounds side by side; `pairs`: indices into both."""

    happened: list[TrueRound]
    rows: Sequence[RecordedRound]
    pairs: list[tuple[int, int]]
    blind_s: float | None

    @property
    def missing(self) -> list[TrueRound]:
        paired = {i for i, _ in self.pairs}
        return [r for i, r in enumerate(self.happened) if i not in paired]

    @property
    def wrong(self) -> list[tuple[TrueRound, RecordedRound]]:
        """Rounds beside the rows that have another multiplier."""
        both = [(self.happened[i], self.rows[j]) for i, j in self.pairs]
        return [(was, row) for was, row in both if was.multiplier != row.multiplier]

    @property
    def extra(self) -> list[RecordedRound]:
        """Rows of no round; at the edge they may belong to one just outside the time that counts."""
        if not self.happened:
            return []
        paired = {j for _, j in self.pairs}
        low, high = self.happened[0].ended_at - SPARED_S, self.happened[-1].ended_at + SPARED_S
        return [row for j, row in enumerate(self.rows) if j not in paired and low <= row.ended_at <= high]


def verify(ledger: Path, url: str, only: Collection[str] | None = None) -> Report:
    """Compare a ledger with a database, `only` these bookmakers. Raises `UserMistake` when one of the two is missing or not
    what it should be."""
    return Report({name: _judge(one) for name, one in compare(ledger, url).items() if only is None or name in only})


def compare(ledger: Path, url: str) -> dict[BookmakerId, Comparison]:
    """Every bookmaker of a ledger beside its record. Raises `UserMistake` when one of the two cannot be read."""
    truth = read_ledger(ledger)
    store = open_reader(url)
    try:
        return {name: _beside(store, name, truth[name]) for name in sorted(truth)}
    finally:
        store.close()


def read_ledger(path: Path) -> dict[BookmakerId, list[TrueRound]]:
    """The ended rounds of a ledger by bookmaker, in the order of their ends. A last line still being written is passed over."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserMistake(f"There is no ledger {path}: `aviator demo` and `aviator sim --ledger FILE` write one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserMistake(f"The ledger {path} cannot be read: {error}.") from None
    truth = defaultdict(list)
    for number, line in enumerate(text[: text.rfind("\n") + 1].splitlines(), 1):
        try:
            row = json.loads(line)
            if row["type"] == "round" and row["ended_at"]:
                multiplier = Decimal(row["multiplier"]).quantize(CENT)
                truth[BookmakerId(row["bookmaker"])].append(
                    TrueRound(float(row["betting_at"]), float(row["ended_at"]), multiplier)
                )
        except (ValueError, KeyError, TypeError, InvalidOperation):
            raise UserMistake(f"{path}, line {number}, is not a line of a ledger: {line[:60]!r}.") from None
    if not truth:
        raise UserMistake(f"The ledger {path} holds no ended round.")
    for each in truth.values():
        each.sort(key=lambda r: r.ended_at)
    return truth


def _beside(store: Store, bookmaker: BookmakerId, truth: list[TrueRound]) -> Comparison:
    span = sa.select(sa.func.min(phases.c.at), sa.func.max(phases.c.at)).where(phases.c.bookmaker == bookmaker)
    with store.engine.connect() as connection:
        first, last = connection.execute(span).one()
        if first is None:
            return Comparison(truth, [], [], None)
        happened = [r for r in truth if r.betting_at >= first and r.ended_at <= last - SPARED_S]
        blind_s = round(first - truth[0].betting_at, 2)
        if not happened:
            return Comparison([], [], [], blind_s)
        low, high = happened[0].ended_at, happened[-1].ended_at
        query = (
            sa.select(rounds.c.ended_at, rounds.c.multiplier, rounds.c.source)
            .where(rounds.c.bookmaker == bookmaker, rounds.c.ended_at.between(low - EDGE_S, high + EDGE_S))
            .order_by(rounds.c.ended_at, rounds.c.id)
        )
        rows = [RecordedRound(*row) for row in connection.execute(query)]
    pairs = align([Seen(r.ended_at, r.multiplier) for r in happened], [Seen(row.ended_at, row.multiplier) for row in rows])
    return Comparison(happened, rows, pairs, blind_s)


def _judge(beside: Comparison) -> Verdict:
    both = [(beside.happened[i], beside.rows[j]) for i, j in beside.pairs]
    exact = [(was, row) for was, row in both if was.multiplier == row.multiplier]
    live = [(was, row) for was, row in exact if row.source != Source.STRIP]
    extra = len(beside.extra)
    return Verdict(
        happened=len(beside.happened),
        recorded=len(both) + extra,
        exact=len(exact),
        missing=len(beside.happened) - len(both),
        wrong=len(both) - len(exact),
        extra=extra,
        from_strip=len(exact) - len(live),
        blind_s=beside.blind_s,
        worst_end_error_s=round(max((abs(was.ended_at - row.ended_at) for was, row in live), default=0.0), 3),
    )

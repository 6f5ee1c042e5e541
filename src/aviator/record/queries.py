"""What `aviator stats`, the faces and a starting engine ask of the record. Reads only; any process, from an open `Store`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from aviator.core.types import BookmakerId, Source
from aviator.record.audit import Audit, audit
from aviator.record.schema import gaps, rejects, rounds
from aviator.record.store import Store


@dataclass(frozen=True, slots=True)
class Summary:
    """One bookmaker's record. Times are those of the first and the last round's end, Unix seconds."""

    bookmaker: BookmakerId
    rounds: int
    from_strip: int
    first_at: float | None
    last_at: float | None
    gaps: int
    rounds_missing: int
    rejects: int


@dataclass(frozen=True, slots=True)
class PastRound:
    """A recorded round, as the history strip shows it."""

    multiplier: Decimal
    ended_at: float
    source: Source


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which rounds happened that could not be read back."""

    bookmaker: BookmakerId
    from_at: float
    to_at: float
    rounds_missing: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that its table would not take."""

    bookmaker: BookmakerId
    at: float
    table_name: str
    payload: str
    reason: str


def summaries(store: Store) -> list[Summary]:
    """Every bookmaker that has anything on record, by name."""
    counted = sa.select(
        rounds.c.bookmaker,
        sa.func.count(),
        sa.func.count().filter(rounds.c.source == Source.STRIP.value),
        sa.func.min(rounds.c.ended_at),
        sa.func.max(rounds.c.ended_at),
    ).group_by(rounds.c.bookmaker)
    with store.engine.connect() as connection:
        found = {row[0]: tuple(row[1:]) for row in connection.execute(counted)}
        holes = {row[0]: row for row in connection.execute(_per_bookmaker(gaps, sa.func.sum(gaps.c.rounds_missing)))}
        refused = {row[0]: row for row in connection.execute(_per_bookmaker(rejects))}
    out = []
    for name in sorted(found.keys() | holes.keys() | refused.keys()):
        n, strip, first, last = found.get(name, (0, 0, None, None))
        _, gap_count, missing = holes.get(name, (name, 0, 0))
        _, reject_count = refused.get(name, (name, 0))
        out.append(Summary(name, n, strip, first, last, gap_count, missing, reject_count))
    return out


def _per_bookmaker(table: sa.Table, *figures: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(table.c.bookmaker, sa.func.count(), *figures).group_by(table.c.bookmaker)


def judged(store: Store, bookmaker: BookmakerId, law: float | None = None) -> Audit:
    """One bookmaker's rounds beside the law of the game. Ends that are estimates, and intervals with a gap, tell no time.

    `law`: the game's return, where the user names it.
    """
    known_end = sa.case((rounds.c.source == Source.LIVE.value, rounds.c.ended_at))
    # As a float, which is exact to the cent: a million `Decimal`s would take a second more.
    query = sa.select(sa.type_coerce(rounds.c.multiplier, sa.Float), known_end).where(rounds.c.bookmaker == bookmaker)
    blind = sa.select(gaps.c.from_at, gaps.c.to_at).where(gaps.c.bookmaker == bookmaker)
    with store.engine.connect() as connection:
        found = [
            (round(multiplier * 100), at) for multiplier, at in connection.execute(query.order_by(rounds.c.ended_at, rounds.c.id))
        ]
        return audit(found, [(begin, end) for begin, end in connection.execute(blind)], given=law)


def last_rounds(store: Store, bookmaker: BookmakerId, count: int) -> list[PastRound]:
    """The latest rounds of one bookmaker, newest first; a restarted worker aligns the history strip with them."""
    columns = (rounds.c.multiplier, rounds.c.ended_at, rounds.c.source)
    query = sa.select(*columns).where(rounds.c.bookmaker == bookmaker, store.of_site(rounds))
    query = query.order_by(rounds.c.ended_at.desc(), rounds.c.id.desc()).limit(count)
    with store.engine.connect() as connection:
        return [PastRound(multiplier, ended_at, Source(source)) for multiplier, ended_at, source in connection.execute(query)]


def last_gaps(store: Store, count: int) -> list[Gap]:
    """The latest gaps of all bookmakers, newest first."""
    columns = (gaps.c.bookmaker, gaps.c.from_at, gaps.c.to_at, gaps.c.rounds_missing, gaps.c.reason)
    query = sa.select(*columns).where(store.of_site(gaps)).order_by(gaps.c.from_at.desc(), gaps.c.id.desc()).limit(count)
    with store.engine.connect() as connection:
        return [Gap(*row) for row in connection.execute(query)]


def last_rejects(store: Store, count: int) -> list[Reject]:
    """The latest refused rows, newest first."""
    columns = (rejects.c.bookmaker, rejects.c.at, rejects.c.table_name, rejects.c.payload, rejects.c.reason)
    query = sa.select(*columns).order_by(rejects.c.id.desc()).limit(count)
    with store.engine.connect() as connection:
        return [Reject(*row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class RecordedRound:
    """A row of `rounds`. Times are Unix seconds."""

    bookmaker: BookmakerId
    started_at: float | None
    ended_at: float
    multiplier: Decimal
    players: int | None
    total_players: int | None
    total_win: Decimal | None
    source: Source


def recorded_rounds(
    store: Store, count: int, bookmaker: BookmakerId | None = None, since: float | None = None
) -> tuple[list[RecordedRound], int]:
    """The latest `count` rounds, oldest first, and how many there are. `since`: only those that ended then or later."""
    c = rounds.c
    wanted = sa.and_(
        sa.true() if bookmaker is None else c.bookmaker == bookmaker, sa.true() if since is None else c.ended_at >= since
    )
    columns = (c.bookmaker, c.started_at, c.ended_at, c.multiplier, c.players, c.total_players, c.total_win, c.source)
    query = sa.select(*columns).where(wanted).order_by(c.ended_at.desc(), c.id.desc()).limit(count)
    with store.engine.connect() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(rounds).where(wanted)) or 0
        found = [RecordedRound(*row[:-1], Source(row[-1])) for row in connection.execute(query)]
    return found[::-1], total

"""What a starting engine and the faces ask of recorded bets. Reads only; any process, from an open `Store`.

A bet comes out as the `BetChanged` that told of it last, so that whoever goes on with it tells on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from aviator.core.bets import Mode, Outcome, OwnBet
from aviator.core.events import BetChanged, BetStepTaken, BettingBlocked
from aviator.core.types import BookmakerId
from aviator.record.schema import bet_steps, bets, betting_blocks
from aviator.record.store import Store

_UNSETTLED = (Outcome.PLACED.value, Outcome.UNCERTAIN.value)
_FIELDS = tuple(BetChanged.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A bet and its number in this database, by which people call it."""

    number: int
    bet: BetChanged


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a bet: what was intended at `at`, and what came of it `done_at` (Unix seconds). None: that is not known."""

    step: int
    at: float
    intent: str
    result: str | None
    detail: str
    done_at: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """A bet and its steps, in the order in which they were taken."""

    number: int
    bet: BetChanged
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Bets of one mode that ended alike: how many, their stakes and, of those that are settled, stakes and payouts."""

    mode: Mode
    outcome: Outcome | None
    count: int
    stakes: Decimal
    settled: int
    settled_stakes: Decimal
    payouts: Decimal


def own_bet(bet: BetChanged) -> OwnBet:
    """The bet as its strategy is told of it."""
    return OwnBet(bet.request_id, bet.stake, bet.auto_cash_out, bet.outcome, bet.payout, bet.requested_at)


def open_bets(store: Store) -> list[BetChanged]:
    """Bets that were under way, or placed or in doubt and not settled, when the record ended; oldest first."""
    unknown = sa.or_(bets.c.outcome.is_(None), bets.c.outcome.in_(_UNSETTLED))
    return _bets(store, _columns().where(unknown, bets.c.settled_at.is_(None)).order_by(bets.c.id))


def recent_bets(store: Store, bookmaker: BookmakerId, panel: int, count: int = 100, mode: Mode | None = None) -> list[BetChanged]:
    """The latest bets on one panel, oldest first; those of one mode alone, where it is named."""
    query = _columns().where(bets.c.bookmaker == bookmaker, bets.c.panel == panel)
    if mode is not None:
        query = query.where(bets.c.mode == mode.value)
    return _bets(store, query.order_by(bets.c.id.desc()).limit(count))[::-1]


def requested_bets(store: Store, request_ids: Sequence[str]) -> list[BetChanged]:
    """The bets of these requests, as far as they are on record, oldest first."""
    return _bets(store, _columns().where(bets.c.request_id.in_(request_ids)).order_by(bets.c.id))


def bets_since(store: Store, at: float, mode: Mode | None = None) -> list[BetChanged]:
    """Bets of all bookmakers that were wished, placed or settled at `at` (Unix seconds) or later, oldest first."""
    query = _columns().where(sa.or_(*(column >= at for column in (bets.c.requested_at, bets.c.placed_at, bets.c.settled_at))))
    if mode is not None:
        query = query.where(bets.c.mode == mode.value)
    return _bets(store, query.order_by(bets.c.id))


def blocks_in_force(store: Store, now: float, mode: Mode | None = None) -> list[BettingBlocked]:
    """What kept from betting when the record ended and has not run out by `now` (Unix seconds): a restart ends no block.

    Blocks of other modes are left out; those without a mode count in each. Where the clock is behind the beginning of a block,
    the block lasts as long again as it was meant to.
    """
    kept = betting_blocks.c
    told = sa.select(kept.bookmaker, kept.at, kept.cause, kept.reason, kept.until, kept.blocked)
    told = told.where(store.of_site(betting_blocks))
    if mode is not None:
        told = told.where(sa.or_(kept.mode.is_(None), kept.mode == mode.value))
    last: dict[tuple[str, str], tuple[BettingBlocked, bool]] = {}
    with store.engine.connect() as connection:
        # Not by `id`: of what was told within a second, beginnings are written before ends.
        for name, at, cause, reason, until, blocked in connection.execute(told.order_by(kept.worker_start, kept.seq)):
            ends = until if until is None or at <= now else now + until - at
            last[name, cause] = (BettingBlocked(name, at, cause, reason or "", ends, mode), bool(blocked))
    return [block for block, blocked in last.values() if blocked and (block.until is None or block.until > now)]


def bets_of(store: Store, conditions: Sequence[sa.ColumnElement[bool]], count: int) -> list[BetChanged]:
    """The last `count` bets that meet all conditions, oldest first."""
    return _bets(store, _columns().where(*conditions).order_by(bets.c.id.desc()).limit(count))[::-1]


def last_bets(store: Store, count: int, bookmaker: BookmakerId | None = None) -> list[Numbered]:
    """The latest bets, oldest first."""
    query = _columns(bets.c.id).order_by(bets.c.id.desc()).limit(count)
    if bookmaker is not None:
        query = query.where(bets.c.bookmaker == bookmaker)
    with store.engine.connect() as connection:
        return [Numbered(row[0], _bet(row[1:])) for row in connection.execute(query)][::-1]


def tallies(store: Store, bookmaker: BookmakerId | Sequence[BookmakerId] | None = None) -> list[Tally]:
    """All bets on record by mode and outcome; those of one bookmaker, or some, where they are named."""
    is_settled = bets.c.settled_at.is_not(None)
    stakes, payouts = sa.func.sum(bets.c.stake), sa.func.sum(bets.c.payout)
    sums = (stakes, stakes.filter(is_settled), payouts.filter(is_settled))
    counts = (sa.func.count(), sa.func.count().filter(is_settled))
    query = sa.select(bets.c.mode, bets.c.outcome, *counts, *sums).group_by(bets.c.mode, bets.c.outcome)
    if bookmaker is not None:
        query = query.where(bets.c.bookmaker.in_([bookmaker] if isinstance(bookmaker, str) else bookmaker))
    zero = Decimal("0.00")  # which SQL calls NULL where there is nothing to add up
    with store.engine.connect() as connection:
        return [
            Tally(Mode(mode), outcome and Outcome(outcome), count, stakes, settled, settled_stakes or zero, payouts or zero)
            for mode, outcome, count, settled, stakes, settled_stakes, payouts in connection.execute(query)
        ]


def bookmakers(store: Store) -> list[BookmakerId]:
    """Every bookmaker of which a bet is on record, by name."""
    with store.engine.connect() as connection:
        return list(connection.scalars(sa.select(bets.c.bookmaker).distinct().order_by(bets.c.bookmaker)))


def called(store: Store, name: str, count: int = 10) -> list[Numbered]:
    """The bets that a person may mean: the one of this number or request, else those whose request begins or ends so."""
    exact = bets.c.request_id == name
    if name.isascii() and name.isdigit() and len(name) <= 18:
        exact = sa.or_(exact, bets.c.id == int(name))
    alike = sa.or_(bets.c.request_id.startswith(name, autoescape=True), bets.c.request_id.endswith(name, autoescape=True))
    with store.engine.connect() as connection:
        for meant in (exact, alike):
            found = connection.execute(_columns(bets.c.id).where(meant).order_by(bets.c.id).limit(count)).all()
            if found:
                return [Numbered(row[0], _bet(row[1:])) for row in found]
    return []


def story(store: Store, one: Numbered) -> Story:
    """What was done for a bet, step by step."""
    fields = tuple(BetStepTaken.__dataclass_fields__)
    told = sa.select(*(bet_steps.c[name] for name in fields))
    told = told.where(bet_steps.c.bookmaker == one.bet.bookmaker, bet_steps.c.request_id == one.bet.request_id)
    with store.engine.connect() as connection:
        rows = connection.execute(told.order_by(bet_steps.c.worker_start, bet_steps.c.seq, bet_steps.c.id))
        facts = [BetStepTaken(**dict(zip(fields, row, strict=True)) | {"detail": row.detail or ""}) for row in rows]
    return Story(one.number, one.bet, _joined(facts))


def _joined(facts: list[BetStepTaken]) -> tuple[Step, ...]:
    """Each intent with its result; a result without an intent stands for both."""
    steps: list[Step] = []
    intended: dict[int, int] = {}
    for fact in facts:
        if fact.result is None:
            intended[fact.step] = len(steps)
            steps.append(Step(fact.step, fact.at, fact.intent, None, fact.detail, None))
        elif (place := intended.pop(fact.step, None)) is not None:
            steps[place] = replace(steps[place], result=fact.result, detail=fact.detail or steps[place].detail, done_at=fact.at)
        else:
            steps.append(Step(fact.step, fact.at, fact.intent, fact.result, fact.detail, fact.at))
    return tuple(steps)


def _columns(*before: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(*before, *(bets.c[name] for name in _FIELDS))


def _bets(store: Store, query: sa.Select[Any]) -> list[BetChanged]:
    with store.engine.connect() as connection:
        return [_bet(row) for row in connection.execute(query.where(store.of_site(bets)))]


def _bet(row: Any) -> BetChanged:
    told = dict(zip(_FIELDS, row, strict=True))
    outcome = told["outcome"]
    return BetChanged(
        **told
        | {
            "mode": Mode(told["mode"]),
            "outcome": None if outcome is None else Outcome(outcome),
            "strategy": told["strategy"] or "",
            "reason": told["reason"] or "",
        }
    )

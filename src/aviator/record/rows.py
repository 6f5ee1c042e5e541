"""From a worker's numbered event to the row that keeps it. Pure; used by the writer thread.

`SHAPES` says for every stored event class its table and columns, and by which of these a later fact takes the place of an
earlier one; `NOT_STORED` are numbered too but only acknowledged.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from aviator.core import events
from aviator.core.events import Fact
from aviator.record import schema
from aviator.record.schema import cents

Row = tuple[Any, ...]

UNANSWERED = "not answered yet"
"""The reason of a wish to bet of which nothing was told since."""


class Record(NamedTuple):
    """A fact with its number `seq` of the worker that started at `worker_start` (Unix seconds)."""

    worker_start: float
    seq: int
    event: Fact


@dataclass(frozen=True, slots=True)
class Shape:
    """Where one class of events goes: `row` makes of site, event, worker start and number a row of `columns`.

    `replaces`: the columns by which an event is another state of something told before, whose row it takes over if it is the
    newer one; none: each event has a row of its own. `final`: a column that, once set, no later state may unset.
    """

    table: sa.Table
    columns: tuple[str, ...]
    row: Callable[[str, Any, float, int], Row]
    replaces: tuple[str, ...] = ()
    final: str = ""


def _maybe(value: Decimal | None) -> str | None:
    return None if value is None else cents(value)


def _round(site: str, e: events.RoundEnded, start: float, seq: int) -> Row:
    return (
        site, e.bookmaker, e.started_at, e.ended_at, cents(e.multiplier), e.players, e.total_players, _maybe(e.total_win),
        e.source._value_, e.confidence, start, seq,
    )  # fmt: skip


def _snapshot(site: str, e: events.SnapshotTaken, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.round_started_at, e.at, cents(e.multiplier), e.players, _maybe(e.total_win), start, seq)


def _earning(site: str, e: events.EarningNoted, start: float, seq: int) -> Row:
    own = (e.round_started_at, e.at, cents(e.balance), _maybe(e.stake), _maybe(e.payout), _maybe(e.profit))
    return (site, e.bookmaker, *own, start, seq)


def _phase(site: str, e: events.PhaseChanged, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.at, e.from_phase._value_, e.to_phase._value_, e.reason or None, start, seq)


def _life(site: str, e: events.LifeChanged, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.at, e.from_state, e.to_state, e.reason or None, e.exit_code, start, seq)


def _rgb(site: str, e: events.RgbSampled, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.at, e.region, e.r_mean, e.g_mean, e.b_mean, e.r_std, e.g_std, e.b_std, start, seq)


def _gap(site: str, e: events.GapFound, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.from_at, e.to_at, e.rounds_missing, e.reason, start, seq)


def _bet(site: str, e: events.BetChanged, start: float, seq: int) -> Row:
    return (
        site, e.bookmaker, e.request_id, e.panel, e.round_started_at, cents(e.stake), _maybe(e.auto_cash_out), e.mode._value_,
        e.outcome and e.outcome._value_, e.placed_at, e.settled_at, _maybe(e.payout), e.strategy or None, e.reason or None,
        e.requested_at, start, seq,
    )  # fmt: skip


def _wish(site: str, e: events.BetRequested, start: float, seq: int) -> Row:  # noqa: ARG001 - whatever is told of it is newer
    """The bet as far as its wish tells of it: without a number, so that all that is told of it takes this row's place."""
    return (
        site, e.bookmaker, e.request_id, e.panel, None, cents(e.stake), _maybe(e.auto_cash_out), e.mode._value_,
        None, None, None, None, e.strategy or None, UNANSWERED, e.at, None, None,
    )  # fmt: skip


def _bet_step(site: str, e: events.BetStepTaken, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.request_id, e.step, e.at, e.intent, e.result, e.detail or None, start, seq)


def _blocked(site: str, e: events.BettingBlocked, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.at, 1, e.cause, e.reason or None, e.until, e.mode and e.mode._value_, start, seq)


def _freed(site: str, e: events.BettingFreed, start: float, seq: int) -> Row:
    return (site, e.bookmaker, e.at, 0, e.cause, None, None, e.mode and e.mode._value_, start, seq)


def _shape(
    table: sa.Table,
    event: type[Fact],
    row: Callable[[str, Any, float, int], Row],
    replaces: tuple[str, ...] = (),
    final: str = "",
) -> Shape:
    own = (name for name in event.__dataclass_fields__ if name != "bookmaker")
    return Shape(table, ("site", "bookmaker", *own, "worker_start", "seq"), row, replaces, final)


_BET = _shape(schema.bets, events.BetChanged, _bet).columns
_BLOCKS = ("site", "bookmaker", "at", "blocked", "cause", "reason", "until", "mode", "worker_start", "seq")


SHAPES: dict[type[Fact], Shape] = {
    events.RoundEnded: _shape(schema.rounds, events.RoundEnded, _round),
    events.SnapshotTaken: _shape(schema.snapshots, events.SnapshotTaken, _snapshot),
    events.EarningNoted: _shape(schema.earnings, events.EarningNoted, _earning),
    events.PhaseChanged: _shape(schema.phases, events.PhaseChanged, _phase),
    events.RgbSampled: _shape(schema.rgb_samples, events.RgbSampled, _rgb),
    events.LifeChanged: _shape(schema.lifecycle, events.LifeChanged, _life),
    events.GapFound: _shape(schema.gaps, events.GapFound, _gap),
    events.BetChanged: _shape(schema.bets, events.BetChanged, _bet, replaces=("site", "request_id"), final="settled_at"),
    events.BetRequested: Shape(schema.bets, _BET, _wish),
    events.BetStepTaken: _shape(schema.bet_steps, events.BetStepTaken, _bet_step),
    events.BettingBlocked: Shape(schema.betting_blocks, _BLOCKS, _blocked),
    events.BettingFreed: Shape(schema.betting_blocks, _BLOCKS, _freed),
}
NOT_STORED = frozenset(
    {
        events.WorkerFinished,
        events.FitChanged,
        events.KeepRequested,
    }
)

REJECT_COLUMNS = ("site", "bookmaker", "at", "table_name", "payload", "reason", "worker_start", "seq")


def reject_row(site: str, record: Record, at: float, reason: str) -> Row:
    """The row of `rejects` for an event that its table would not take; the payload is the whole event as JSON."""
    worker_start, seq, event = record
    shape = SHAPES.get(type(event))
    payload = {"event": type(event).__name__, **asdict(event)}
    text = json.dumps(payload, default=str)  # escapes all but ASCII, so whatever was wrong with a text, this can be kept
    name = shape.table.name if shape else ""
    return (site, _ascii(event.bookmaker), at, name, text, _ascii(reason), worker_start, seq)


def _ascii(text: str) -> str:
    """Text any database takes: other characters, and NUL, as escapes."""
    return text.encode("ascii", "backslashreplace").decode().replace("\0", "\\x00")

"""The database's tables, as a contract that other tools read: columns may be added, never renamed.

Times are Unix seconds (UTC), money and multipliers exact to the cent. Tables that workers feed carry (`worker_start`,
`seq`): the worker's own number of the event, by which a repeat is recognised. Every process that touches the database.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from aviator.core.types import CENT

EXACT_BELOW = Decimal(10) ** 13
"""Up to here SQLite, which keeps numbers as 64-bit floats (15 digits), is exact to the cent."""


class NotExact(ValueError):
    """An amount that `NUMERIC(18,2)` would not keep as it is."""


def cents(value: Decimal) -> str:
    """The amount as text with two decimals. Raises `NotExact` rather than round."""
    text = str(value)
    if text[-3:-2] == "." and len(text) <= 16:  # 12.34: nearly always, and ten times faster than the careful way
        return text
    if not value.is_finite() or abs(value) >= EXACT_BELOW or value != value.quantize(CENT):
        raise NotExact(f"{value} cannot be kept exactly to the cent.")
    return f"{value:.2f}"


class Cents(sa.types.UserDefinedType[Decimal]):
    """`NUMERIC(18,2)` that is exact on every database: bound as text, read as `Decimal` with two decimals."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "NUMERIC(18, 2)"

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Decimal | None], str | None]:  # noqa: ARG002
        return lambda value: None if value is None else cents(value)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Decimal | None]:  # noqa: ARG002
        return lambda value: None if value is None else Decimal(str(value)).quantize(CENT)


_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SECONDS: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")
_FLOAT = _SECONDS
_INTEGER = sa.Integer()
_TEXT = sa.Text()

metadata = sa.MetaData()


def _table(name: str, *columns: sa.Column[Any], key: tuple[str, ...] = (), read_by: str = "at") -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("id", _ID, primary_key=True),
        sa.Column("site", _TEXT, nullable=False, server_default="local"),
        sa.Column("bookmaker", _TEXT, nullable=False),
        *columns,
        *([sa.Index(f"{name}_key", "site", *key, unique=True)] if key else []),
        sa.Index(f"{name}_by_time", "bookmaker", read_by),
    )


def _number() -> tuple[sa.Column[Any], ...]:
    return sa.Column("worker_start", _SECONDS), sa.Column("seq", _INTEGER)


def _fed_by_workers(name: str, *columns: sa.Column[Any], read_by: str = "at") -> sa.Table:
    """A table whose rows come from workers, or from the engine as if it were one, each once."""
    return _table(name, *columns, *_number(), key=("bookmaker", "worker_start", "seq"), read_by=read_by)


def _must(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind)


rounds = _fed_by_workers(
    "rounds",
    _may("started_at", _SECONDS),
    _must("ended_at", _SECONDS),
    _must("multiplier", Cents()),
    _may("players", _INTEGER),
    _may("total_players", _INTEGER),
    _may("total_win", Cents()),
    _must("source", _TEXT),
    _must("confidence", _FLOAT),
    read_by="ended_at",
)
snapshots = _fed_by_workers(
    "snapshots",
    _must("round_started_at", _SECONDS),
    _must("at", _SECONDS),
    _must("multiplier", Cents()),
    _may("players", _INTEGER),
    _may("total_win", Cents()),
)
earnings = _fed_by_workers(
    "earnings",
    _may("round_started_at", _SECONDS),
    _must("at", _SECONDS),
    _must("balance", Cents()),
    _may("stake", Cents()),
    _may("payout", Cents()),
    _may("profit", Cents()),
)
bets = _table(
    "bets",
    _must("request_id", _TEXT),
    _must("panel", _INTEGER),
    _may("round_started_at", _SECONDS),
    _must("stake", Cents()),
    _may("auto_cash_out", Cents()),
    _must("mode", _TEXT),
    _may("outcome", _TEXT),
    _may("placed_at", _SECONDS),
    _may("settled_at", _SECONDS),
    _may("payout", Cents()),
    _may("strategy", _TEXT),
    _may("reason", _TEXT),
    _may("requested_at", _SECONDS),
    *_number(),
    key=("request_id",),
    read_by="placed_at",
)
"""One row a bet, as it was told last: what is told later takes the place of what was told before."""
bet_steps = _fed_by_workers(
    "bet_steps",
    _must("request_id", _TEXT),
    _must("step", _INTEGER),
    _must("at", _SECONDS),
    _must("intent", _TEXT),
    _may("result", _TEXT),
    _may("detail", _TEXT),
    read_by="request_id",
)
betting_blocks = _fed_by_workers(
    "betting_blocks",
    _must("at", _SECONDS),
    _must("blocked", _INTEGER),
    _must("cause", _TEXT),
    _may("reason", _TEXT),
    _may("until", _SECONDS),
    _may("mode", _TEXT),
)
"""What keeps from betting: `blocked` is 1 where it begins, 0 where that cause is over. `mode`: of the bets that it concerns."""
phases = _fed_by_workers(
    "phases", _must("at", _SECONDS), _must("from_phase", _TEXT), _must("to_phase", _TEXT), _may("reason", _TEXT)
)
lifecycle = _fed_by_workers(
    "lifecycle",
    _must("at", _SECONDS),
    _must("from_state", _TEXT),
    _must("to_state", _TEXT),
    _may("reason", _TEXT),
    _may("exit_code", _INTEGER),
)
"""The turns of life of each bookmaker's worker. The engine tells them: `worker_start` is the engine's own."""
rgb_samples = _fed_by_workers(
    "rgb_samples",
    _must("at", _SECONDS),
    _must("region", _TEXT),
    *(_must(f"{colour}_{figure}", _FLOAT) for figure in ("mean", "std") for colour in "rgb"),
)
gaps = _fed_by_workers(
    "gaps",
    _must("from_at", _SECONDS),
    _must("to_at", _SECONDS),
    _must("rounds_missing", _INTEGER),
    _must("reason", _TEXT),
    read_by="from_at",
)
rejects = _fed_by_workers(
    "rejects", _must("at", _SECONDS), _must("table_name", _TEXT), _must("payload", _TEXT), _must("reason", _TEXT)
)
limit_days = _fed_by_workers("limit_days", _must("at", _SECONDS), _must("zone", _TEXT))
"""The zone by which the days of limits begin and end, decided at the first start."""
audit_chain = sa.Table(
    "audit_chain",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("site", _TEXT, nullable=False, server_default="local"),
    _must("bookmaker", _TEXT),
    _must("table_name", _TEXT),
    _must("row_id", _ID),
    _must("digest", _TEXT),
    _must("link", _TEXT),
    sa.Index("audit_chain_by_row", "table_name", "row_id"),
)
"""One entry per state of each row of `bets`, `bet_steps`, `betting_blocks` and `limit_days`; `link` continues the one before."""
chain_heads = sa.Table(
    "chain_heads",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("site", _TEXT, nullable=False, server_default="local"),
    _must("bookmaker", _TEXT),
    _must("chain", _TEXT),
    _must("position", _ID),
    _must("hash", _TEXT),
    _must("checksum", _TEXT),
    sa.Index("chain_heads_key", "chain", unique=True),
)
"""The last entry of each chain: `rows` is `audit_chain`, `limits` and `bets` the user's histories."""

"""The first version: rounds, snapshots, earnings, bets and their steps, phases, colours, gaps and rejects."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")
INTEGER = sa.Integer()
TEXT = sa.Text()
CENTS = sa.Numeric(18, 2)

# A question mark: may be NULL.
TABLES: dict[str, dict[str, Any]] = {
    "rounds": {
        "started_at?": REAL, "ended_at": REAL, "multiplier": CENTS, "players?": INTEGER, "total_players?": INTEGER,
        "total_win?": CENTS, "source": TEXT, "confidence": REAL, "worker_start?": REAL, "seq?": INTEGER,
    },
    "snapshots": {
        "round_started_at": REAL, "at": REAL, "multiplier": CENTS, "players?": INTEGER, "total_win?": CENTS,
        "worker_start?": REAL, "seq?": INTEGER,
    },
    "earnings": {
        "round_started_at?": REAL, "at": REAL, "balance": CENTS, "stake?": CENTS, "payout?": CENTS, "profit?": CENTS,
        "worker_start?": REAL, "seq?": INTEGER,
    },
    "bets": {
        "request_id": TEXT, "panel": INTEGER, "round_started_at?": REAL, "stake": CENTS, "auto_cash_out?": CENTS, "mode": TEXT,
        "outcome?": TEXT, "placed_at?": REAL, "settled_at?": REAL, "payout?": CENTS, "strategy?": TEXT, "reason?": TEXT,
    },
    "bet_steps": {
        "request_id": TEXT, "step": INTEGER, "at": REAL, "intent": TEXT, "result?": TEXT, "detail?": TEXT,
    },
    "phases": {"at": REAL, "from_phase": TEXT, "to_phase": TEXT, "worker_start?": REAL, "seq?": INTEGER},
    "rgb_samples": {
        "at": REAL, "region": TEXT, "r_mean": REAL, "g_mean": REAL, "b_mean": REAL, "r_std": REAL, "g_std": REAL, "b_std": REAL,
        "worker_start?": REAL, "seq?": INTEGER,
    },
    "gaps": {
        "from_at": REAL, "to_at": REAL, "rounds_missing": INTEGER, "reason": TEXT, "worker_start?": REAL, "seq?": INTEGER,
    },
    "rejects": {"at": REAL, "table_name": TEXT, "payload": TEXT, "reason": TEXT, "worker_start?": REAL, "seq?": INTEGER},
}  # fmt: skip

READ_BY = {"rounds": "ended_at", "bets": "placed_at", "bet_steps": "request_id", "gaps": "from_at"}


def upgrade() -> None:
    for name, columns in TABLES.items():
        op.create_table(
            name,
            sa.Column("id", ID, primary_key=True),
            sa.Column("site", TEXT, nullable=False, server_default="local"),
            sa.Column("bookmaker", TEXT, nullable=False),
            *(sa.Column(column.rstrip("?"), kind, nullable=column.endswith("?")) for column, kind in columns.items()),
        )
        op.create_index(f"{name}_by_time", name, ["bookmaker", READ_BY.get(name, "at")])
        if "seq?" in columns:
            op.create_index(f"{name}_key", name, ["site", "bookmaker", "worker_start", "seq"], unique=True)
    op.create_index("bets_key", "bets", ["site", "request_id"], unique=True)

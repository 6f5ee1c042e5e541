"""Bets that come as numbered facts, the newest of each kept; their steps, each once; what blocked betting and for how long."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    op.add_column("bets", sa.Column("requested_at", REAL))
    for table in ("bets", "bet_steps"):
        op.add_column(table, sa.Column("worker_start", REAL))
        op.add_column(table, sa.Column("seq", sa.Integer()))
    op.create_index("bet_steps_key", "bet_steps", ["site", "bookmaker", "worker_start", "seq"], unique=True)
    op.create_table(
        "betting_blocks",
        sa.Column("id", ID, primary_key=True),
        sa.Column("site", sa.Text(), nullable=False, server_default="local"),
        sa.Column("bookmaker", sa.Text(), nullable=False),
        sa.Column("at", REAL, nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("until", REAL),
        sa.Column("worker_start", REAL),
        sa.Column("seq", sa.Integer()),
    )
    op.create_index("betting_blocks_by_time", "betting_blocks", ["bookmaker", "at"])
    op.create_index("betting_blocks_key", "betting_blocks", ["site", "bookmaker", "worker_start", "seq"], unique=True)

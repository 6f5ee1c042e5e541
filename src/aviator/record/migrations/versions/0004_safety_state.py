"""The mode of what blocked betting, so that a restart restores it, and the zone of the limit day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    op.add_column("betting_blocks", sa.Column("mode", sa.Text()))
    op.create_table(
        "limit_days",
        sa.Column("id", ID, primary_key=True),
        sa.Column("site", sa.Text(), nullable=False, server_default="local"),
        sa.Column("bookmaker", sa.Text(), nullable=False),
        sa.Column("at", REAL, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("worker_start", REAL),
        sa.Column("seq", sa.Integer()),
    )
    op.create_index("limit_days_by_time", "limit_days", ["bookmaker", "at"])
    op.create_index("limit_days_key", "limit_days", ["site", "bookmaker", "worker_start", "seq"], unique=True)

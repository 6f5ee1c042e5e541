"""Why a game went OFFLINE, and the turns of life of each worker."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    op.add_column("phases", sa.Column("reason", sa.Text()))
    op.create_table(
        "lifecycle",
        sa.Column("id", ID, primary_key=True),
        sa.Column("site", sa.Text(), nullable=False, server_default="local"),
        sa.Column("bookmaker", sa.Text(), nullable=False),
        sa.Column("at", REAL, nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("worker_start", REAL),
        sa.Column("seq", sa.Integer()),
    )
    op.create_index("lifecycle_by_time", "lifecycle", ["bookmaker", "at"])
    op.create_index("lifecycle_key", "lifecycle", ["site", "bookmaker", "worker_start", "seq"], unique=True)

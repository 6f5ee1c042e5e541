"""A chain of hashes over bets, their steps and blocks; the heads of chains. The rows that exist are taken into it."""

from contextlib import closing

import sqlalchemy as sa
from alembic import op

from aviator.record.row_chain import chain_existing

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("id", ID, primary_key=True),
        sa.Column("site", sa.Text(), nullable=False, server_default="local"),
        sa.Column("bookmaker", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
    )
    op.create_index("audit_chain_by_row", "audit_chain", ["table_name", "row_id"])
    op.create_table(
        "chain_heads",
        sa.Column("id", ID, primary_key=True),
        sa.Column("site", sa.Text(), nullable=False, server_default="local"),
        sa.Column("bookmaker", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False),
    )
    op.create_index("chain_heads_key", "chain_heads", ["chain"], unique=True)
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    with closing(connection.cursor()) as cursor:
        chain_existing(cursor, "local", "?" if op.get_bind().dialect.name == "sqlite" else "%s")

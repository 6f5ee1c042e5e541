"""The zones of limit days join the chain of hashes, and every chain has a head from its beginning."""

from contextlib import closing

from alembic import op

from aviator.record.row_chain import chain_limit_days, mark_of

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    with closing(connection.cursor()) as cursor:
        chain_limit_days(cursor, "local", mark_of(op.get_bind().dialect))

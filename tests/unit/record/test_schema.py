"""The columns that other tools read, and exact money."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from aviator.record import schema
from aviator.record.migrations import HEAD
from aviator.record.schema import Cents, NotExact, cents
from aviator.record.store import SCRIPTS, Store

CONTRACT = {
    "rounds": "started_at ended_at multiplier players total_players total_win source confidence",
    "snapshots": "round_started_at at multiplier players total_win",
    "earnings": "round_started_at at balance stake payout profit",
    "bets": (
        "request_id panel round_started_at stake auto_cash_out mode outcome placed_at settled_at payout strategy reason "
        "requested_at"
    ),
    "bet_steps": "request_id step at intent result detail",
    "betting_blocks": "at blocked cause reason until mode",
    "phases": "at from_phase to_phase reason",
    "lifecycle": "at from_state to_state reason exit_code",
    "rgb_samples": "at region r_mean g_mean b_mean r_std g_std b_std",
    "gaps": "from_at to_at rounds_missing reason",
    "rejects": "at table_name payload reason",
    "limit_days": "at zone",
}


CHAINS = {"audit_chain": "table_name row_id digest link", "chain_heads": "chain position hash checksum"}


def test_there_are_these_tables():
    assert list(schema.metadata.tables) == [*CONTRACT, *CHAINS]


@pytest.mark.parametrize("name", CHAINS)
def test_columns_of_chains(name: str):
    assert schema.metadata.tables[name].columns.keys() == ["id", "site", "bookmaker", *CHAINS[name].split()]


@pytest.mark.parametrize("name", CONTRACT)
def test_columns(name: str):
    own = ["id", "site", "bookmaker", *CONTRACT[name].split(), "worker_start", "seq"]
    assert schema.metadata.tables[name].columns.keys() == own


def test_migrations_make_what_a_new_database_has(store: Store):
    migrated = sa.create_engine("sqlite://")
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with migrated.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        by_migrations, version = _definitions(connection), _version(connection)
    migrated.dispose()
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert _definitions(connection) == by_migrations
        assert _version(connection) == version == HEAD


def test_a_new_database_does_not_need_alembic(tmp_path: Path):
    program = (
        "import sys; from aviator.record.store import open_store; "
        f"open_store('sqlite:///{tmp_path}/new.db').close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def _version(connection: sa.Connection) -> str | None:
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _definitions(connection: sa.Connection) -> list[tuple[str, list[str]]]:
    """Each table's and index's head and parts; a column added later stands behind the others, which means nothing."""
    definitions = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").scalars()
    parts = (sql.partition("(") for sql in definitions)
    return sorted((head.strip(), sorted(part.strip() for part in body.rstrip(")\n ").split(","))) for head, _, body in parts)


def test_the_newest_script_is_head():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


@given(st.decimals(-9_999_999_999_999, 9_999_999_999_999, places=2))
def test_money_is_exact(amount: Decimal):
    table = sa.Table("t", sa.MetaData(), sa.Column("amount", Cents()))
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"amount": amount}, {"amount": None}])
        assert [str(row.amount) for row in connection.execute(table.select())] == [f"{amount:.2f}", "None"]
    engine.dispose()


@pytest.mark.parametrize(
    ("amount", "text"), [("2", "2.00"), ("1E+3", "1000.00"), ("2.5", "2.50"), ("2.500", "2.50"), ("-0.10", "-0.10")]
)
def test_cents_of_other_notations(amount: str, text: str):
    assert cents(Decimal(amount)) == text


@pytest.mark.parametrize("amount", ["1.005", "NaN", "sNaN", "Infinity", "1E+13", "10000000000000.00", "1E+400"])
def test_what_cannot_be_kept_exactly_is_refused(amount: str):
    with pytest.raises(NotExact, match="exactly"):
        cents(Decimal(amount))

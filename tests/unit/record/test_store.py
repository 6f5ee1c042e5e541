"""Opening the database: one clear sentence for each thing that is amiss."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from aviator.core.errors import UserMistake
from aviator.record import migrations, sqlite_file
from aviator.record import store as store_module
from aviator.record.store import open_reader, open_store


def test_a_new_store_has_its_settings(url: str):
    store = open_store(url)
    with store.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "cache_size")
        }
    store.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "cache_size": -64000}


def test_opening_again_changes_nothing(url: str):
    open_store(url).close()
    path = Path(url.removeprefix("sqlite:///"))
    before = path.read_bytes()
    open_store(url).close()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["aviator.db"]


def test_locked_by_another_program(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite_file, "LOCK_PATIENCE_S", 0.0)
    open_store(url).close()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserMistake, match="locked by another program"):
            open_store(url)


def test_a_reader_elsewhere_is_no_hindrance(url: str):
    open_store(url).close()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM rounds").fetchone()
        open_store(url).close()


def test_read_only(tmp_path: Path):
    open_store(f"sqlite:///{tmp_path}/a.db").close()
    with pytest.raises(UserMistake, match="read-only"):
        open_store(f"sqlite:///file:{tmp_path}/a.db?mode=ro&uri=true")


def test_not_a_database(tmp_path: Path):
    path = tmp_path / "a.db"
    path.write_text("Dear diary, today I lost again.")
    for opened in (open_store, open_reader):
        with pytest.raises(UserMistake, match="is not a database"):
            opened(f"sqlite:///{path}")


def test_a_damaged_database(url: str):
    open_store(url).close()
    path = Path(url.removeprefix("sqlite:///"))
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 8_000)
    with pytest.raises(UserMistake, match="damaged"):
        open_store(url)


def test_a_database_of_another_program(tmp_path: Path):
    path = tmp_path / "places.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(UserMistake, match="another program"):
        open_store(f"sqlite:///{path}")


def test_from_a_newer_version(url: str):
    open_store(url).close()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.commit()
    with pytest.raises(UserMistake, match=r"newer AVIATOR \(version 9999\)"):
        open_store(url)
    with pytest.raises(UserMistake, match="9999"):
        open_reader(url)


def test_a_full_disk(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10**9, free=7_000_000))
    with pytest.raises(UserMistake, match="7 MB free, 50 MB are needed"):
        open_store(url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////proc/nowhere/aviator.db", "folder /proc/nowhere cannot be made"),
        ("sqlite:////proc/aviator.db", "/proc/aviator.db cannot be"),
        ("sqlite:////proc", "is a folder"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("rounds.db", "is no database URL"),
        ("mysql://me@host/db", "allowed are sqlite and postgresql"),
        ("oracle9://me@host/db", "allowed are sqlite and postgresql"),
        ("postgresql+nodriver://me@host/db", "no database driver"),
    ],
)
def test_urls_that_cannot_be(url: str, sentence: str):
    with pytest.raises(UserMistake, match=sentence):
        open_store(url)


def test_postgresql_without_its_driver(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(UserMistake, match=r"pip install '.*\[postgres\]'"):
        open_store("postgresql://me@host/db")


def test_nothing_to_read_yet(tmp_path: Path):
    with pytest.raises(UserMistake, match=r"no database .* yet"):
        open_reader(f"sqlite:///{tmp_path}/aviator.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(UserMistake, match="no AVIATOR database yet"):
        open_reader(f"sqlite:///{tmp_path}/empty.db")
    assert [p.name for p in tmp_path.iterdir()] == ["empty.db"]


def test_a_reader_cannot_write(url: str):
    open_store(url).close()
    reader = open_reader(url)
    with reader.engine.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM rounds")
    reader.close()


SECOND = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "next", "{head}"
def upgrade():
    op.add_column("rounds", sa.Column("note", sa.Text()))
    {last}
"""


def newer_program(folder: Path, monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    """From now on this program is one version further."""
    shutil.copytree(store_module.SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "next_one.py").write_text(SECOND.format(last=last, head=migrations.HEAD))
    monkeypatch.setattr(store_module, "SCRIPTS", folder)
    monkeypatch.setattr(store_module, "HEAD", "next")


def columns(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(rounds)")]


def test_an_older_database_is_copied_and_brought_up_to_date(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    open_store(url).close()
    path = Path(url.removeprefix("sqlite:///"))
    newer_program(tmp_path / "scripts", monkeypatch, "pass")
    open_store(url).close()
    assert "note" in columns(path)
    assert "note" not in columns(path.with_name(f"aviator.db.version-{migrations.HEAD}"))


def test_an_older_database_is_read_from_a_copy_and_stays_as_it_was(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = Path(url.removeprefix("sqlite:///"))
    with closing(open_store(url)) as store, store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO gaps (bookmaker, from_at, to_at, rounds_missing, reason) VALUES ('A', 1, 2, 3, '')"
        )
    before = path.read_bytes()
    newer_program(tmp_path / "scripts", monkeypatch, "pass")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with closing(open_reader(url)) as reader, reader.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT rounds_missing FROM gaps").scalar() == 3
        assert connection.exec_driver_sql("SELECT count(note) FROM rounds").scalar() == 0, "it has the newest columns"
    assert path.read_bytes() == before
    assert not list(temporary.iterdir()), "the copy goes with the reader"
    with pytest.raises(UserMistake, match=f"is of version {migrations.HEAD}"):
        open_reader(url, as_it_is=True)
    monkeypatch.setattr(store_module, "MAX_COPIED_BYTES", 1000)
    with pytest.raises(UserMistake, match=f"is of version {migrations.HEAD}"):
        open_reader(url)


def test_a_failed_migration_leaves_all_as_it_was(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    open_store(url).close()
    newer_program(tmp_path / "scripts", monkeypatch, 'op.execute("INSERT INTO nowhere VALUES (1)")')
    with pytest.raises(UserMistake, match="it is as it was"):
        open_store(url)
    assert "note" not in columns(Path(url.removeprefix("sqlite:///")))


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("0001", "start `aviator run` once with `data_dir` set to its folder, .* as aviator.db.version-0001"),
        ("9999", "a newer AVIATOR made it"),
    ],
)
def test_a_database_of_another_version_is_named_by_its_path_with_what_to_do(data_dir: Path, version: str, said: str):
    path = data_dir / "aviator.db"
    with closing(open_store(f"sqlite:///{path}")) as store, store.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
    with pytest.raises(UserMistake, match=said) as raised:
        open_reader(f"sqlite:///{path}")
    assert str(raised.value).startswith(f"{path} is of version {version}")

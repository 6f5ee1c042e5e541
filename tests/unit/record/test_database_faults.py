"""Everything that can happen to the database's file under an open connection: no row is lost, none is twice, it is said once
when it begins and once when it is over."""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.record.desk import Desk, Said, a_round, lose, sidecars, spoil, survivors

from aviator.record import sqlite_file
from aviator.record.committer import NotWritten
from aviator.record.store import Store

ONCE = ["began", "ended"]


@pytest.fixture(autouse=True)
def _impatient(impatient: None) -> None:
    """Nobody waits for a lock here."""


def test_deleted(desk: Desk):
    desk.commit(1, 2)
    lose(desk.path)
    desk.commit(3)
    assert desk.left() == [1, 2, 3]
    assert desk.said.outages == ONCE
    assert "aviator.db was deleted while in use" in desk.said.at("WARNING")[0]
    assert desk.files() == ["aviator.db"]
    assert desk.committer.fault is None


@pytest.mark.parametrize("suffixes", [("-wal",), ("-shm",), ("-wal", "-shm")])
def test_the_log_deleted(desk: Desk, suffixes: tuple[str, ...]):
    desk.commit(1, 2)
    lose(*sidecars(desk.path, suffixes))
    desk.commit(3)
    desk.commit(4)
    assert desk.left() == [1, 2, 3, 4]
    assert desk.said.outages == ONCE
    assert all(path.exists() for path in sidecars(desk.path))


def test_the_log_deleted_while_somebody_reads(desk: Desk):
    """The log cannot be written back past a reader: waited for."""
    desk.commit(1)
    reader = sqlite3.connect(desk.path)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM rounds").fetchone() == (1,)
    desk.commit(2)
    lose(*sidecars(desk.path, ["-wal"]))
    desk.clock.plan.extend([lambda: None, lambda: None, reader.close])
    desk.commit(3)
    assert desk.left() == [1, 2, 3]
    assert desk.said.outages == ONCE


def test_all_files_deleted(desk: Desk):
    desk.commit(1, 2)
    lose(desk.path, *sidecars(desk.path))
    desk.commit(3)
    assert desk.left() == [1, 2, 3]


def test_deleted_and_another_databases_log_in_its_place(desk: Desk, tmp_path: Path):
    """SQLite would add it to the copy that is put back."""
    desk.commit(1, 2)
    lose(desk.path, *sidecars(desk.path))
    other = sqlite3.connect(tmp_path / "other.db")
    other.executescript("PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')")
    subprocess.run(["cp", f"{tmp_path}/other.db-wal", f"{desk.path}-wal"], check=True)
    other.close()
    desk.commit(3)
    assert desk.left() == [1, 2, 3]


def test_the_folder_deleted(desk: Desk):
    desk.commit(1, 2)
    shutil.rmtree(desk.path.parent)
    desk.commit(3)
    assert desk.left() == [1, 2, 3]
    assert desk.said.outages == ONCE


def test_deleted_while_it_commits(desk: Desk):
    desk.commit(1)
    desk.connection.set_trace_callback(lambda sql: lose(desk.path) if sql == "COMMIT" else None)
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE


def test_deleted_before_the_end(desk: Desk):
    desk.commit(1, 2)
    lose(desk.path, *sidecars(desk.path))
    desk.committer.close()
    assert desk.left() == [1, 2]


def test_deleted_and_the_disk_is_full(desk: Desk):
    """The copy cannot be made yet: nothing is given up until it can."""
    desk.commit(1)
    whole = desk.path.parent
    shutil.rmtree(whole)
    whole.write_text("where the folder was")
    desk.clock.plan.extend([lambda: None, lambda: None, whole.unlink])
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE


def test_damaged(desk: Desk, tmp_path: Path):
    """No row is to blame: nothing is split, nothing rejected. Taken away, it is kept as it was, and a new one begun."""
    desk.store.close()
    spoil(desk.path, "rounds")
    desk.clock.plan.extend([lambda: None, lambda: None, lambda: desk.path.rename(tmp_path / "aside")])
    desk.commit(1, 2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE
    assert "is damaged (database disk image is malformed): put it aside, or restore a copy" in desk.said.at("ERROR")[0]
    assert desk.committer.rejected == 0
    assert [path.stat().st_size for path in desk.kept("damaged")] == [(tmp_path / "aside").stat().st_size]


def test_damaged_and_restored(desk: Desk, tmp_path: Path):
    desk.commit(1)
    desk.committer.close()
    desk.store.close()
    shutil.copy(desk.path, tmp_path / "copy.db")
    spoil(desk.path, "rounds")
    desk.clock.plan.extend([lambda: None, lambda: (tmp_path / "copy.db").replace(desk.path)])
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE
    assert len(desk.kept("damaged")) == 1


def limit_pages(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}")


def test_full(desk: Desk):
    desk.commit(1)
    limit_pages(desk.connection, 1)  # no more pages than there are
    desk.clock.plan.extend([lambda: None, lambda: None, lambda: limit_pages(desk.connection, 10_000)])
    desk.commit(*range(2, 2_000))
    assert desk.left() == list(range(1, 2_000))
    assert desk.said.outages == ONCE
    assert "has no more room: its disk is full" in desk.said.at("WARNING")[0]
    assert desk.committer.rejected == 0


def test_read_only(desk: Desk):
    desk.commit(1)
    desk.connection.execute("PRAGMA query_only = 1")
    desk.clock.plan.extend([lambda: None, lambda: desk.connection.execute("PRAGMA query_only = 0")])
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE
    assert "is read-only" in desk.said.at("WARNING")[0]


@pytest.fixture
def limit_files() -> Iterator[Callable[[int | None], None]]:
    """Let this process make no file longer than so many bytes; None: as it was."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, before if size is None else (size, before[1]))

    yield limit
    limit(None)


def test_an_io_error(desk: Desk, limit_files: Callable[[int | None], None]):
    """A real one: the system refuses to make files longer."""
    desk.commit(1)
    limit_files(sidecars(desk.path)[0].stat().st_size)
    desk.clock.plan.extend([lambda: None, lambda: limit_files(None)])
    desk.commit(*range(2, 200))
    assert desk.left() == list(range(1, 200))
    assert desk.said.outages == ONCE
    assert "disk I/O error" in desk.said.at("WARNING")[0]


def test_locked(desk: Desk):
    desk.commit(1)
    other = sqlite3.connect(desk.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    faults: list[str | None] = []
    desk.clock.plan.extend([lambda: faults.append(desk.committer.fault), lambda: None, other.close])
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE
    assert "is locked by another program" in (faults[0] or "")


def test_locked_and_the_connection_lost(desk: Desk):
    """A new connection meets the lock too."""
    desk.commit(1)
    desk.connection.close()
    other = sqlite3.connect(desk.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    desk.clock.plan.extend([lambda: None, lambda: None, other.close])
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE


def test_a_connection_lost_and_the_folder_out_of_reach(desk: Desk, tmp_path: Path):
    desk.commit(1)
    desk.connection.close()
    desk.path.parent.rename(tmp_path / "aside")
    desk.path.parent.write_text("where the folder was")

    def heal() -> None:
        desk.path.parent.unlink()
        (tmp_path / "aside").rename(desk.path.parent)

    desk.clock.plan.extend([lambda: None, lambda: None, heal])
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.said.outages == ONCE


def test_a_bad_row_does_not_wait_for_a_database_that_is_well(desk: Desk):
    """Rejected after an outage as well as without one; the outage is over with it."""
    desk.commit(1)
    lose(desk.path)
    desk.committer.commit([a_round(2, "NaN")])
    assert desk.committer.fault is None
    assert desk.said.outages == ONCE
    assert survivors(desk.path, "SELECT seq FROM rejects") == [2]


def test_waiting_costs_a_row_none_of_its_tries(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    faults = iter([*[sqlite3.OperationalError("database is locked")] * 4, *[sqlite3.IntegrityError("passing")] * 2])
    real = desk.committer._transact

    def transact(inserts: list[Any]) -> None:
        if fault := next(faults, None):
            raise fault
        real(inserts)

    monkeypatch.setattr(desk.committer, "_transact", transact)
    desk.commit(1)
    assert desk.left() == [1]
    assert desk.committer.rejected == 0


def test_given_up_at_the_end(store: Store, said: Said):
    """Told to stop, it waits only so long; what cannot be saved is said, and nothing raised."""
    desk = Desk(store, said, patience=3)
    desk.commit(1)
    folder = desk.path.parent
    shutil.rmtree(folder)
    folder.write_text("where the folder was")
    with pytest.raises(NotWritten, match="cannot be written"):
        desk.commit(2)
    desk.committer.close()
    assert "was not closed as it should be" in said.at("CRITICAL")[0]


def test_a_reader_that_opens_and_closes_leaves_the_locks(desk: Desk):
    """POSIX locks go when any descriptor of the file is closed: the header must not be looked at behind SQLite's back."""
    desk.commit(1)
    sqlite_file.check_header(desk.path)
    holder = f"import sqlite3; sqlite3.connect({str(desk.path)!r}).execute('SELECT count(*) FROM rounds').fetchone()"
    subprocess.run(["python3", "-c", holder], check=True)  # the last to close would delete the log
    assert all(path.exists() for path in sidecars(desk.path))
    desk.commit(2)
    assert desk.said.outages == []

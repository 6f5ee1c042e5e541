"""Another file in the place of the database's, under an open connection: no row is lost, none is twice."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.record.desk import Desk, lose, sidecars, spoil, survivors

from aviator.record import sqlite_file
from aviator.record.store import open_store

ONCE = ["began", "ended"]


@pytest.fixture(autouse=True)
def _impatient(impatient: None) -> None:
    """Nobody waits for a lock here."""


def test_an_empty_file_in_its_place(desk: Desk):
    """Programs that look into a database that is not there make an empty one."""
    desk.commit(1)
    lose(desk.path)
    sqlite3.connect(desk.path).close()
    desk.path.touch()
    desk.commit(2)
    assert desk.left() == [1, 2]
    assert desk.files() == ["aviator.db"]


def test_moved_away(desk: Desk, tmp_path: Path):
    desk.commit(1)
    desk.path.rename(tmp_path / "elsewhere.db")
    desk.commit(2)
    assert desk.left() == [1, 2]


def test_replaced_by_an_older_copy(desk: Desk, tmp_path: Path):
    desk.commit(1, 2)
    sqlite_file.copy(desk.path, tmp_path / "copy.db")
    desk.commit(3)
    (tmp_path / "copy.db").replace(desk.path)
    desk.commit(4)
    desk.commit(5)
    assert desk.left() == [1, 2, 4, 5]
    assert [survivors(path) for path in desk.kept("replaced")] == [[1, 2, 3]]
    assert desk.said.outages == ONCE
    assert any("is kept in" in text and "aviator.db.replaced-2023-11-14T" in text for text in desk.said.at("WARNING"))


def test_replaced_twice_within_a_second(desk: Desk, tmp_path: Path):
    for seq in (1, 2, 3):
        desk.commit(seq)
        open_store(f"sqlite:///{tmp_path}/new.db").close()
        (tmp_path / "new.db").replace(desk.path)
    desk.commit(4)
    assert sorted(desk.left(*desk.kept("replaced"), desk.path)) == [1, 2, 3, 4]


def test_replaced_by_an_empty_database(desk: Desk, tmp_path: Path):
    """It becomes one of AVIATOR's."""
    desk.commit(1)
    with closing(sqlite3.connect(tmp_path / "new.db")) as other:
        other.execute("PRAGMA user_version = 3")
    (tmp_path / "new.db").replace(desk.path)
    desk.commit(2)
    assert desk.left() == [2]
    assert desk.left(*desk.kept("replaced")) == [1]


def another_programs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")


@pytest.mark.parametrize("foreign", [lambda path: path.write_text("Dear diary"), another_programs, Path.mkdir])
@pytest.mark.parametrize("cure", ["none", "a right one"])
def test_replaced_by_something_else(desk: Desk, tmp_path: Path, foreign: Callable[[Path], None], cure: str):
    desk.commit(1)
    lose(desk.path)
    foreign(desk.path)

    def heal() -> None:
        assert desk.committer.fault
        assert desk.left(*desk.kept("replaced")) == [1]
        desk.path.rename(tmp_path / "aside")
        if cure == "a right one":
            open_store(f"sqlite:///{tmp_path}/new.db").close()
            (tmp_path / "new.db").replace(desk.path)

    desk.clock.plan.extend([lambda: None, lambda: None, lambda: None, heal])
    desk.commit(2)
    assert desk.left() == [2]
    assert len(desk.kept("replaced")) == 1
    assert desk.said.outages == ONCE


def test_a_replacement_spoilt_by_a_log_of_old(desk: Desk, tmp_path: Path):
    """Opened by others beside the old log, a replacement may be spoilt: such a one is not gone on with."""
    desk.commit(1)
    open_store(f"sqlite:///{tmp_path}/new.db").close()
    spoil(tmp_path / "new.db", "snapshots")
    (tmp_path / "new.db").replace(desk.path)

    def heal() -> None:
        assert "is damaged: put a good copy in its place" in (desk.committer.fault or "")
        lose(desk.path, *sidecars(desk.path))

    desk.clock.plan.extend([lambda: None, lambda: None, heal])
    desk.commit(2)
    assert desk.said.outages == ONCE
    assert desk.left() == [2]
    assert desk.left(*desk.kept("replaced")) == [1]


def test_replaced_before_the_first_row(desk: Desk, tmp_path: Path):
    """No log of the file that was there at the start lies beside the new one, and is added to it."""
    another_programs(tmp_path / "new.db")
    (tmp_path / "new.db").replace(desk.path)
    desk.clock.plan.extend([lambda: None, lambda: lose(desk.path)])
    desk.commit(1)
    assert desk.left() == [1]
    assert desk.said.outages == ONCE

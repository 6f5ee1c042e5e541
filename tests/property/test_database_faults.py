"""Faults of the database's file in any order, between any records: each record is in the database or in a file kept beside it,
none is twice in one, and each outage is told once when it begins and once when it ends."""

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.record.desk import Desk, Said, lose, sidecars

from aviator.record import sqlite_file
from aviator.record.store import open_store


@contextmanager
def a_desk() -> Iterator[Desk]:
    room, said = logging.getLogger("aviator.record"), Said()
    room.setLevel(logging.INFO)
    room.addHandler(said)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_file, "BUSY_TIMEOUT_MS", 0)
        patch.setattr(sqlite_file, "LOCK_PATIENCE_S", 0.0)
        store = open_store(f"sqlite:///{folder}/data/aviator.db")
        desk = Desk(store, said)
        try:
            yield desk
        finally:
            desk.committer.close()
            store.close()
            room.removeHandler(said)
            room.setLevel(logging.NOTSET)


class Vandal:
    """Does one thing to the database; what would last is undone when the committer has waited for it a little."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.path, self.aside = desk, desk.path, desk.path.parent.parent

    def nothing(self) -> None:
        pass

    def delete(self) -> None:
        lose(self.path)

    def delete_the_log(self) -> None:
        lose(*sidecars(self.path, ["-wal"]))

    def delete_the_index(self) -> None:
        lose(*sidecars(self.path, ["-shm"]))

    def delete_all(self) -> None:
        lose(self.path, *sidecars(self.path))

    def delete_the_folder(self) -> None:
        for path in [*self.desk.kept("replaced"), *self.desk.kept("damaged")]:  # this is not the committer's to bring back
            path.rename(self.aside / f"kept-{len(list(self.aside.glob('kept-*')))}")
        shutil.rmtree(self.path.parent)

    def empty(self) -> None:
        lose(self.path)
        self.path.touch()

    def older_copy(self) -> None:
        sqlite_file.copy(self.path, self.aside / "copy.db")
        (self.aside / "copy.db").replace(self.path)

    def new_database(self) -> None:
        open_store(f"sqlite:///{self.aside}/new.db").close()
        (self.aside / "new.db").replace(self.path)

    def junk(self) -> None:
        lose(self.path)
        self.path.write_text("Dear diary")
        self._later(lambda: lose(self.path))

    def another_programs(self) -> None:
        lose(self.path)
        with closing(sqlite3.connect(self.aside / "other.db")) as other:
            other.execute("CREATE TABLE bookmarks (url TEXT)")
        (self.aside / "other.db").replace(self.path)
        self._later(lambda: lose(self.path))

    def lock(self) -> None:
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        self._later(other.close)

    def fill(self) -> None:
        connection = self.desk.connection
        connection.execute("PRAGMA max_page_count = 1")
        self._later(lambda: connection.execute("PRAGMA max_page_count = 100000"))

    def lose_the_connection(self) -> None:
        self.desk.connection.close()

    def _later(self, undo: Callable[[], object]) -> None:
        self.desk.clock.plan.extend([lambda: None, lambda: None, undo])


FAULTS = [name for name in vars(Vandal) if not name.startswith("_")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(1, 40)), min_size=1, max_size=8))
def test_nothing_is_lost_whatever_happens_to_the_file(steps: list[tuple[str, int]]):
    with a_desk() as desk:
        vandal, written = Vandal(desk), 0
        for fault, rows in steps:
            getattr(vandal, fault)()
            desk.commit(*range(written + 1, written + rows + 1))
            written += rows
            while desk.clock.plan:  # a fault that was not noticed (room enough, say) is over before the next
                desk.clock.plan.popleft()()
        kept = [*desk.kept("replaced"), *desk.kept("damaged"), *vandal.aside.glob("kept-*")]
        assert set(desk.left(desk.path, *kept)) == set(range(1, written + 1))
        assert desk.committer.rejected == 0
        assert desk.committer.fault is None
        assert desk.said.outages == ["began", "ended"] * (len(desk.said.outages) // 2)

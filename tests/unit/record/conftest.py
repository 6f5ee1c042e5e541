import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.record.bench import Bench
from tests.unit.record.desk import Desk, Said

from aviator.record import sqlite_file
from aviator.record.store import Store, open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/data/aviator.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture
def said() -> Iterator[Said]:
    """What the room logs during the test."""
    room, said = logging.getLogger("aviator.record"), Said()
    level = room.level
    room.setLevel(logging.INFO)
    room.addHandler(said)
    yield said
    room.removeHandler(said)
    room.setLevel(level)


@pytest.fixture
def desk(store: Store, said: Said) -> Iterator[Desk]:
    desk = Desk(store, said)
    yield desk
    desk.committer.close()


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database is not waited for."""
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_MS", 0)
    monkeypatch.setattr(sqlite_file, "LOCK_PATIENCE_S", 0.0)

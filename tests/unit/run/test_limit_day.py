"""README: the day of the limits keeps the zone of the first start, whatever zone the machine is in later."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aviator.core.errors import UserMistake
from aviator.record.safety import limit_zone
from aviator.record.store import Store, open_store
from aviator.run.limit_day import local_zone, recorded_limit_day

NOON = 1_761_480_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/aviator.db")
    yield store
    store.close()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def move_to(zone: pytest.MonkeyPatch, name: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()


def test_another_zone_at_a_restart_does_not_move_the_day(store: Store, zone: pytest.MonkeyPatch) -> None:
    move_to(zone, "Europe/Belgrade")
    first = recorded_limit_day(store, "local", NOON)
    move_to(zone, "Pacific/Auckland")
    again = recorded_limit_day(store, "local", NOON)
    assert first.zone == again.zone == "Europe/Belgrade"
    assert first.start(NOON) == again.start(NOON)


@pytest.mark.parametrize(
    ("name", "found"), [("Europe/Belgrade", "Europe/Belgrade"), ("CET-3", "+03:00"), ("<XYZ>4:30", "-04:30")]
)
def test_the_machines_zone(zone: pytest.MonkeyPatch, name: str, found: str) -> None:
    move_to(zone, name)
    assert local_zone(NOON) == found


def test_a_zone_on_record_that_is_not_known_here_is_a_users_mistake(store: Store) -> None:
    limit_zone(store, "local", "Mars/Olympus", NOON)
    with pytest.raises(UserMistake, match="Mars/Olympus"):
        recorded_limit_day(store, "local", NOON)

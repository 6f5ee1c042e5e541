"""Which engines run: entries that are locked, and what is left of engines that were killed."""

import json
import os
import sys
from pathlib import Path

import psutil
import pytest

from aviator.run import engine_registry
from aviator.run.engine_registry import EngineRegistration, registry_dir, running_engines


def test_an_engine_is_listed_from_its_start_to_its_end(data_dir: Path) -> None:
    assert running_engines() == []
    registration = EngineRegistration(data_dir, "live")
    registration.open()
    (entry,) = running_engines()
    assert (entry.pid, entry.mode, entry.data_dir, entry.bets) == (os.getpid(), "live", str(data_dir), True)
    assert not entry.confirmed
    registration.confirm()
    assert entry.confirmed
    registration.close()
    registration.close()
    assert running_engines() == []
    assert list(registry_dir().iterdir()) == []


def test_what_a_killed_engine_left_is_not_running_and_is_removed_at_a_start(data_dir: Path) -> None:
    registry_dir().mkdir(parents=True)
    left = registry_dir() / "1-dead.engine"
    left.write_text(json.dumps({"pid": os.getpid(), "created_at": 0, "host": "", "data_dir": "/", "mode": "live"}))
    left.with_suffix(".confirmed").touch()
    assert running_engines() == [], "its number is used again, but nobody has its lock"
    fresh = registry_dir() / "2-starts.engine"
    fresh.touch()
    os.utime(left, (0, 0))
    registration = EngineRegistration(data_dir, "live")
    registration.open()
    assert not left.exists()
    assert not left.with_suffix(".confirmed").exists()
    assert fresh.exists(), "it may be about to be locked"
    registration.close()


def test_without_locks_the_process_decides(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object, **__: object) -> bool:
        raise OSError(37, "No locks available")

    registration = EngineRegistration(data_dir, "live")
    monkeypatch.setattr(engine_registry, "is_locked", no_locks)
    monkeypatch.setattr(engine_registry.FileLock, "acquire", no_locks)
    registration.open()
    (entry,) = running_engines()
    told = json.loads(entry.path.read_text())
    for changes, runs in (
        ({"created_at": psutil.Process().create_time() - 3600}, False),
        ({"pid": 2**22 + 1}, False),
        ({"host": "another"}, True),
    ):
        entry.path.write_text(json.dumps(told | changes))
        assert bool(running_engines()) is runs, changes
    registration.close()


UNREADABLE = [
    *(b"", b"{", b'{"pid": "x"}', b"\xff", b"[" * 60_000, b"7" * 100_000),
    *(b"{}", b"[]", b"7", b"[1]", b'{"pid": 1}', b'{"pid": 1e999}', b'{"pid": 1, "created_at": 1' + b"0" * 400 + b"}"),
]


@pytest.mark.parametrize("content", UNREADABLE)
def test_an_entry_that_cannot_be_read_counts_while_it_is_locked(data_dir: Path, content: bytes) -> None:
    registration = EngineRegistration(data_dir, "live")
    registration.open()
    (entry,) = running_engines()
    entry.path.write_bytes(content)
    (unknown,) = running_engines()
    assert unknown.bets
    assert not unknown.pid
    registration.close()
    assert running_engines() == []


@pytest.mark.parametrize("content", UNREADABLE)
def test_what_another_version_left_does_not_keep_an_engine_from_its_entry(data_dir: Path, content: bytes) -> None:
    registry_dir().mkdir(parents=True)
    left = registry_dir() / "1-dead.engine"
    left.write_bytes(content)
    os.utime(left, (0, 0))
    registration = EngineRegistration(data_dir, "live")
    registration.open()
    assert [entry.pid for entry in running_engines()] == [os.getpid()]
    assert not left.exists()
    registration.close()


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes among its files")
def test_a_pipe_in_place_of_an_entry_is_no_engine(data_dir: Path) -> None:
    registry_dir().mkdir(parents=True)
    os.mkfifo(registry_dir() / "1-pipe.engine")
    assert running_engines() == []
    registration = EngineRegistration(data_dir, "live")
    registration.open()
    registration.close()


def test_a_foreign_text_in_an_entry_does_not_reach_the_terminal(data_dir: Path) -> None:
    registration = EngineRegistration(Path("/tmp/\x1b[2Jdata"), "live")
    registration.open()
    (entry,) = running_engines()
    registration.close()
    assert "\x1b" not in str(entry)

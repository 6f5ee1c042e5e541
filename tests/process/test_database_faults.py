"""A writer under a stream of records, with what other processes really do to its database: lock it, fill its disk, delete it,
put another in its place, and kill the engine right after."""

import logging
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.unit.record.desk import Said, a_round, lose, sidecars, survivors

from aviator.core.clock import SystemClock
from aviator.core.events import Acknowledge
from aviator.core.types import BookmakerId
from aviator.record import sqlite_file
from aviator.record.store import open_store
from aviator.record.writer import Writer

pytestmark = pytest.mark.process

AHEAD = 100
LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


class Stream:
    """Feeds a writer for as long as it keeps up: never more than `AHEAD` records that are not acknowledged."""

    def __init__(self, path: Path, spool: Path, told: Callable[[int], None] = lambda _: None) -> None:
        self.path = path
        self._store = open_store(f"sqlite:///{path}")
        self.writer = Writer(
            self._store,
            bookmakers=1,
            clock=SystemClock(),
            on_committed=self._acknowledge,
            spool_dir=spool,
            batch_timeout_s=0.01,
        )
        self.put = self.acknowledged = 0
        self._told = told
        self._changed = threading.Condition()
        self._over = False
        self._feeder = threading.Thread(target=self._feed, name="feeder")

    def start(self) -> None:
        self.writer.start()
        self._feeder.start()

    def _acknowledge(self, acks: Mapping[BookmakerId, Acknowledge]) -> None:
        with self._changed:
            self.acknowledged = max(self.acknowledged, *(ack.seq for ack in acks.values()))
            self._changed.notify_all()
        self._told(self.acknowledged)

    def _feed(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._over or self.put - self.acknowledged < AHEAD)
                if self._over:
                    return
            self.put += 1
            self.writer.put(a_round(self.put))

    def until(self, done: Callable[[], bool], seconds: float = 50.0) -> None:
        pause, clock = threading.Event(), SystemClock()
        deadline = clock.monotonic() + seconds
        while not done():
            assert clock.monotonic() < deadline, self.writer.stats()
            pause.wait(0.002)

    def go_on(self, records: int = 300) -> None:
        """Until so many more are acknowledged."""
        target = self.acknowledged + records
        self.until(lambda: self.acknowledged >= target)

    def stop(self) -> list[int]:
        """The end; the rows in the database."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        if self._feeder.is_alive():
            self._feeder.join()
            self.writer.stop()
        self._store.close()
        return survivors(self.path)


@pytest.fixture
def said() -> Iterator[Said]:
    room, said = logging.getLogger("aviator.record"), Said()
    level = room.level
    room.setLevel(logging.INFO)
    room.addHandler(said)
    yield said
    room.removeHandler(said)
    room.setLevel(level)


@pytest.fixture
def stream(data_dir: Path, tmp_path: Path) -> Iterator[Stream]:
    stream = Stream(data_dir / "aviator.db", tmp_path / "spool")
    stream.start()
    yield stream
    stream.stop()


def test_locked_by_another_process(stream: Stream, said: Said):
    stream.go_on()
    locker = subprocess.Popen(
        [sys.executable, "-c", LOCKER, stream.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with locker:  # leaving closes its input, and it ends
        assert locker.stdout is not None
        assert locker.stdout.readline() == "locked\n"
        before = stream.writer.stats().errors
        stream.until(lambda: stream.writer.stats().errors >= before + 3)
        assert "is locked by another program" in (stream.writer.stats().fault or "")
    stream.go_on()
    assert stream.writer.stats().fault is None
    assert stream.stop() == list(range(1, stream.put + 1))
    assert said.outages == ["began", "ended"]


@pytest.mark.parametrize("seed", range(3))
def test_deleted_again_and_again(stream: Stream, said: Said, seed: int):
    chance = random.Random(seed)
    whole = [stream.path, *sidecars(stream.path)]
    for times in range(1, 7):
        stream.go_on(chance.randint(1, 100))
        lose(*chance.sample(whole, chance.randint(1, 3)))
        stream.until(lambda times=times: said.outages == ["began", "ended"] * times)  # type: ignore[misc]
    assert stream.stop() == list(range(1, stream.put + 1))
    assert stream.writer.stats().rejected == 0


def test_the_whole_folder_deleted(stream: Stream, said: Said):
    stream.go_on()
    shutil.rmtree(stream.path.parent, ignore_errors=True)
    stream.go_on()
    assert stream.stop() == list(range(1, stream.put + 1))
    assert said.outages == ["began", "ended"]


def test_replaced_by_a_copy(stream: Stream, said: Said, tmp_path: Path):
    stream.go_on()
    sqlite_file.copy(stream.path, tmp_path / "copy.db")
    stream.go_on()
    (tmp_path / "copy.db").replace(stream.path)
    stream.go_on()
    rows = stream.stop()
    (kept,) = stream.path.parent.glob("aviator.db.replaced-*")
    assert set(rows) | set(survivors(kept)) == set(range(1, stream.put + 1))
    assert len(rows) == len(set(rows))
    assert said.outages == ["began", "ended"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("only the superuser of a Linux machine can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_the_disk_is_full(small_disk: Path, tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite_file, "NEEDED_FREE_MB", 0)
    stream = Stream(small_disk / "aviator.db", tmp_path / "spool")
    stream.start()
    try:
        stream.go_on()
        with (small_disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))
        stream.until(lambda: stream.writer.stats().errors >= 3)
        assert "its disk is full" in (stream.writer.stats().fault or "")
        (small_disk / "filler").unlink()
        stream.go_on()
    finally:
        rows = stream.stop()
    assert rows == list(range(1, stream.put + 1))
    assert said.outages == ["began", "ended"]
    assert stream.writer.stats().rejected == 0


def engine(path: Path, spool: Path, pipe: Any) -> None:
    """Writes and tells what it acknowledges, until it is killed."""
    stream = Stream(path, spool, pipe.send)
    stream.start()
    with suppress(EOFError):
        pipe.recv()
    os._exit(0)


@pytest.mark.parametrize("seed", range(4))
def test_acknowledged_is_found_again_after_a_kill(data_dir: Path, tmp_path: Path, seed: int):
    """The file is lost, the writer notices, the engine is killed: whatever it acknowledged is in the file of that name."""
    chance, path = random.Random(seed), data_dir / "aviator.db"
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=engine, args=(path, tmp_path / "spool", theirs))
    child.start()
    theirs.close()
    with closing(ours):
        try:
            acknowledged = 0
            for _ in range(chance.randint(1, 3)):
                acknowledged = ours.recv()
                lose(*chance.sample([path, *sidecars(path)], chance.randint(1, 3)))
                while ours.poll():
                    ours.recv()
                for _ in range(chance.randint(2, 6)):  # the first may have been on its way before
                    acknowledged = ours.recv()
        finally:
            child.kill()
            child.join()
        with suppress(EOFError):
            while True:
                acknowledged = ours.recv()
    rows = survivors(path)
    assert len(rows) >= acknowledged
    assert rows == list(range(1, len(rows) + 1))

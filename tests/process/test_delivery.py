"""What a worker posted is in the database, once, whatever dies or fails on the way, and whenever."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from bench import kills
from tests.process import faulty
from tests.process.faulty import LAST, Calls

from aviator.record.store import open_store

pytestmark = pytest.mark.process

ROOMY, TIGHT = 10_000, 5
"""Bounds of the writer's queue: one that is never reached, and one that lets everything take the way over the spool."""


@pytest.mark.timeout(300)
def test_an_engine_that_is_killed_again_and_again_loses_nothing(data_dir: Path) -> None:
    kills.kill_again_and_again(data_dir, kills=10, seed=1)
    figures = kills.compare(data_dir)
    nothing = ("acknowledged_missing", "unacknowledged_missing", "twice", "unknown", "spools_left", "spools_damaged")
    assert {name: figures[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert figures["rows"] == figures["posted"] > 0


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
def test_a_worker_that_stood_still_when_its_engine_died_is_heard_by_the_next(data_dir: Path) -> None:
    command = [sys.executable, "-m", "bench.killed", str(data_dir)]
    with subprocess.Popen(command, cwd=kills.ROOT, stdout=subprocess.PIPE) as engine:
        try:
            assert engine.stdout
            assert engine.stdout.readline()
            stopped = json.loads((data_dir / "run.json").read_text())["workers"]["Admiral"]["pid"]
            os.kill(stopped, signal.SIGSTOP)
        finally:
            engine.kill()
    try:
        kills.kill_again_and_again(data_dir, kills=0)
    finally:
        with suppress(ProcessLookupError):
            os.kill(stopped, signal.SIGCONT)
    figures = kills.compare(data_dir)
    assert figures["lives"] == 4
    assert figures["rows"] == figures["posted"] > 0
    assert "a worker of an earlier engine, still runs" in (data_dir / "engine.log").read_text()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bound", [ROOMY, TIGHT])
@pytest.mark.parametrize(
    ("after", "error"), [(False, sqlite3.OperationalError), (False, sqlite3.DatabaseError), (True, sqlite3.OperationalError)]
)
def test_every_call_of_the_writer_may_fail(
    tmp_path: Path, bound: int, after: bool, error: type[sqlite3.Error], request: pytest.FixtureRequest
) -> None:
    """`after`: the commit took place, but the writer is told that it did not."""
    template = tmp_path / "template.db"
    open_store(f"sqlite:///{template}").close()
    at, calls = 0, Calls()
    while len(calls.names) >= at:
        at += 1
        calls, folder, acks = Calls(at, after, error), tmp_path / f"{at}", []
        with closing(faulty.fresh(template, folder)) as store:
            faulty.write(store, folder, calls, bound, acks.append)
        assert acks == sorted(acks), calls.names
        if acks[-1] != LAST or list((folder / "spool").glob("*.spool")):
            with closing(open_store(f"sqlite:///{folder}/aviator.db")) as store:
                faulty.recover(store, folder, acks[-1])
        faulty.check(folder)
    assert {"connect", "cursor", "execute", "executemany", "fetchone", "commit", "rollback"} <= {*calls.names}
    assert ("spool append" in calls.names) is (bound == TIGHT)


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
@pytest.mark.parametrize("bound", [ROOMY, TIGHT])
def test_the_writer_may_die_at_every_call(tmp_path: Path, bound: int) -> None:
    command = [sys.executable, "-m", "tests.process.faulty", str(tmp_path), str(bound)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) > 10

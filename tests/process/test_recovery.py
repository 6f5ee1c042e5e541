"""A start on a data folder where an earlier engine was, or still is: real processes, stopped, deaf and left alone."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId
from aviator.run import recovery
from aviator.run.presence import Identity, RunFile
from aviator.run.recovery import presence, see_off

pytestmark = pytest.mark.process

A = BookmakerId("A")
UNTIL_ITS_INPUT_ENDS = "import sys; sys.stdin.read()"


@pytest.fixture
def others() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that leave when their pipe is closed, as workers do."""
    started = [subprocess.Popen([sys.executable, "-c", UNTIL_ITS_INPUT_ENDS], stdin=subprocess.PIPE) for _ in range(2)]
    yield started
    for process in started:
        process.kill()
        process.communicate()


def write(data_dir: Path, engine: Identity | None, *workers: Identity | None) -> None:
    def told(identity: Identity | None) -> object:
        return identity and {"pid": identity.pid, "created_at": identity.created_at}

    content = {"engine": told(engine), "workers": {str(n): told(worker) for n, worker in enumerate(workers)}}
    (data_dir / "run.json").write_text(json.dumps(content))


def test_two_engines_do_not_share_a_folder(data_dir: Path, others: list[subprocess.Popen[bytes]]) -> None:
    write(data_dir, Identity.of(others[0].pid))
    before = (data_dir / "run.json").read_text()
    with (
        pytest.raises(UserMistake, match=rf"already runs on the data folder .*data \(process {others[0].pid}\)"),
        presence(data_dir),
    ):
        pass
    assert (data_dir / "run.json").read_text() == before


def test_of_two_that_start_at_once_one_goes_on(data_dir: Path, others: list[subprocess.Popen[bytes]]) -> None:
    with presence(data_dir) as run_file:
        write(data_dir, Identity.of(others[0].pid))
        with pytest.raises(UserMistake):
            run_file.confirm()
    assert json.loads((data_dir / "run.json").read_text())["engine"]["pid"] == others[0].pid, "the other one's file is not ours"


def test_a_number_used_again_is_not_the_same_process(data_dir: Path, others: list[subprocess.Popen[bytes]]) -> None:
    other = Identity.of(others[0].pid)
    assert other is not None
    write(data_dir, Identity(other.pid, other.created_at - 3600), Identity(other.pid, other.created_at - 3600))
    assert RunFile(data_dir).claim() == []
    assert others[0].poll() is None


def test_a_killed_engine_that_nobody_mourns_is_gone(data_dir: Path, others: list[subprocess.Popen[bytes]]) -> None:
    write(data_dir, Identity.of(others[0].pid))
    others[0].kill()
    gone = psutil.Process(others[0].pid)
    while gone.status() != psutil.STATUS_ZOMBIE:
        pass
    assert RunFile(data_dir).claim() == []


def test_workers_are_noted_and_forgotten(data_dir: Path, others: list[subprocess.Popen[bytes]]) -> None:
    with presence(data_dir) as run_file:
        run_file.confirm()
        run_file.note_worker(A, others[0].pid)
        run_file.note_worker(A, others[1].pid)
        noted = json.loads((data_dir / "run.json").read_text())
        assert noted["workers"] == {"A": {"pid": others[1].pid, "created_at": pytest.approx(noted["workers"]["A"]["created_at"])}}
        assert [process.pid for process in RunFile(data_dir).claim()] == [others[1].pid]
    assert not (data_dir / "run.json").exists()


@pytest.mark.parametrize("content", [b"", b"{", b'{"engine": 7}', b'{"engine": {"pid": "x"}}', b"\xff"])
def test_a_file_that_says_nothing_is_none(data_dir: Path, content: bytes) -> None:
    (data_dir / "run.json").write_bytes(content)
    assert RunFile(data_dir).claim() == []


def test_a_file_that_cannot_be_written_stops_nobody(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    (data_dir / "run.json").mkdir()
    with presence(data_dir) as run_file:
        run_file.confirm()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_stopped_worker_is_woken_and_may_leave_by_itself(
    others: list[subprocess.Popen[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    stopped = others[0]
    stopped.send_signal(signal.SIGSTOP)
    worker = psutil.Process(stopped.pid)
    while worker.status() != psutil.STATUS_STOPPED:
        pass
    assert stopped.stdin is not None
    stopped.stdin.close()
    see_off([worker])
    stopped.stdin = None
    assert stopped.poll() is not None
    assert "is killed" not in caplog.text


def test_one_that_does_not_leave_is_killed(
    others: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recovery, "LEAVE_S", 0.2)
    see_off([psutil.Process(others[0].pid)])
    assert others[0].poll() is not None
    assert "is killed" in caplog.text
    assert others[1].poll() is None

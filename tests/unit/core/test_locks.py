"""Locks of the operating system: one holder, gone with its process."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from aviator.core import locks
from aviator.core.locks import FileLock, is_locked

HOLD = (
    "import sys; from pathlib import Path; from aviator.core.locks import FileLock; lock = FileLock(Path(sys.argv[1]));"
    "print(lock.acquire(), flush=True); sys.stdin.read()"
)


def test_one_holds_it_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first, second = FileLock(path), FileLock(path)
    assert first.acquire()
    assert not second.acquire()
    assert is_locked(path)
    first.release()
    first.release()
    assert not is_locked(path)
    assert second.acquire()
    second.release()


@pytest.mark.process
def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        assert is_locked(path)
        assert not FileLock(path).acquire()
        holder.kill()
    again = FileLock(path)
    assert again.acquire()
    again.release()


@pytest.mark.process
def test_of_many_that_race_one_wins(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(6)]
    won = [racer.stdout.readline() for racer in racers if racer.stdout]
    for racer in racers:
        racer.communicate()
    assert sorted(won) == [b"False\n"] * 5 + [b"True\n"]


def test_a_file_system_without_locks_is_an_error_and_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(file: int, *, shared: bool = False) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "_try_lock", no_locks)
    with pytest.raises(OSError, match="No locks available"):
        FileLock(tmp_path / "lock").acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"."):
        FileLock(tmp_path / "lock").acquire()
    assert not (tmp_path / "elsewhere").exists()

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aviator.core import files
from aviator.core.files import make_private_dir, open_private, replace_file, user_state_dir, write_all


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AVIATOR_STATE", str(tmp_path / "mine"))
    assert user_state_dir() == tmp_path / "mine"


def test_the_state_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AVIATOR_STATE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert user_state_dir() == tmp_path / "aviator"


@pytest.mark.skipif(os.name != "posix", reason="POSIX file modes")
def test_folders_and_files_are_private(tmp_path: Path) -> None:
    folder = make_private_dir(tmp_path / "a" / "b")
    replace_file(folder / "x", b"1")
    with open_private(folder / "y", append=True) as file:
        write_all(file, b"2")
    assert [mode(p) for p in (tmp_path / "a", folder, folder / "x", folder / "y")] == [0o700, 0o700, 0o600, 0o600]


def test_a_private_folder_keeps_the_mode_of_one_that_exists(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    before = mode(there)
    make_private_dir(there)
    assert mode(there) == before


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "link").symlink_to(victim)
    with pytest.raises(OSError, match="link"):
        open_private(tmp_path / "link", append=True)
    assert victim.read_bytes() == b"mine"


def test_a_failed_replacement_leaves_the_old_content_and_no_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(target, b"new")
    assert (target.read_bytes(), list(tmp_path.iterdir())) == (b"old", [target])


def test_what_earlier_versions_left_open_is_tightened(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir(mode=0o755)
    kept = [tmp_path / name for name in ("aviator.db", "aviator.db-wal", "aviator.db-shm", "run.json", "logs/engine.log")]
    other = tmp_path / "notes.txt"
    for path in (*kept, other):
        path.touch()
        path.chmod(0o644)
    (tmp_path / "logs" / "link.log").symlink_to(other)
    files.tighten_folder(tmp_path)
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700
    assert other.stat().st_mode & 0o777 == 0o644


def test_a_process_is_private_by_default(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from aviator.core import files; os.umask(0o022); files.private_by_default(); "
        "d = pathlib.Path(sys.argv[1]); (d / 'state').touch(); (d / 'folder').mkdir()"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"state": 0o600, "folder": 0o700}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_pipe_is_refused_and_nobody_waits_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"content")
    assert files.read_regular(tmp_path / "file", 4) == b"cont"
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="not a file"):
            files.read_regular(path, 4)
    with pytest.raises(IsADirectoryError):
        files.read_regular(tmp_path, 4)

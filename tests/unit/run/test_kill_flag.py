"""The files that stop betting: what is there, what cannot be read, and how they are lifted."""

import os
import sys
from pathlib import Path

import pytest

from aviator.act.recording import RecordingHands
from aviator.core.clock import ManualClock
from aviator.core.errors import UserMistake
from aviator.core.files import user_state_dir
from aviator.run import kill_flag
from aviator.run.killing import StoppableHands, kill_switch


def test_a_kill_lasts_from_press_to_lift(data_dir: Path) -> None:
    kill_switch(data_dir, ManualClock())  # makes the folders
    for flag in (kill_flag.user_flag(), kill_flag.kill_file(data_dir)):
        assert kill_flag.fault(flag) is None
        kill_flag.press(flag, "test")
        assert kill_flag.fault(flag) == f"{flag} exists"
        pressed = kill_switch(data_dir, ManualClock()).check()
        assert pressed is not None, "so it is for an engine that starts later"
        assert kill_flag.lift(flag)
        assert not kill_flag.lift(flag)
        assert kill_switch(data_dir, ManualClock()).check() is None


@pytest.mark.parametrize("errno", [13, 5, 116, 36])
def test_a_flag_that_cannot_be_looked_for_counts_as_pressed(data_dir: Path, monkeypatch: pytest.MonkeyPatch, errno: int) -> None:
    """PermissionError, EIO, ESTALE, ENAMETOOLONG of DATA_DIR/control: the engine goes on, betting does not."""
    switch = kill_switch(data_dir, ManualClock())
    assert switch.check() is None
    lstat = os.lstat

    def failing(path: object, **more: object) -> os.stat_result:
        if "control" in str(path):
            raise OSError(errno, os.strerror(errno))
        return lstat(path, **more)  # type: ignore[arg-type,call-overload]

    monkeypatch.setattr(os, "lstat", failing)
    monkeypatch.setattr(Path, "exists", lambda self: bool(failing(self)))
    pressed = switch.check()
    assert pressed is not None
    assert os.strerror(errno) in str(pressed)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser reads everything")
def test_a_folder_without_rights_counts_as_pressed(data_dir: Path) -> None:
    switch = kill_switch(data_dir, ManualClock())
    (data_dir / "control").chmod(0)
    try:
        assert switch.check() is not None
    finally:
        (data_dir / "control").chmod(0o700)


@pytest.mark.parametrize("whose", ["user", "data folder"])
def test_a_folder_that_goes_away_counts_as_pressed(data_dir: Path, whose: str) -> None:
    switch = kill_switch(data_dir, ManualClock())
    folder = user_state_dir() if whose == "user" else data_dir / "control"
    folder.rename(folder.with_name("unmounted"))
    pressed = switch.check()
    folder.with_name("unmounted").rename(folder)
    assert pressed is not None
    assert "is gone" in str(pressed)


def test_a_file_in_place_of_the_folder_counts_as_pressed(data_dir: Path) -> None:
    (data_dir / "control").write_text("")
    assert kill_switch(data_dir, ManualClock()).check() is not None


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_dangling_link_counts_as_pressed(data_dir: Path) -> None:
    switch = kill_switch(data_dir, ManualClock())
    kill_flag.kill_file(data_dir).symlink_to(data_dir / "nothing")
    assert switch.check() is not None


CONTENTS = [b"", b"{", b"[1]", b'{"data_dirs": [1, null, "/x"]}', b"\xff", b"9" * 100_000, b"[" * 60_000]


@pytest.mark.parametrize("content", CONTENTS)
def test_whatever_a_flag_holds_it_is_pressed_and_can_be_lifted(data_dir: Path, content: bytes) -> None:
    kill_switch(data_dir, ManualClock())
    flag = kill_flag.user_flag()
    flag.write_bytes(content)
    assert kill_flag.fault(flag)
    assert set(kill_flag.pressed_folders(flag)) <= {"/x"}
    kill_flag.press(flag, "test")
    assert kill_flag.lift(flag)


def test_a_full_disk_does_not_keep_the_flag_away(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: object, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kill_flag, "write_all", full)
    kill_flag.press(kill_flag.user_flag(), "test")
    assert kill_flag.fault(kill_flag.user_flag())


def test_a_rehearsal_clicks_nothing_while_a_kill_lasts() -> None:
    """`aviator calibrate --hands` makes bets and takes them back, without an engine."""
    behind = RecordingHands(ManualClock())
    hands = StoppableHands(behind)
    hands.move(3, 4)
    hands.click()
    kill_flag.press(kill_flag.user_flag(), "test")
    for use in (hands.click, lambda: hands.move(1, 1), lambda: hands.key("tab"), lambda: hands.write("1")):
        with pytest.raises(UserMistake, match="aviator kill --off"):
            use()
    assert [one.what for one in behind.inputs] == ["move", "click"]
    assert hands.position() == (3, 4)
    hands.close()


def test_a_flag_with_a_name_that_no_file_has_is_not_there() -> None:
    assert not kill_flag.lift(kill_flag.kill_file(Path("/x\0")))

"""The files that stop betting: what is there, what cannot be read, and how they are lifted."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Never

import pytest

from aviator.act.kill import LASTS, KillSource
from aviator.act.recording import RecordingHands
from aviator.core.clock import ManualClock
from aviator.core.errors import UserMistake
from aviator.core.files import open_private, user_state_dir
from aviator.run import kill_flag
from aviator.run.killing import StoppableHands, kill_answer, kill_switch


def full(*_: object, **__: object) -> Never:
    raise OSError(28, "No space left on device")


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
    assert set(kill_flag.set_together(flag)) <= {kill_flag.kill_file(Path("/x"))}
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


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("flag", [lambda _: kill_flag.user_flag(), kill_flag.kill_file])
def test_a_kill_that_was_lifted_holds_for_who_ran_at_that_time(data_dir: Path, flag: Callable[[Path], Path], again: bool) -> None:
    """It may have stood still from the press to the lifting, and others may have started since."""
    ran = kill_switch(data_dir, ManualClock())
    assert ran.check() is None
    for _ in range(1 + again):
        kill_flag.press(flag(data_dir), "test")
        kill_flag.lift(flag(data_dir))
        assert kill_switch(data_dir, ManualClock()).check() is None
    assert ran.check() is not None


def test_a_press_needs_no_space(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk without space, or without numbers for files, no file can be made; its name can be changed."""
    switch = kill_switch(data_dir, ManualClock())
    monkeypatch.setattr(kill_flag, "open_private", full)
    assert LASTS in kill_answer(switch, KillSource.API)
    monkeypatch.setattr(kill_flag, "open_private", open_private)
    assert kill_switch(data_dir, ManualClock()).check() is not None


def test_who_cannot_keep_a_kill_does_not_bet(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kill_flag, "open_private", full)
    pressed = kill_switch(data_dir, ManualClock()).check()
    assert pressed is not None
    assert "could not be kept" in str(pressed)
    assert "No space left" in str(pressed)


def test_an_answer_says_when_a_kill_could_not_be_kept(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = kill_switch(data_dir, ManualClock())
    kill_flag.user_flag().with_name("kill.ready").unlink()
    monkeypatch.setattr(kill_flag, "open_private", full)
    answer = kill_answer(switch, KillSource.API)
    assert LASTS not in answer
    assert "the next one may bet" in answer


def test_a_press_counts_for_the_next_start_also_where_a_fault_stopped_betting_before(data_dir: Path) -> None:
    """What cannot be read lasts as long as it cannot be read; what a person presses lasts until it is lifted."""
    switch = kill_switch(data_dir, ManualClock())
    (data_dir / "control").rename(data_dir / "unmounted")
    assert switch.check() is not None
    (data_dir / "unmounted").rename(data_dir / "control")
    for _ in range(2):
        assert LASTS in kill_answer(switch, KillSource.API)
        assert kill_switch(data_dir, ManualClock()).check() is not None
        kill_flag.lift(kill_flag.user_flag())


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes among its files")
def test_a_pipe_in_place_of_the_file_that_waits_holds_nobody_up(data_dir: Path) -> None:
    user_state_dir().mkdir(exist_ok=True)
    os.mkfifo(user_state_dir() / "kill.ready")
    assert kill_switch(data_dir, ManualClock()).check() is not None


def test_a_stopped_rehearsal_does_not_go_on_when_the_kill_is_lifted() -> None:
    hands = StoppableHands(RecordingHands(ManualClock()))
    kill_flag.press(kill_flag.user_flag(), "test")
    kill_flag.lift(kill_flag.user_flag())
    with pytest.raises(UserMistake):
        hands.click()
    hands.close()

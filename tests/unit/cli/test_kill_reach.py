"""Which engines `aviator kill` reaches: those of other environments too, and fewer where a state folder is named."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from aviator.act.kill import KillSource, KillSwitch
from aviator.act.recording import RecordingHands
from aviator.cli.kill import run_plain
from aviator.core.clock import SystemClock
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE, UserMistake
from aviator.core.files import account_state_dir, user_state_dir
from aviator.run.engine_registry import EngineRegistration
from aviator.run.instance_lock import hands_lock
from aviator.run.kill_flag import waiting
from aviator.run.killing import KillWatcher, StoppableHands, kill_switch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the account's home folder is another one there")


class Environment:
    """Variables as a shell, a service or another terminal sets them, for one account with one home folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        self._monkeypatch, self.home = monkeypatch, home
        monkeypatch.setattr("pwd.getpwuid", lambda _: SimpleNamespace(pw_dir=str(home)))
        self(None)

    def __call__(self, state: object, xdg: object = None, home: object = None) -> None:
        for name, value in (("AVIATOR_STATE", state), ("XDG_STATE_HOME", xdg), ("HOME", home or self.home)):
            if value is None:
                self._monkeypatch.delenv(name, raising=False)
            else:
                self._monkeypatch.setenv(name, str(value))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    return Environment(monkeypatch, tmp_path / "home")


@contextmanager
def engine(data_dir: Path) -> Iterator[KillSwitch]:
    data_dir.mkdir(exist_ok=True)
    registration = EngineRegistration(data_dir, "live")
    registration.open()
    switch = kill_switch(data_dir, SystemClock())
    watcher = KillWatcher(switch, registration)
    watcher.start()
    try:
        yield switch
    finally:
        watcher.stop()
        registration.close()


def kill(*, off: bool = False) -> int:
    return run_plain({"off": off, "data_dir": ""})


ELSEWHERE = {"XDG_STATE_HOME": {"xdg": "x"}, "HOME": {"home": "h"}, "AVIATOR_STATE": {"state": "s"}}


def elsewhere(environment: Environment, which: str, folder: Path) -> None:
    environment(**{"state": None} | {key: folder / value for key, value in ELSEWHERE[which].items()})


@pytest.mark.parametrize("which", ELSEWHERE)
def test_a_variable_that_only_the_engine_has_keeps_it_from_no_kill(environment, tmp_path, data_dir, capsys, which) -> None:
    elsewhere(environment, which, tmp_path)
    with engine(data_dir) as switch:
        environment(None)
        assert kill() == EXIT_OK
        assert switch.check() is not None
        assert f"confirmed: process {os.getpid()}" in capsys.readouterr().out
    elsewhere(environment, which, tmp_path)
    with engine(data_dir) as later:
        assert later.check() is not None, "the kill lasts also for the next start there"
        environment(None)
        assert kill(off=True) == EXIT_OK
    elsewhere(environment, which, tmp_path)
    assert waiting(data_dir) is None
    with engine(data_dir) as last:
        assert last.check() is None
    common = account_state_dir()
    assert common is not None
    assert not list((common / "engines").iterdir())


@pytest.mark.parametrize("which", ["XDG_STATE_HOME", "HOME"])
def test_a_variable_that_only_the_kill_has_keeps_no_engine_from_it(environment, tmp_path, data_dir, capsys, which) -> None:
    with engine(data_dir) as switch:
        elsewhere(environment, which, tmp_path)
        assert kill() == EXIT_OK
        assert switch.check() is not None
        assert f"confirmed: process {os.getpid()}" in capsys.readouterr().out
    environment(None)
    assert waiting(data_dir) is not None
    assert kill(off=True) == EXIT_OK
    elsewhere(environment, which, tmp_path)
    assert waiting(data_dir) is None, "what was set together is lifted together"


def test_an_engine_that_starts_elsewhere_after_a_kill_bets_nothing(environment, tmp_path, data_dir) -> None:
    assert kill() == EXIT_OK
    for which in ELSEWHERE:
        elsewhere(environment, which, tmp_path)
        assert waiting(data_dir) is not None
        with engine(data_dir) as switch:
            assert switch.check() is not None
        with pytest.raises(UserMistake, match="while a kill lasts"):
            StoppableHands(RecordingHands(SystemClock())).click()


def test_a_press_at_an_engine_lasts_for_all_environments(environment, tmp_path, data_dir) -> None:
    environment(None, xdg=tmp_path)
    with engine(data_dir) as switch:
        switch.press(KillSource.HOT_KEY)
    environment(None)
    with engine(data_dir) as switch:
        assert switch.check() is not None


def test_a_named_state_folder_limits_a_kill_to_it_and_who_reached_nobody_is_told(environment, tmp_path, data_dir, capsys) -> None:
    with engine(data_dir) as others:
        environment(tmp_path / "mine")
        assert kill() == EXIT_CRASH
        said = capsys.readouterr()
        assert others.check() is None
        assert f"NOT STOPPED, its state folder is {environment.home}" in said.out
        assert "No engine with this state folder is running" in said.out
        assert "unset AVIATOR_STATE" in said.err
        assert kill(off=True) == EXIT_OK
        with engine(tmp_path / "own") as own:
            assert kill() == EXIT_OK
            assert own.check() is not None
        assert "NOT STOPPED" in capsys.readouterr().out
        assert others.check() is None
        environment(None)
        assert kill() == EXIT_OK
        environment(tmp_path / "mine")
        assert kill(off=True) == EXIT_CRASH
        assert "A kill of all engines of this user lasts" in capsys.readouterr().err


def test_a_state_folder_that_is_apart_has_nothing_to_do_with_others(environment, tmp_path, data_dir, capsys) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "apart").touch()
    with engine(data_dir) as others:
        environment(tmp_path / "mine")
        with engine(tmp_path / "own") as own:
            assert kill() == EXIT_OK
            assert own.check() is not None
            assert kill(off=True) == EXIT_OK
        with engine(tmp_path / "own") as own:
            environment(None)
            assert "NOT STOPPED" not in capsys.readouterr().out
            assert others.check() is None
            assert kill() == EXIT_OK
            assert own.check() is None


def test_a_relative_state_folder_is_a_mistake_that_keeps_nobody_from_stopping(environment, data_dir, capsys) -> None:
    with engine(data_dir) as switch:
        environment("state")
        for use in (user_state_dir, lambda: kill_switch(data_dir, SystemClock())):
            with pytest.raises(UserMistake, match="AVIATOR_STATE is state"):
                use()
        assert kill() == EXIT_USER_MISTAKE
        assert switch.check() is not None
        said = capsys.readouterr()
        assert "Betting is stopped" in said.out
        assert said.err.count("AVIATOR_STATE is state") == said.err.count("\n") == 1
        assert kill(off=True) == EXIT_USER_MISTAKE
        assert "Nothing was lifted" in capsys.readouterr().err
        environment(None)
        assert kill(off=True) == EXIT_OK


@pytest.mark.parametrize("variable", ["HOME", "XDG_STATE_HOME"])
def test_other_relative_folders_are_no_folders(environment, monkeypatch, variable) -> None:
    monkeypatch.setenv(variable, "here")
    if variable == "HOME":
        with pytest.raises(UserMistake, match="no home folder"):
            user_state_dir()
    else:
        assert user_state_dir() == account_state_dir()


def test_without_a_home_that_can_be_used_the_named_folder_is_enough(environment, tmp_path, data_dir) -> None:
    environment.home.write_text("no folder")
    environment(tmp_path / "mine")
    switch = kill_switch(data_dir, SystemClock())
    assert switch.check() is None
    assert kill() == EXIT_OK
    assert switch.check() is not None
    assert kill(off=True) == EXIT_OK


def test_two_state_folders_have_one_mouse(environment, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DISPLAY", f":{10_000 + os.getpid()}")
    environment(tmp_path / "one")
    with hands_lock():
        environment(tmp_path / "two")
        with pytest.raises(UserMistake, match="already has mouse and keyboard"), hands_lock():
            pass
        environment(None)
        with pytest.raises(UserMistake, match="already has mouse and keyboard"), hands_lock():
            pass
    with hands_lock():
        pass

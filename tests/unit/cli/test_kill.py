"""`aviator kill` as a user calls it: without settings, from any folder, with and without engines that confirm."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from aviator.act.kill import LASTS, KillSource
from aviator.cli import kill
from aviator.cli.app import app, guarded
from aviator.cli.consent import armed_by_hand
from aviator.cli.kill import plain_arguments, run_plain
from aviator.cli.status import _betting
from aviator.cli.table import live_table
from aviator.core.bets import Mode
from aviator.core.clock import SystemClock
from aviator.core.config import Settings
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE, UserMistake
from aviator.core.files import user_state_dir
from aviator.run import kill_flag
from aviator.run.engine_registry import EngineRegistration, registry_dir, running_engines
from aviator.run.killing import KillWatcher, kill_answer, kill_switch
from aviator.run.state import EngineState
from aviator.run.status import BettingStatus

Said = Callable[[], tuple[str, str]]


@pytest.fixture(params=["light", "full"])
def called(request: pytest.FixtureRequest) -> Callable[..., int]:
    """Both ways through the program: the early one, and the one that answers `--help`."""

    def light(*arguments: str) -> int:
        options = plain_arguments(arguments)
        assert options is not None
        return run_plain(options)

    def full(*arguments: str) -> int:
        return guarded(lambda: app(["kill", *arguments], standalone_mode=False, prog_name="aviator"))

    return light if request.param == "light" else full


@contextmanager
def engine(data_dir: Path, mode: str = "live") -> Iterator[KillWatcher]:
    """What an engine does for `aviator kill`, without the rest of it."""
    data_dir.mkdir(exist_ok=True)
    registration = EngineRegistration(data_dir, mode)
    registration.open()
    watcher = KillWatcher(kill_switch(data_dir, SystemClock()), registration)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()
        registration.close()


def test_a_broken_settings_file_and_the_folder_do_not_matter(called, tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "aviator.toml").write_text("data_dir = [")
    monkeypatch.chdir(tmp_path)
    assert called() == EXIT_OK
    said = capsys.readouterr().out
    assert "until `aviator kill --off`" in said
    assert "No engine with this state folder is running" in said
    assert kill_flag.fault(kill_flag.user_flag())
    assert called("-c", "aviator.toml", "--off") == EXIT_OK
    assert kill_flag.fault(kill_flag.user_flag()) is None
    assert "allowed again" in capsys.readouterr().out
    assert called("--off") == EXIT_OK
    assert "was not stopped" in capsys.readouterr().out


@pytest.mark.parametrize("mistyped", ["dta", "aviator.toml"])
@pytest.mark.parametrize("off", [(), ("--off",)])
def test_a_mistyped_data_folder_is_a_mistake_that_changes_nothing(called, tmp_path, capsys, mistyped, off) -> None:
    (tmp_path / "aviator.toml").touch()
    before = sorted(tmp_path.rglob("*"))
    assert called("--data-dir", str(tmp_path / mistyped), *off) == EXIT_USER_MISTAKE
    assert sorted(tmp_path.rglob("*")) == before
    assert not kill_flag.user_flag().exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "There is no data folder" in said.err


def test_each_engine_that_bets_confirms_whatever_its_folder(called, tmp_path, capsys) -> None:
    with engine(tmp_path / "one") as one, engine(tmp_path / "two") as two, engine(tmp_path / "three", "watch"):
        began = time.perf_counter()
        assert called() == EXIT_OK
        assert time.perf_counter() - began < 30
        assert one._switch.pressed
        assert two._switch.pressed
        said = capsys.readouterr().out
        assert said.count("\n  confirmed: process ") == 2
        assert said.count("\n  does not bet: process ") == 1
        assert str(tmp_path / "two") in said
        assert called("--off") == EXIT_OK
        assert capsys.readouterr().out.count("stays stopped until it is started again") == 2
        assert one._switch.check(), "a running engine stays stopped"
    with engine(tmp_path / "one") as again:
        assert again._switch.check() is None


def test_one_that_does_not_confirm_is_named(called, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(kill, "CONFIRM_S", 0.0)
    registration = EngineRegistration(tmp_path, "live")
    registration.open()
    assert called() == EXIT_CRASH
    registration.close()
    said = capsys.readouterr()
    assert f"NOT CONFIRMED: process {os.getpid()}, live, data in {tmp_path}" in said.out
    assert "end its process" in said.err


@pytest.mark.parametrize("content", [b"{}", b'{"pid": 1e999}', b'{"pid": 1, "data_dir": "\\u0000"}'])
def test_an_entry_of_another_version_keeps_no_engine_from_being_stopped_and_allowed(called, tmp_path, capsys, content) -> None:
    with engine(tmp_path / "data") as watcher:
        (entry,) = running_engines()
        entry.path.write_bytes(content)
        assert called() == EXIT_OK
        assert watcher._switch.pressed
        assert f"confirmed: the engine of {entry.path}" in capsys.readouterr().out
        assert called("--off") == EXIT_OK


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes among its files")
def test_pipes_in_the_state_folder_hold_nobody_up(called) -> None:
    registry_dir().mkdir(parents=True)
    os.mkfifo(registry_dir() / "1-pipe.engine")
    os.mkfifo(kill_flag.user_flag())
    assert called() == EXIT_OK
    assert kill_flag.fault(kill_flag.user_flag())
    assert called("--off") == EXIT_OK
    assert kill_flag.fault(kill_flag.user_flag()) is None


def test_one_that_ended_meanwhile_need_not_confirm(called, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(kill, "CONFIRM_S", 0.0)
    registration = EngineRegistration(tmp_path, "live")
    registration.open()
    monkeypatch.setattr(kill.time, "monotonic", lambda: registration.close() or 0.0)
    assert called() == EXIT_OK
    assert "NOT CONFIRMED" not in capsys.readouterr().out


def test_an_engine_that_is_not_listed_is_stopped_by_its_folder(called, tmp_path, capsys) -> None:
    """One of another user, or in a container: it does not see this user's state folder."""
    assert called("--data-dir", str(tmp_path)) == EXIT_OK
    assert kill_flag.kill_file(tmp_path).exists()
    assert called("--off") == EXIT_OK, "it knows the folders that it stopped"
    assert not kill_flag.kill_file(tmp_path).exists()
    called("--data-dir", str(tmp_path))
    kill_flag.user_flag().unlink()
    assert called("--off", "--data-dir", str(tmp_path)) == EXIT_OK
    assert not kill_flag.kill_file(tmp_path).exists()


def test_without_a_state_folder_the_named_engine_is_stopped_and_it_says_so(called, tmp_path, capsys, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AVIATOR_STATE", str(tmp_path / "file" / "state"))
    (tmp_path / "data").mkdir()
    assert called("--data-dir", str(tmp_path / "data")) == EXIT_CRASH
    said = capsys.readouterr()
    assert "Betting may go on" in said.out
    assert "cannot be written" in said.err
    assert kill_flag.kill_file(tmp_path / "data").exists()


@pytest.mark.parametrize("source", [KillSource.HOT_KEY, KillSource.CORNER, KillSource.API, KillSource.PANEL])
def test_every_press_lasts_until_it_is_lifted(called, tmp_path, capsys, source) -> None:
    with engine(tmp_path / "data") as first:
        first._switch.press(source)
    with engine(tmp_path / "other") as later:
        pressed = later._switch.check()
        assert pressed is not None, "the next start, on whatever folder, bets no more than this one"
    assert called("--off") == EXIT_OK
    with engine(tmp_path / "data") as last:
        assert last._switch.check() is None


def test_a_press_is_kept_once_and_not_again_after_it_was_lifted(called, tmp_path) -> None:
    with engine(tmp_path / "data") as watcher:
        watcher._switch.press(KillSource.HOT_KEY)
        watcher.look()
        assert called("--off") == EXIT_OK
        watcher.look()
        assert not kill_flag.user_flag().exists()
        assert watcher._switch.pressed


def test_an_engine_that_is_held_up_confirms_late_but_does_confirm(called, tmp_path, monkeypatch) -> None:
    """As after SIGSTOP and SIGCONT: the flag waits for it."""
    monkeypatch.setattr(kill, "CONFIRM_S", 0.0)
    registration = EngineRegistration(tmp_path, "live")
    registration.open()
    watcher = KillWatcher(kill_switch(tmp_path, SystemClock()), registration)
    assert called() == EXIT_CRASH
    watcher.look()
    assert called() == EXIT_OK
    registration.close()


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("-h",), ("--of",), ("--data-dir",), ("--data-dir=",), ("--data-dir", ""), ("x",), ("--off=1",), ("--", "x")],
)
def test_all_but_the_plain_call_is_for_the_full_program(arguments: tuple[str, ...]) -> None:
    assert plain_arguments(arguments) is None


def test_the_command_loads_next_to_nothing(tmp_path: Path) -> None:
    """Number 24: what a stop has to wait for. Lists the modules of the real entry point."""
    code = (
        "import sys; sys.argv = ['aviator', 'kill']\n"
        "from aviator.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    loaded = done.stdout.splitlines()[-1]
    for heavy in ("cv2", "numpy", "sqlalchemy", "typer", "rich", "msgspec", "psutil", "mss", "tomllib"):
        assert f"'{heavy}'" not in loaded, heavy


def test_an_output_that_takes_nothing_does_not_keep_betting_going(monkeypatch, tmp_path) -> None:
    class Closed:
        encoding = "cp1252"

        def write(self, _: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    monkeypatch.setattr(sys, "stderr", Closed())
    assert run_plain({"off": False, "data_dir": ""}) == EXIT_OK
    assert kill_flag.user_flag().exists()


def test_two_kills_at_once_both_say_the_same(tmp_path) -> None:
    with engine(tmp_path / "data"):
        codes: list[int] = []
        threads = [threading.Thread(target=lambda: codes.append(run_plain({"off": False, "data_dir": ""}))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert codes == [EXIT_OK] * 4
    assert user_state_dir().is_dir()


def test_status_and_arming_say_that_a_kill_waits_for_the_next_start(tmp_path, capsys, monkeypatch) -> None:
    def status() -> str:
        guarded(lambda: app(["status", "--data-dir", str(tmp_path)], standalone_mode=False, prog_name="aviator"))
        return " ".join(capsys.readouterr().out.split())

    assert "bets nothing" not in status()
    run_plain({"off": False, "data_dir": ""})
    assert "An engine that starts now bets nothing: a kill lasts until `aviator kill --off`" in status()
    terminal = StringIO("no\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    with pytest.raises(UserMistake, match="Not armed"):
        armed_by_hand(Settings(tmp_path))
    assert "Nothing will be bet: a kill lasts" in capsys.readouterr().out


def test_readme_the_table_status_and_the_messages_agree_on_how_long_a_kill_lasts(tmp_path, capsys) -> None:
    """README: "Each of them lasts until `aviator kill --off` and a new start of the engine"."""
    readme = " ".join((Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8").split())
    assert f"Each of them lasts {LASTS}" in readme
    assert "until the next start" not in readme
    run_plain({"off": False, "data_dir": ""})
    assert "until `aviator kill --off`" in capsys.readouterr().out
    switch = kill_switch(tmp_path, SystemClock())
    assert LASTS in kill_answer(switch, KillSource.API)
    console = Console(width=80, record=True, file=StringIO())
    console.print(live_table(EngineState(0.0, 1.0, (), 0, 0, str(switch.pressed)), 80))
    assert f"Betting is stopped {LASTS}: {switch.pressed}" in " ".join(console.export_text().split())
    status = BettingStatus(Mode.LIVE, armed=False, killed=str(switch.pressed))
    assert any(LASTS in line.plain for line in _betting(status, 0.0))

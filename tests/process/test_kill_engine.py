"""`aviator kill` and a whole engine that bets on paper; engines that race for a data folder or a display."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.process.stubs import employed

from aviator.act.hands import display_name
from aviator.cli.kill import run_plain
from aviator.core.config import BetSettings, BookmakerSettings, MetricsSettings, Settings
from aviator.core.errors import EXIT_CRASH, EXIT_OK, UserMistake
from aviator.core.files import user_state_dir
from aviator.core.types import BookmakerId, Rect
from aviator.run import engine as engine_module
from aviator.run import instance_lock
from aviator.run.engine import Engine
from aviator.run.instance_lock import folder_lock, hands_lock
from aviator.run.jobs import Target
from aviator.run.processes import Row, Stop
from aviator.run.recovery import presence
from aviator.run.signals import StopSwitch
from aviator.run.state import EngineState
from aviator.run.status import read_status

pytestmark = pytest.mark.process

ROW = Row("see:{bookmaker}", Stop.WORKERS, employed)
OWN_FOLDER = """
import sys
from pathlib import Path
from aviator.core.errors import UserMistake
from aviator.run.recovery import presence
try:
    with presence(Path(sys.argv[1])):
        print("alone", flush=True)
        sys.stdin.read()
except UserMistake as error:
    print(error, flush=True)
"""
OWN_DISPLAY = OWN_FOLDER.replace("aviator.run.recovery import presence", "aviator.run.instance_lock import hands_lock").replace(
    "presence(Path(sys.argv[1]))", "hands_lock()"
)


@pytest.fixture
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    def targets(settings: Settings) -> tuple[Target, ...]:
        return tuple(Target(BookmakerId(b.name), Rect(0, 0, 10, 10), data_dir, 12.0) for b in settings.bookmakers)

    monkeypatch.setattr(engine_module, "targets", targets)
    return Settings(
        data_dir=data_dir, bet=BetSettings("paper"), metrics=MetricsSettings(port=0), bookmakers=(BookmakerSettings("A"),)
    )


def run_until_killed_and_read(settings: Settings, capsys: pytest.CaptureFixture[str], *, kill: bool) -> tuple[str, str]:
    """What `aviator kill` said, and what `status.json` says while the engine goes on reading."""
    switch, said, killed, rounds = StopSwitch(), list[str](), list[str](), list[int]()

    def watch(state: EngineState) -> None:
        (one,) = state.bookmakers
        if one.rounds > 3 and kill and not said:
            assert run_plain({"off": False, "data_dir": ""}) == EXIT_OK
            said.append(capsys.readouterr().out)
        status = read_status(settings.data_dir)
        if (said or not kill) and status and status.betting and status.betting.killed:
            killed.append(status.betting.killed)
            rounds.append(one.rounds)
            if one.rounds > rounds[0] + 3:
                switch.press()

    Engine(settings, row=ROW).run(120, switch, watch)
    return "".join(said), killed[0]


def test_a_running_engine_confirms_and_goes_on_recording_and_a_new_one_starts_stopped(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    said, killed = run_until_killed_and_read(settings, capsys, kill=True)
    assert f"confirmed: process {os.getpid()}, paper, data in {settings.data_dir}" in said
    assert "NOT CONFIRMED" not in said
    assert "kill exists" in killed
    _, again = run_until_killed_and_read(settings, capsys, kill=False)
    assert again == killed


def test_an_engine_with_an_unreadable_control_folder_records_and_does_not_bet(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.data_dir / "control").write_text("in the way")
    _, killed = run_until_killed_and_read(settings, capsys, kill=False)
    assert "control" in killed


def racing(code: str, count: int, *arguments: str, env: dict[str, str] | None = None) -> tuple[list[str], ExitStack]:
    """What each of `count` processes that start at once said first; they stay until the stack is closed."""
    stack = ExitStack()
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        for _ in range(count)
    ]
    for racer in racers:
        stack.callback(racer.communicate)
    return [racer.stdout.readline().strip() for racer in racers if racer.stdout], stack


def test_of_engines_that_race_for_a_folder_one_goes_on(data_dir: Path) -> None:
    said, stack = racing(OWN_FOLDER, 5, str(data_dir))
    with stack:
        assert said.count("alone") == 1
        assert sum("already runs on the data folder" in line for line in said) == 4
        with pytest.raises(UserMistake, match="already runs on the data folder"), presence(data_dir):
            pass
    with presence(data_dir):
        pass


def test_of_engines_that_race_for_a_display_one_goes_on() -> None:
    number = 10_000 + os.getpid()
    said, stack = racing(OWN_DISPLAY, 4, env={"DISPLAY": f":{number}"})
    with stack:
        assert said.count("alone") == 1
        assert sum("already has mouse and keyboard" in line for line in said) == 3
        others, other_stack = racing(OWN_DISPLAY, 1, env={"DISPLAY": f"unix:{number}.0"})
        with other_stack:
            assert "already has mouse and keyboard" in others[0], "another name of the same display"
        free, free_stack = racing(OWN_DISPLAY, 1, env={"DISPLAY": f":{number + 1_000_000}"})
        with free_stack:
            assert free == ["alone"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has locks without a file")
def test_a_deleted_lock_lets_no_second_engine_at_a_display() -> None:
    display = {"DISPLAY": f":{10_000 + os.getpid()}"}
    said, stack = racing(OWN_DISPLAY, 1, env=display)
    with stack:
        assert said == ["alone"]
        locks = [path for path in user_state_dir().rglob("displays/*.lock") if str(os.getpid() + 10_000) in path.name]
        assert locks
        for path in locks:
            path.unlink()
        others, other_stack = racing(OWN_DISPLAY, 1, env=display)
        with other_stack:
            assert "already has mouse and keyboard" in others[0]


def test_a_display_has_one_name_per_server(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {display_name(name) for name in (":1", ":1.0", "unix:1", "localhost:1.0", "127.0.0.1:1")}
    assert len(names) == 1
    assert display_name("elsewhere:1") not in names
    assert display_name(":2") not in names
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(UserMistake, match="no display"):
        display_name()


def test_a_disk_without_locks_is_said_plainly(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> bool:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(instance_lock.FileLock, "acquire", no_locks)
    for lock in (lambda: folder_lock(data_dir), hands_lock):
        monkeypatch.setenv("DISPLAY", ":1")
        with pytest.raises(UserMistake, match="No locks available"), lock():
            pass


def test_watching_needs_no_display(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    switch = StopSwitch()
    watching = replace(settings, bet=BetSettings("watch"))
    Engine(watching, row=ROW).run(120, switch, lambda state: switch.press() if state.bookmakers[0].rounds > 1 else None)


def test_a_lost_run_file_lets_no_second_engine_in(data_dir: Path) -> None:
    """The file was all that kept a second one away; two that looked at the same time both saw none."""
    said, stack = racing(OWN_FOLDER, 1, str(data_dir))
    with stack:
        assert said == ["alone"]
        (data_dir / "run.json").unlink()
        others, other_stack = racing(OWN_FOLDER, 1, str(data_dir))
        with other_stack:
            assert "already runs on the data folder" in others[0]


CLICKS = """
import sys
from pathlib import Path
from aviator.core.clock import SystemClock
from aviator.run.engine_registry import EngineRegistration
from aviator.run.killing import KillWatcher, kill_switch
folder = Path(sys.argv[1])
registration = EngineRegistration(folder, "live")
registration.open()
switch = kill_switch(folder, SystemClock())
watcher = KillWatcher(switch, registration)
watcher.start()
print("ready", flush=True)
sys.stdin.read()
print(switch.check(), flush=True)
watcher.stop()
registration.close()
"""


@contextmanager
def suspended(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """An engine's kill switch in a process of its own that stands still; what it says when it has gone on is its last word."""
    with subprocess.Popen(
        [sys.executable, "-c", CLICKS, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as engine:
        assert engine.stdout is not None
        assert engine.stdout.readline() == "ready\n"
        engine.send_signal(signal.SIGSTOP)
        while psutil.Process(engine.pid).status() != psutil.STATUS_STOPPED:
            pass
        yield engine


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGSTOP")
def test_a_suspended_engine_is_named_and_stops_when_it_goes_on(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with suspended(data_dir) as engine:
        assert run_plain({"off": False, "data_dir": ""}) == EXIT_CRASH
        assert f"NOT CONFIRMED: process {engine.pid}" in capsys.readouterr().out
        engine.send_signal(signal.SIGCONT)
        while run_plain({"off": False, "data_dir": ""}) != EXIT_OK:
            pass
        assert f"\n  confirmed: process {engine.pid}" in capsys.readouterr().out
        said, _ = engine.communicate()
        assert "kill switch was pressed" in said


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGSTOP")
def test_one_that_stood_still_until_the_kill_was_lifted_stays_stopped(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with suspended(data_dir) as engine:
        assert run_plain({"off": False, "data_dir": ""}) == EXIT_CRASH
        assert run_plain({"off": True, "data_dir": ""}) == EXIT_OK
        assert f"stays stopped until it is started again: process {engine.pid}" in capsys.readouterr().out
        engine.send_signal(signal.SIGCONT)
        said, _ = engine.communicate()
        assert "kill switch was pressed" in said

"""A real display that dies and comes back: whoever reads it survives, says so, and reads on."""

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.known import PROFILES

from aviator.core.clock import SystemClock
from aviator.core.errors import EXIT_OK, SightLost, UserMistake
from aviator.core.events import Event, PhaseChanged, StopWorker, WorkerBeat
from aviator.core.types import BookmakerId, Phase, Rect
from aviator.see.capture import ScreenSource
from aviator.see.settings import WorkerSettings
from aviator.see.worker import main
from aviator.wire.codec import decode
from aviator.wire.outbox import send_command

pytestmark = pytest.mark.process

PATIENCE_S = 30.0
BLACK = "all is black: the window is gone, or the screen is locked or asleep"


class Display:
    """An Xvfb that can be killed and started again under the same name."""

    def __init__(self) -> None:
        self.name = ""
        self.start()

    def start(self) -> None:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(
            [*command, self.name] if self.name else command, stderr=subprocess.DEVNULL, pass_fds=(writing,)
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self.name = f":{told.readline().strip()}"

    def kill(self) -> None:
        self._server.kill()
        self._server.wait()


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[Display]:
    display = Display()
    monkeypatch.setenv("DISPLAY", display.name)
    try:
        yield display
    finally:
        display.kill()


def wait_for(done: Callable[[], bool], what: str) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + PATIENCE_S
    while not done():
        assert clock.monotonic() < deadline, f"waited in vain for {what}"
        clock.sleep(0.02)


def test_a_source_says_what_is_the_matter_and_reads_on(display: Display) -> None:
    window, reasons = Rect(100, 50, 300, 200), list[str]()

    def readable() -> bool:
        try:
            return source.grab(window).pixels.shape == (200, 300, 4)
        except SightLost as error:
            reasons.append(error.reason)
            return False

    with closing(ScreenSource(SystemClock())) as source:
        assert readable()
        for _ in range(3):
            with pytest.raises(SightLost, match=r"The window \(300x200 at 700, 50\) lies off the screen\."):
                source.grab(window.moved(600, 0))
        assert readable(), "a window off the screen costs the others nothing"
        for _ in range(2):
            display.kill()
            for _ in range(3):
                assert not readable()
            display.start()
            wait_for(readable, "the display to be read again")
    assert set(reasons) == {"the display is gone"}


def test_a_display_that_never_was_is_the_users_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9999")
    with pytest.raises(UserMistake, match=r"There is no display to read .* start a desktop session or set DISPLAY\."):
        ScreenSource(SystemClock())
    with closing(ScreenSource(SystemClock(), wait=True)) as patient, pytest.raises(SightLost, match=r"The display is gone\."):
        patient.grab(Rect(0, 0, 10, 10))


def worker_settings(folder: Path) -> WorkerSettings:
    return WorkerSettings(
        bookmaker=BookmakerId("Admiral"),
        window=Rect(0, 0, 640, 540),
        profile=PROFILES / "admiral.toml",
        hz=20,
        growth_s=3.0,
        evidence_dir=folder / "evidence",
        evidence=0,
        recent=(),
        log_file=folder / "worker.log",
        log_level="INFO",
        spool_dir=folder / "spool",
        screen=Rect(0, 0, 800, 600),
    )


@pytest.mark.timeout(400)
def test_a_worker_outlives_its_display(display: Display, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    engine, theirs = context.Pipe()
    worker = context.Process(target=main, args=(theirs, worker_settings(tmp_path)))
    worker.start()
    theirs.close()
    events: list[Event] = []

    def told(offline: str) -> Callable[[], bool]:
        def is_told() -> bool:
            while engine.poll():
                events.extend(event for _, event in decode(engine.recv_bytes()).items)
            beats = [e for e in events if isinstance(e, WorkerBeat)]
            return bool(beats) and beats[-1].offline == offline

        return is_told

    try:
        wait_for(told(BLACK), "an empty screen to be called so")
        display.kill()
        wait_for(told("the display is gone"), "the display to be missed")
        display.start()
        wait_for(told(BLACK), "the screen to be seen again")
        send_command(engine, StopWorker())
        worker.join(PATIENCE_S)
        assert worker.exitcode == EXIT_OK
    finally:
        if worker.is_alive():
            os.kill(worker.pid or 0, signal.SIGKILL)
            worker.join()
        engine.close()
    changes = [e for e in events if isinstance(e, PhaseChanged)]
    assert [(c.from_phase, c.to_phase, c.reason) for c in changes] == [(Phase.UNKNOWN, Phase.OFFLINE, BLACK)]

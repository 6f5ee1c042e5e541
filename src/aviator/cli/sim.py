"""`aviator sim`: only the simulated bookmakers and their windows; and the same as a child process for `demo`, benches and tests.

In: options. Out: windows on a display and the ledger of truth. The child tells where its windows are by one line of JSON
and ends in order when its standard input is closed, so that it never outlives its parent.
"""

import _thread
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Annotated, Any

import typer

from aviator.cli.output import echo
from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE, AviatorError, Interrupted, UserMistake
from aviator.core.extras import require
from aviator.core.safe_text import bounded
from aviator.core.types import Rect
from aviator.run.signals import StopSwitch

_READY_S = 120.0
_STEP_S = 0.05
_LEAVE_S = 20.0
SKINS = ("ours", "random")

Bookmakers = Annotated[str, typer.Option(help="How many simulated bookmakers, 1 to 6, or their names with commas between.")]
Speed = Annotated[float, typer.Option(help="Divides every duration of the game: 4 is four times as fast.", min=0.01, max=20)]
Skins = Annotated[str, typer.Option(help="ours: six bookmakers; random: generated pages, the first is number SEED.")]
Seed = Annotated[int, typer.Option(help="Fixes every random choice: the same seed, the same rounds.")]


def sim(
    *,
    bookmakers: Bookmakers = "6",
    skins: Skins = "ours",
    speed: Speed = 1.0,
    seed: Seed = 1,
    ledger: Annotated[Path | None, typer.Option(help="File for the truth about every round, one JSON object a line.")] = None,
    port: Annotated[int, typer.Option(help="Port of the pages and the control endpoint; 0: any free one.", min=0, max=65535)] = 0,
    hidden: Annotated[bool, typer.Option("--hidden", help="Use a hidden display instead of yours.")] = False,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """Only the simulated bookmakers and their windows."""
    require("sim")
    from aviator.see.capture import screen_rect
    from aviator.sim.display import hidden_display
    from aviator.sim.main import Ready, SimOptions, run

    def on_ready(ready: Ready) -> None:
        if child:
            echo(json.dumps({"display": display, **json.loads(ready.to_json())}))
            sys.stdout.flush()
            return
        for window in ready.windows:
            echo(f"{window.bookmaker:<12}{window.rect.width}x{window.rect.height} at {window.rect.x}, {window.rect.y}")
        echo(f"Control: {ready.control_url}/control")
        echo("The games run; Ctrl-C ends them." + (f" The truth goes to {ledger}." if ledger else ""))

    if child:
        signal.signal(signal.SIGTERM, _leave)  # until the windows have a handler of their own
        threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()
    if ledger:
        ledger.parent.mkdir(parents=True, exist_ok=True)
    with hidden_display() if hidden else nullcontext() as display:
        screen = screen_rect(1)
        wanted = int(bookmakers) if bookmakers.isdigit() else tuple(name.strip() for name in bookmakers.split(","))
        size = (screen.w, screen.h)
        options = SimOptions(wanted, checked_skins(skins), speed, seed, ledger, display_size=size, port=port, bare_display=hidden)
        run(options, on_ready)


def checked_skins(skins: str) -> str:
    """Raises `UserMistake`."""
    if skins not in SKINS:
        raise UserMistake(f"--skins is {skins!r}, allowed: {', '.join(SKINS)}.")
    return skins


@dataclass(frozen=True, slots=True)
class SimWindow:
    """A simulated bookmaker's window on the display."""

    bookmaker: str
    skin: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Simulation:
    """A running `sim` child. `display` is its hidden display, None for the user's own."""

    process: subprocess.Popen[str]
    display: str | None
    control_url: str
    windows: tuple[SimWindow, ...]
    layout: int
    speed: float

    @property
    def gone(self) -> bool:
        return self.process.poll() is not None


@contextmanager
def simulation(
    *, bookmakers: str, speed: float, seed: int, ledger: Path, log: Path, hidden: bool, stop: StopSwitch, skins: str = "ours"
) -> Iterator[Simulation]:
    """Simulated bookmakers for as long as the block lasts; what the child complains of goes to `log`.

    Raises `UserMistake` when they cannot be shown.
    """
    options = {"--bookmakers": bookmakers, "--skins": skins, "--speed": speed, "--seed": seed, "--ledger": ledger}
    command = [sys.executable, "-m", "aviator", "sim", "--child", *(str(x) for pair in options.items() for x in pair)]
    with log.open("w", encoding="utf-8") as complaints:
        process = subprocess.Popen(
            [*command, "--hidden"] if hidden else command,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True,
            start_new_session=True,  # Ctrl-C is for us: the windows must outlast the engine
        )  # fmt: skip
    try:
        line = _first_line(process, stop)
        if not line:
            raise _failure(process, log)
        yield _simulation(process, line)
    finally:
        _end(process)


def _first_line(process: subprocess.Popen[str], stop: StopSwitch) -> str:
    """What the child says when it is ready; empty when it ends without that."""
    lines: SimpleQueue[str] = SimpleQueue()
    out = process.stdout
    assert out is not None
    threading.Thread(target=lambda: lines.put(out.readline()), name="sim-ready", daemon=True).start()
    for _ in range(int(_READY_S / _STEP_S)):
        try:
            return lines.get(timeout=_STEP_S)
        except Empty:
            if stop.asked.is_set():
                echo("Closing the windows of the simulated bookmakers …", err=True)
                raise Interrupted("Stopped before the windows were shown.") from None
    raise UserMistake(f"The simulated bookmakers did not show their windows within {_READY_S:g} s: is the machine very busy?")


def _failure(process: subprocess.Popen[str], log: Path) -> AviatorError:
    text = log.read_text(encoding="utf-8", errors="replace")
    said = [bounded(line) for line in text.strip().splitlines()[-1:]] or ["they gave no reason"]
    if process.wait(_LEAVE_S) == EXIT_USER_MISTAKE:
        return UserMistake(said[-1])
    return AviatorError(f"The simulated bookmakers could not be started: {said[-1].rstrip('.')}. More in {log}.")


def _simulation(process: subprocess.Popen[str], line: str) -> Simulation:
    ready: dict[str, Any] = json.loads(line)
    windows = tuple(SimWindow(w["bookmaker"], w["skin"], Rect(*w["rect"])) for w in ready["windows"])
    return Simulation(process, ready["display"], ready["control_url"], windows, ready["layout"], ready["speed"])


def _end(process: subprocess.Popen[str]) -> None:
    """Close its input, which it takes as a request to leave; press harder if it does not."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    for press in (process.terminate, process.kill):
        try:
            process.wait(_LEAVE_S)
            break
        except subprocess.TimeoutExpired:
            press()
    process.wait()
    process.stdout.close()


def _leave(*_: object) -> None:
    """End the child in order before its windows are opened."""
    raise SystemExit(EXIT_OK)


def _leave_with_parent() -> None:
    """Thread of the child: its input ends when the parent closes it or dies."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    _thread.interrupt_main(signal.SIGTERM)

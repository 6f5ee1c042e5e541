"""Does the faults and heals them: each kind is a context manager whose body is the fault and whose end is the cure.

In: a `Stage` and a planned fault. Out: processes killed or stopped, files locked, filled and deleted, the simulator troubled.
Raises OSError or URLError where a fault cannot be done just now. Threads of the soak.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tools.soak.engine import EngineKeeper
from tools.soak.hanging_strategy import HANG_SUFFIX
from tools.soak.plan import Fault

from aviator.act.hands_x11 import X11Hands
from aviator.cli.sim import Simulation
from aviator.core.clock import SystemClock
from aviator.core.config import LimitSettings
from aviator.core.files import replace_file, user_state_dir
from aviator.run.consent import give_consent
from aviator.run.control import resume
from aviator.run.limits_history import moment
from aviator.see.capture import screen_rect

_FOREVER_S = 1e6
_ANSWER_S = 90.0
_LOCK_PATIENCE_S = 20.0
_WORKER_S = 10.0
_AGAIN_S = 0.25
_BLOCK = bytes(1 << 20)
_CLICK_S = 30.0
_TIGHT_S = 0.002
_AT_CLICK_S = 0.04
_STARTED_S = 8.0

Deed = Callable[["Stage", Fault], Iterator[None]]


@dataclass(frozen=True, slots=True)
class Stage:
    """What faults strike. `data`: the engine's folder; `strategy`: the file of the strategy that hangs on demand;
    `limits`: as they were accepted;
    `clock_file`: by how much the engine's clock is shifted."""

    sim: Simulation
    engine: EngineKeeper
    data: Path
    strategy: Path
    limits: LimitSettings
    clock_file: Path

    @property
    def journal(self) -> Path:
        return self.data / "journal" / "bets-live.jsonl"

    @property
    def database(self) -> Path:
        return self.data / "aviator.db"

    def control(self, skin: str, kind: str, options: dict[str, Any]) -> None:
        """Tell the simulator to make trouble, or to heal it."""
        body = json.dumps(options).encode()
        request = urllib.request.Request(f"{self.sim.control_url}/control/{skin}/{kind}", body, method="POST")
        try:
            urllib.request.urlopen(request, timeout=_ANSWER_S).close()
        except urllib.error.HTTPError as error:
            raise OSError(json.loads(error.read())["error"]) from None


def deed(stage: Stage, fault: Fault) -> AbstractContextManager[None]:
    """The fault itself; what is no deed of ours is trouble of the simulator's."""
    return contextmanager(_DEEDS.get(fault.kind, _trouble))(stage, fault)


def _trouble(stage: Stage, fault: Fault) -> Iterator[None]:
    skin = next(w.skin for w in stage.sim.windows if fault.bookmaker in (None, w.bookmaker))
    stage.control(skin, fault.kind, {**fault.options, "seconds": _FOREVER_S if fault.for_s else 0.0})
    try:
        yield
    finally:
        stage.control(skin, "heal", {"kind": fault.kind})


def _worker_kill(stage: Stage, fault: Fault) -> Iterator[None]:
    _strike(stage, fault, signal.SIGKILL)
    yield


def _worker_stop(stage: Stage, fault: Fault) -> Iterator[None]:
    _strike(stage, fault, signal.SIGSTOP)
    yield


def _strike(stage: Stage, fault: Fault, blow: signal.Signals) -> None:
    """Another fault may have ended the worker a moment ago: then its next one is waited for."""
    deadline = time.monotonic() + _WORKER_S
    while True:
        try:
            os.kill(stage.engine.worker(str(fault.bookmaker)), blow)
        except ProcessLookupError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _engine_kill(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001 - all deeds are called alike
    stage.engine.kill()
    yield


def _engine_stop(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001
    pid = stage.engine.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _lock(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001
    address = f"{stage.database.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_LOCK_PATIENCE_S, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise OSError(f"the database could not be locked: {error}") from None


def _fill(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001
    yield from _filled(stage.data)


def _filled(folder: Path) -> Iterator[None]:
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (len(_BLOCK), 4096, 1):
                _write_until_full(file.fileno(), _BLOCK[:size])
        yield
    finally:
        filler.unlink(missing_ok=True)


def _write_until_full(file: int, block: bytes) -> None:
    try:
        while os.write(file, block) == len(block):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def _delete(stage: Stage, fault: Fault) -> Iterator[None]:
    stage.database.unlink()
    if fault.options.get("log_too"):
        for ending in ("-wal", "-shm"):
            stage.database.with_name(stage.database.name + ending).unlink(missing_ok=True)
    yield


def _journal_full(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001
    if not os.path.ismount(stage.journal.parent):
        raise OSError("the journal has no disk of its own")
    yield from _filled(stage.journal.parent)


def _click_kill(stage: Stage, fault: Fault) -> Iterator[None]:
    """Wait for the next line of the journal that intends a click, and kill the engine within the time of a click."""
    rng, before = Random(fault.at_s), _clicks(stage.journal)
    deadline = time.monotonic() + _CLICK_S
    while _clicks(stage.journal) <= before:
        if time.monotonic() > deadline:
            raise OSError(f"no click in {_CLICK_S:g} s")
        time.sleep(_TIGHT_S)
    time.sleep(rng.uniform(0.0, _AT_CLICK_S))
    stage.engine.kill()
    yield


def _clicks(journal: Path) -> int:
    return journal.read_bytes().count(b'"kind":"click"') if journal.exists() else 0


def _limits_delete(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001
    """Somebody deletes the history and accepts the same limits again, as if that took effect at once."""
    for path in user_state_dir().glob("limits*"):
        path.unlink(missing_ok=True)
    give_consent(stage.limits, moment(SystemClock()))
    yield


def _clock_step(stage: Stage, fault: Fault) -> Iterator[None]:
    # An engine that starts takes the wall clock as it is then for the whole run, and the truth knows no such shift.
    stage.engine.wait_until_old(_STARTED_S)
    _, suspended_s = _shift(stage)
    _set_shift(stage, fault.options["by_s"], suspended_s)
    try:
        yield
    finally:
        _set_shift(stage, 0.0, suspended_s)


def _suspend(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001
    """The time in which the processes are stopped is taken from their monotonic clock before they go on."""
    step_s, suspended_s = _shift(stage)
    stopped = stage.engine.signal_all(signal.SIGSTOP)
    began = time.monotonic()
    try:
        yield
    finally:
        _set_shift(stage, step_s, suspended_s + time.monotonic() - began)
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _shift(stage: Stage) -> tuple[float, float]:
    """Seconds by which the engine's wall clock is shifted, and for which it was suspended."""
    step_s, suspended_s = map(float, stage.clock_file.read_text(encoding="ascii").split())
    return step_s, suspended_s


def _set_shift(stage: Stage, step_s: float, suspended_s: float) -> None:
    replace_file(stage.clock_file, f"{step_s} {suspended_s}".encode(), sync=False)


def _hang(stage: Stage, fault: Fault) -> Iterator[None]:  # noqa: ARG001
    """The strategy hangs while its file of orders is there; afterwards the user lets its bookmaker bet again."""
    order = stage.strategy.with_suffix(HANG_SUFFIX)
    order.touch()
    try:
        yield
    finally:
        order.unlink()
        resume(stage.data, stage.sim.windows[0].bookmaker)


def _person(stage: Stage, fault: Fault) -> Iterator[None]:
    """Somebody pushes the mouse about, away from the corners, until the fault is over."""
    rng, over = Random(fault.at_s), threading.Event()
    middle = screen_rect(0)

    def push() -> None:
        with closing(X11Hands(stage.sim.display)) as hands:
            while not over.wait(rng.uniform(0.05, 0.4)):
                hands.move(middle.x + rng.randint(100, middle.w - 100), middle.y + rng.randint(100, middle.h - 100))

    somebody = threading.Thread(target=push, name="person")
    somebody.start()
    try:
        yield
    finally:
        over.set()
        somebody.join()


_DEEDS: dict[str, Deed] = {
    "worker_kill": _worker_kill,
    "worker_stop": _worker_stop,
    "engine_kill": _engine_kill,
    "engine_stop": _engine_stop,
    "lock": _lock,
    "fill": _fill,
    "delete": _delete,
    "person": _person,
    "journal_full": _journal_full,
    "click_kill": _click_kill,
    "limits_delete": _limits_delete,
    "hang": _hang,
    "clock_step": _clock_step,
    "suspend": _suspend,
}

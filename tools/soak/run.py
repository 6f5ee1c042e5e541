"""The run itself: keeps the engine alive, lets the faults strike, notes memory and how fresh the record is.

In: a `Stage` and a plan. Out: a `Log` of what happened. Main thread of the soak; faults strike from threads of their own.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from tools.soak.deeds import Stage, deed
from tools.soak.gauges import Gauges
from tools.soak.judge import Suffered
from tools.soak.plan import Fault

from aviator.core.errors import AviatorError
from aviator.run.signals import StopSwitch

STEP_S = 0.25
SAMPLE_S = 2.0
FIRST_S = 60.0
"""So long may the engine take until it records something."""


@dataclass(slots=True)
class Log:
    """What happened. `fresh`: (now, the record's newest time), Unix seconds."""

    gauges: Gauges
    suffered: list[Suffered] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    fresh: list[tuple[float, float]] = field(default_factory=list)


class Run:
    """One run: made, run once."""

    def __init__(self, stage: Stage, faults: Sequence[Fault], seconds: float, switch: StopSwitch, gauges: Gauges) -> None:
        self.log = Log(gauges)
        self._stage = stage
        self._seconds = seconds
        self._switch = switch
        self._over = threading.Event()
        self._began = 0.0
        tracks: dict[str | None, list[Fault]] = defaultdict(list)
        for fault in faults:
            tracks[fault.bookmaker].append(fault)
        self._threads = [threading.Thread(target=self._suffer, args=(track,), name=f"faults {n}") for n, track in tracks.items()]

    def run(self) -> Log:
        """Blocks until the time is over or the switch is pressed. Raises `AviatorError` when there is nothing to go on with."""
        self._stage.engine.start()
        self._wait_for_the_first_row()
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        try:
            self._watch()
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()
        return self.log

    def _wait_for_the_first_row(self) -> None:
        deadline = time.monotonic() + FIRST_S
        while not self._newest() and not self._switch.asked.is_set():
            self._step()
            if time.monotonic() > deadline:
                raise AviatorError("The engine did not come to record anything.")

    def _watch(self) -> None:
        sample_due = 0.0
        while (now := time.monotonic()) < self._began + self._seconds and not self._switch.asked.is_set():
            self._step()
            self.log.fresh.append((time.time(), self._newest()))
            if now >= sample_due:
                sample_due = now + SAMPLE_S
                self.log.gauges.sample(self._stage.engine, now - self._began)

    def _step(self) -> None:
        self._stage.engine.step()
        if self._stage.sim.gone:
            raise AviatorError("The simulated bookmakers ended by themselves.")
        self._switch.asked.wait(STEP_S)

    def _newest(self) -> float:
        """The record's newest time; 0 where it cannot be read just now."""
        address = f"{self._stage.database.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as connection:
                return connection.execute("SELECT max(at) FROM rgb_samples").fetchone()[0] or 0.0
        except sqlite3.Error:
            return 0.0

    def _suffer(self, faults: Sequence[Fault]) -> None:
        """Thread: one fault after another."""
        for fault in faults:
            if self._over.wait(max(0.0, self._began + fault.at_s - time.monotonic())):
                return
            who = fault.bookmaker or "all"
            try:
                with deed(self._stage, fault):
                    began_at = time.time()
                    _say(f"{fault.at_s:7.1f} s  {fault.kind} at {who}" + (f" for {fault.for_s:.1f} s" if fault.for_s else ""))
                    self._over.wait(fault.for_s)
                ended_at = time.time() if fault.for_s else began_at
                self.log.suffered.append(Suffered(fault.kind, fault.bookmaker, began_at, ended_at))
            except OSError as error:
                self.log.left_out.append(f"{fault.kind} at {who}: {error}")
                _say(f"{fault.at_s:7.1f} s  {fault.kind} at {who} is left out: {error}")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

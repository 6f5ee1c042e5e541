"""Six simulated bookmakers at speed 1 and 10 looks a second: what the engine and its workers cost, and whether they keep up.

Measured over a minute, after some seconds of warming up: processor seconds per second and memory (PSS: shared pages counted once)
of all AVIATOR processes. The browser, the display and the simulator are not counted; the simulator's own share stands beside.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from tests.known import PROFILES

from aviator.cli.demo import demo_settings
from aviator.cli.sim import simulation
from aviator.core.config import template
from aviator.record.verify import verify
from aviator.run.signals import StopSwitch

SECONDS = 60.0
WARM_UP_S = 5.0


def cpu_s(processes: list[psutil.Process]) -> float:
    return sum(t.user + t.system for t in (p.cpu_times() for p in processes))


def pss_mb(processes: list[psutil.Process]) -> float:
    return sum(p.memory_full_info().pss for p in processes) / 1e6


def measure(child: psutil.Process, simulator: psutil.Process) -> dict[str, object]:
    """Figures of the engine's process tree over `SECONDS`."""
    time.sleep(WARM_UP_S)
    ours = [child, *child.children(recursive=True)]
    began, before, beside = time.perf_counter(), cpu_s(ours), cpu_s([simulator])
    time.sleep(SECONDS)
    seconds = time.perf_counter() - began
    return {
        "cpu_cores": round((cpu_s(ours) - before) / seconds, 3),
        "pss_mb": round(pss_mb(ours), 1),
        "processes": len(ours),
        "simulator_cpu_cores": round((cpu_s([simulator]) - beside) / seconds, 3),
        "seconds": round(seconds, 1),
    }


def bench() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = folder / "ledger.jsonl"
        stop, log = StopSwitch(), folder / "sim.log"
        with simulation(bookmakers="6", speed=1, seed=1, ledger=ledger, log=log, hidden=True, stop=stop) as sim:
            settings = demo_settings(sim, folder, PROFILES)
            (folder / "aviator.toml").write_text(template(settings), encoding="utf-8")
            child = subprocess.Popen(
                [sys.executable, "-m", "bench.engine", str(folder / "aviator.toml"), str(SECONDS + 2 * WARM_UP_S)],
                stdout=subprocess.PIPE, text=True, env={**os.environ, "DISPLAY": sim.display or ""},
            )  # fmt: skip
            with child:
                assert child.stdout is not None
                if child.stdout.readline().strip() != "reading":
                    raise RuntimeError("The engine did not come to read.")
                figures = measure(psutil.Process(child.pid), psutil.Process(sim.process.pid))
                figures |= json.loads(child.stdout.readline())
        total = verify(ledger, settings.database_url).total
    rounds = {
        "happened": total.happened,
        "exact": total.exact,
        "missing": total.missing,
        "wrong": total.wrong,
        "extra": total.extra,
    }
    return {**figures, **rounds}

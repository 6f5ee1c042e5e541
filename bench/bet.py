"""How long a bet takes, from the strategy's decision to the button that has turned, with everything read back from the screen.

Two simulated bookmakers in real windows, at twice the usual speed, bet at by real clicks on both panels. Figures in milliseconds.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.known import landmarked

from aviator.act.latency import Stage
from aviator.cli.demo import demo_settings
from aviator.cli.sim import simulation
from aviator.core.bets import Mode
from aviator.core.clock import SystemClock
from aviator.run.engine import Engine
from aviator.run.eyes import ScreenEyes
from aviator.run.signals import StopSwitch
from aviator.see import regions
from aviator.see.capture import screen_rect

SECONDS = 150.0
SPEED = 2.0
LOOKS = 300


def bench() -> dict[str, Any]:
    """p50 and p99 of the stages, of the time that one look of hands takes, and the number of bets."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with simulation(
            bookmakers="Admiral,Meridian", speed=SPEED, seed=2, ledger=folder / "ledger.jsonl", log=folder / "sim.log",
            hidden=True, stop=StopSwitch(),
        ) as sim:  # fmt: skip
            os.environ["DISPLAY"] = str(sim.display)
            for window in sim.windows:
                regions.save(landmarked(window.skin, window.rect), folder / "profiles" / f"{window.skin}.toml")
            look_ms = _look_ms(regions.load(folder / "profiles" / f"{sim.windows[0].skin}.toml"), sim.windows[0].rect)
            settings = demo_settings(sim, folder / "data", folder / "profiles", Mode.LIVE)
            times = Engine(settings, play_money=True).run(SECONDS).bet_times
    assert times is not None
    out: dict[str, Any] = {"bets": sum(times.counts(Stage.WHOLE)), "look_p50_ms": look_ms}
    for stage in Stage:
        for share, quantile in (("p50", 0.5), ("p99", 0.99)):
            seconds = times.quantile(stage, quantile)
            out[f"{stage}_{share}_ms"] = None if seconds is None else round(1000 * seconds, 1)
    return out


def _look_ms(profile: regions.Profile, window: Any) -> float:
    clock = SystemClock()
    eyes = ScreenEyes(profile, window, screen_rect(0), clock)
    try:
        took = []
        for _ in range(LOOKS):
            began = clock.monotonic()
            eyes.look()
            took.append(clock.monotonic() - began)
    finally:
        eyes.close()
    return round(1000 * median(took), 2)

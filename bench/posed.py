"""Photographs of simulated windows in poses, with labels of all that they show: the truth that readings are compared with."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from aviator.cli.sim import Simulation, SimWindow
from aviator.core.clock import SystemClock
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see.capture import ScreenSource
from aviator.see.ink import Image
from aviator.sim.poses import random_pose
from aviator.sim.skins import SKINS_BY_NAME

_SETTLE_S = 0.1
"""What a page has painted takes a moment to reach the display."""
_LOW_SHARE = 0.5
"""Half of the poses show multipliers below 12, as most rounds do."""


def _all_samples(sim: Simulation, poses: int, seed: int, console: Console) -> dict[str, list[Sample]]:
    """Pictures of every window, all windows at the same time."""
    with Progress(console=console) as progress, ThreadPoolExecutor(len(sim.windows)) as pool:
        task = progress.add_task("Taking pictures", total=poses * len(sim.windows))
        jobs = {w.skin: pool.submit(_samples, sim, w, poses, Random(f"{seed} {w.skin}"), (progress, task)) for w in sim.windows}  # noqa: S311
        return {skin: job.result() for skin, job in jobs.items()}


def _samples(sim: Simulation, window: SimWindow, poses: int, rng: Random, done: tuple[Progress, TaskID]) -> list[Sample]:
    from aviator.sim.poses import random_pose
    from aviator.sim.skins import SKINS_BY_NAME

    skin = SKINS_BY_NAME[window.bookmaker]
    source = ScreenSource(SystemClock())
    out = []
    try:
        for i in range(poses):
            pose = random_pose(skin, rng)
            if i < poses * _LOW_SHARE:
                pose["multiplier"] = f"{1 + 11 * rng.random() ** 2:.2f}"
            labels = post(f"{sim.control_url}/pose/{window.skin}", pose)["fields"]
            out.append(Sample(_settled_picture(source, window, labels[Field.HISTORY]["box"]), labels))
            done[0].advance(done[1])
    finally:
        source.close()
    return out


def _settled_picture(source: ScreenSource, window: SimWindow, strip: list[int]) -> Any:
    """The window's pixels once its strip has come to rest."""
    clock = SystemClock()
    x, y, w, h = strip
    last = b""
    for _ in range(50):
        clock.sleep(_SETTLE_S)
        pixels = source.grab(window.rect).pixels
        now = pixels[y : y + h, x : x + w].tobytes()
        if now == last:
            return pixels
        last = now
    raise UserMistake(f"{window.bookmaker}'s window does not come to rest: is the machine very busy?")


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the simulator's own loopback address
        result: dict[str, Any] = json.load(answer)
    return result

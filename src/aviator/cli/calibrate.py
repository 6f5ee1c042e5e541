"""`aviator calibrate`: writes the profiles of bookmakers. So far of the simulated ones, whose windows say what they show.

In: simulated windows, put into poses that show every digit, phase and button. Out: NAME.toml and NAME.png per bookmaker,
and how many of the labels the reader reads back.
"""

from __future__ import annotations

import json
import os
import tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from aviator.calibrate.learn import learn_profile
from aviator.calibrate.readback import Agreement, read_back
from aviator.calibrate.samples import Sample
from aviator.cli.sim import Seed, Simulation, SimWindow, simulation
from aviator.core.clock import SystemClock
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.run.signals import StopSwitch, stop_on_signals
from aviator.see import regions
from aviator.see.capture import ScreenSource

_SETTLE_S = 0.1
"""What a page has painted takes a moment to reach the display."""
_LOW_SHARE = 0.5
"""Half of the poses show multipliers below 12, as most rounds do."""


def calibrate(
    *,
    simulated: Annotated[bool, typer.Option("--simulated", help="Learn the six simulated bookmakers.")] = False,
    into: Annotated[Path | None, typer.Option(help="Folder for the profiles; else the one that AVIATOR reads them from.")] = None,
    poses: Annotated[int, typer.Option(help="Pictures to learn from, per bookmaker.", min=60, max=2000)] = 200,
    seed: Seed = 1,
) -> None:
    """Learn how bookmakers' windows look; so far the simulated ones'."""
    if not simulated:
        raise UserMistake(
            "Calibrating your own windows is not there yet; `aviator calibrate --simulated` learns the simulated ones."
        )
    folder = into or regions.shipped()
    console = Console()
    with stop_on_signals(StopSwitch()) as switch, tempfile.TemporaryDirectory() as scratch:
        ledger, log = Path(scratch) / "ledger.jsonl", Path(scratch) / "sim.log"
        with simulation(bookmakers="6", speed=1, seed=seed, ledger=ledger, log=log, hidden=True, stop=switch) as sim:
            if sim.display:
                os.environ["DISPLAY"] = sim.display
            samples = _all_samples(sim, poses, seed, console)
    for window in sim.windows:
        console.print(f"Learning {window.bookmaker} …", style="dim")
        profile = learn_profile(window.skin, samples[window.skin])
        path = folder / f"{window.skin}.toml"
        regions.save(profile, path)
        console.print(_sentence(path, read_back(regions.load(path), samples[window.skin])), soft_wrap=True)


def _sentence(path: Path, agreement: Agreement) -> str:
    wrong = f"{agreement.wrong} wrong: {'; '.join(agreement.misread[:3])}" if agreement.wrong else "none wrong"
    return f"{path}: {agreement.right} of {agreement.labelled} values read back, {wrong}."


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

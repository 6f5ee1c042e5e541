"""What it costs to read a window, beside the bare grab of the same pixels and beside Tesseract on the same crops.

Measured on the six simulated windows at speed 1 on a hidden display, by the worker's own source and reader, with bare grabs of
the same rectangle taken in turn. `typical`: ticks in which the score had changed, in a game that has been followed for
WARM_S; `typical_cold`: in the first seconds of it. `full`: ticks after the page took a random
pose, so that every field and the whole strip show new values (of every size, 1.00 to 99,999.99), by readers that have read
WARM_POSES other poses, as in steady running; `full_cold`: the first of those poses. Both are grab and read together.

One crop to its value, for crops of all text fields, each method by itself: `field`, a value that the reader never saw, after
those other poses, so that it has met most digits as they are drawn here; `field_cold`, by a reader that knows nothing but its
profile; `field_again`, the very crops of `field` a second time. On the same crops: Tesseract in this process, and the `tesseract`
program started for each crop, as most collectors do it. Milliseconds.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in a worker; it counts when numpy is imported

import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import cv2
from bench.posed import TEXTS, post
from tests.known import PROFILES

from aviator.cli.sim import Simulation, simulation
from aviator.core.clock import SystemClock
from aviator.core.types import Field
from aviator.run.signals import StopSwitch
from aviator.see.capture import ScreenSource
from aviator.see.ink import Image
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import load
from aviator.see.tesseract import Tesseract
from aviator.sim.poses import random_pose
from aviator.sim.skins import SKINS_BY_NAME

TYPICAL_S = 40.0
WARM_S = 120.0
EVERY_S = 0.1
COLD_POSES = 40
WARM_POSES = 240
POSES = 60
CROPS = 240
CROP_POSES = 40
SUBPROCESS_CROPS = 24

Crop = tuple[str, Field, Image, Image]
"""A window's skin, a field, its pixels and its ink."""


def timed(work: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = work()
    return 1e3 * (time.perf_counter() - began), result


def typical(readers: dict[str, MultiRegionReader], source: ScreenSource, seconds: float) -> tuple[list[float], list[float]]:
    """Times of bare grabs, and of grab and read in ticks with a new score."""
    bare, reads = [], []
    last: dict[str, object] = {}
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        due = time.perf_counter() + EVERY_S
        for name, reader in readers.items():
            grab_ms, _ = timed(lambda r=reader: source.grab(r.rect))
            read_ms, look = timed(lambda r=reader: r.read(source.grab(r.rect)))
            score = look.score  # type: ignore[attr-defined]
            if score is not None and score != last.get(name):
                bare.append(grab_ms)
                reads.append(read_ms)
            last[name] = score
        time.sleep(max(0.0, due - time.perf_counter()))
    return bare, reads


def take_poses(sim: Simulation, rng: Random) -> None:
    """All windows show something new."""
    for window in sim.windows:
        pose = random_pose(SKINS_BY_NAME[window.bookmaker], rng)
        pose["phase"] = rng.choice(("flying", "ended"))
        post(f"{sim.control_url}/pose/{window.skin}", pose)
    time.sleep(0.2)


def full(
    sim: Simulation, readers: dict[str, MultiRegionReader], source: ScreenSource, poses: int, rng: Random
) -> tuple[list[float], list[float]]:
    """Times of bare grabs, and of grab and read of new poses."""
    bare, reads = [], []
    for _ in range(poses):
        take_poses(sim, rng)
        for reader in readers.values():
            bare.append(timed(lambda r=reader: source.grab(r.rect))[0])
            reads.append(timed(lambda r=reader: r.read(source.grab(r.rect)))[0])
    return bare, reads


def unseen_crops(sim: Simulation, readers: dict[str, MultiRegionReader], source: ScreenSource, rng: Random) -> list[Crop]:
    """Crops of poses that the readers have not read."""
    crops: list[Crop] = []
    for _ in range(CROP_POSES):
        take_poses(sim, rng)
        for name, reader in readers.items():
            frame = source.grab(reader.rect)
            shown = [(f, crop) for f in TEXTS if (crop := reader.crop(f, frame)) is not None]
            crops += [(name, f, crop, reader.ink(f, crop)) for f, crop in shown]
    return rng.sample(crops, CROPS)


def fields(
    crops: list[Crop], readers: dict[str, MultiRegionReader], fresh: Callable[[str], MultiRegionReader]
) -> dict[str, object]:
    """The same crops through the readers and through Tesseract, one method after the other."""
    tesseract = Tesseract()
    tesseract.read(crops[0][3])
    ours = [timed(lambda r=readers[name], f=field, c=crop: r.read_field(f, c, 0.0))[0] for name, field, crop, _ in crops]
    again = [timed(lambda r=readers[name], f=field, c=crop: r.read_field(f, c, 0.0))[0] for name, field, crop, _ in crops]
    novices = ((fresh(name), field, crop) for name, field, crop, _ in crops)
    cold = [timed(lambda r=reader, f=field, c=crop: r.read_field(f, c, 0.0))[0] for reader, field, crop in novices]
    theirs = [timed(lambda i=ink: tesseract.read(i))[0] for *_, ink in crops]
    program = crops[:SUBPROCESS_CROPS] if shutil.which("tesseract") else []
    started = [timed(lambda i=ink: as_subprocess(i))[0] for *_, ink in program]
    inside = statistics.median(theirs)
    return {
        "field_ms": summary(ours),
        "field_cold_ms": summary(cold),
        "field_again_ms": summary(again),
        "tesseract_ms": summary(theirs),
        "tesseract_subprocess_ms": summary(started) if started else None,
        "tesseract_to_field": round(inside / statistics.median(ours), 1),
        "tesseract_to_field_cold": round(inside / statistics.median(cold), 1),
        "tesseract_to_field_again": round(inside / statistics.median(again), 1),
    }


def as_subprocess(ink: Image) -> None:
    _, picture = cv2.imencode(".png", cv2.bitwise_not(ink))
    subprocess.run(["tesseract", "stdin", "stdout", "--psm", "7"], input=picture.tobytes(), capture_output=True, check=True)


def summary(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    return {"p50": round(times[len(times) // 2], 3), "p99": round(times[len(times) * 99 // 100], 3), "n": len(times)}


def bench() -> dict[str, object]:
    cv2.setNumThreads(1)
    rng = Random(7)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger, log, stop = folder / "ledger.jsonl", folder / "sim.log", StopSwitch()
        with simulation(bookmakers="6", speed=1, seed=1, ledger=ledger, log=log, hidden=True, stop=stop) as sim:
            os.environ["DISPLAY"] = sim.display or os.environ.get("DISPLAY", "")
            source = ScreenSource(SystemClock())
            windows = {w.skin: w.rect for w in sim.windows}

            def fresh(skin: str) -> MultiRegionReader:
                rect = windows[skin]
                return MultiRegionReader(load(PROFILES / f"{skin}.toml"), (rect.x, rect.y))

            readers = {skin: fresh(skin) for skin in windows}
            bare_first, reads_first = typical(readers, source, TYPICAL_S)
            typical(readers, source, WARM_S - TYPICAL_S)
            bare, reads = typical(readers, source, TYPICAL_S)
            readers = {skin: fresh(skin) for skin in windows}
            bare_cold, reads_cold = full(sim, readers, source, COLD_POSES, rng)
            full(sim, readers, source, WARM_POSES - COLD_POSES, rng)
            bare_full, reads_full = full(sim, readers, source, POSES, rng)
            crops = unseen_crops(sim, readers, source, rng)
            source.close()
    return {
        "grab_ms": summary(bare + bare_cold + bare_full),
        "typical_ms": summary(reads),
        "typical_cold_ms": summary(reads_first),
        "full_ms": summary(reads_full),
        "full_cold_ms": summary(reads_cold),
        "typical_to_grab": round(statistics.median(reads) / statistics.median(bare), 2),
        "typical_cold_to_grab": round(statistics.median(reads_first) / statistics.median(bare_first), 2),
        "full_to_grab": round(statistics.median(reads_full) / statistics.median(bare_full), 2),
        "full_cold_to_grab": round(statistics.median(reads_cold) / statistics.median(bare_cold), 2),
        **fields(crops, readers, fresh),
    }


if __name__ == "__main__":
    print(json.dumps({"bench": "read", **bench()}))

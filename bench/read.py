"""What it costs to read a window, beside the bare grab of the same pixels and beside Tesseract on the same crops.

Measured on the six simulated windows at speed 1 on a hidden display, by the worker's own source and reader, with bare grabs of
the same rectangle taken in turn. `typical`: ticks in which the score had changed. `full`: ticks after the page took a random
pose, so that every field shows a new value (of every size, 1.00 to 99,999.99, so the reader remembers little of it). Both are
grab and read together. `field`: one crop to its value, by the reader, by Tesseract in this process, and by the `tesseract`
program started for each crop, as most collectors do it; crops of all text fields, taken in turn. `field_again`: the same crops a
second time, as when a browser draws digits that it drew before. Milliseconds.
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

from aviator.calibrate.samples import TEXTS
from aviator.cli.calibrate import post
from aviator.cli.sim import Simulation, simulation
from aviator.core.clock import SystemClock
from aviator.core.types import Field
from aviator.run.signals import StopSwitch
from aviator.see.capture import ScreenSource
from aviator.see.ink import Image
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import find_profile, load
from aviator.see.tesseract import Tesseract
from aviator.sim.poses import random_pose
from aviator.sim.skins import SKINS_BY_NAME

TYPICAL_S = 40.0
EVERY_S = 0.1
POSES = 60
CROPS = 240
SUBPROCESS_CROPS = 24

Crop = tuple[MultiRegionReader, Field, Image, Image]
"""A reader, a field, its pixels and its ink."""


def timed(work: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = work()
    return 1e3 * (time.perf_counter() - began), result


def typical(readers: dict[str, MultiRegionReader], source: ScreenSource) -> tuple[list[float], list[float]]:
    """Times of bare grabs, and of grab and read in ticks with a new score."""
    bare, reads = [], []
    last: dict[str, object] = {}
    until = time.perf_counter() + TYPICAL_S
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


def full(
    sim: Simulation, readers: dict[str, MultiRegionReader], source: ScreenSource
) -> tuple[list[float], list[float], list[Crop]]:
    """Times of bare grabs, and of grab and read of new poses; and the crops of what was shown."""
    bare, reads, crops = [], [], []
    rng = Random(7)
    for _ in range(POSES):
        for window in sim.windows:
            pose = random_pose(SKINS_BY_NAME[window.bookmaker], rng)
            pose["phase"] = rng.choice(("flying", "ended"))
            post(f"{sim.control_url}/pose/{window.skin}", pose)
        time.sleep(0.2)
        for reader in readers.values():
            grab_ms, frame = timed(lambda r=reader: source.grab(r.rect))
            read_ms, _ = timed(lambda r=reader: r.read(source.grab(r.rect)))
            bare.append(grab_ms)
            reads.append(read_ms)
            crops += text_crops(reader, frame)
    return bare, reads, crops


def text_crops(reader: MultiRegionReader, frame: object) -> list[Crop]:
    return [(reader, f, crop, reader.ink(f, crop)) for f in TEXTS if (crop := reader.crop(f, frame)) is not None]  # type: ignore[arg-type]


def fields(crops: list[Crop]) -> dict[str, object]:
    """The same crops through the reader and through Tesseract, one after the other."""
    crops = Random(7).sample(crops, CROPS)
    tesseract = Tesseract()
    tesseract.read(crops[0][3])
    ours, theirs = [], []
    for reader, field, crop, ink in crops:
        ours.append(timed(lambda r=reader, f=field, c=crop: r.read_field(f, c, 0.0))[0])
        theirs.append(timed(lambda i=ink: tesseract.read(i))[0])
    again = [timed(lambda r=reader, f=field, c=crop: r.read_field(f, c, 0.0))[0] for reader, field, crop, _ in crops]
    program = crops[:SUBPROCESS_CROPS] if shutil.which("tesseract") else []
    started = [timed(lambda i=ink: as_subprocess(i))[0] for *_, ink in program]
    glyphs, inside = statistics.median(ours), statistics.median(theirs)
    return {
        "field_ms": summary(ours),
        "field_again_ms": summary(again),
        "tesseract_ms": summary(theirs),
        "tesseract_subprocess_ms": summary(started) if started else None,
        "tesseract_to_field": round(inside / glyphs, 1),
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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger, log, stop = folder / "ledger.jsonl", folder / "sim.log", StopSwitch()
        with simulation(bookmakers="6", speed=1, seed=1, ledger=ledger, log=log, hidden=True, stop=stop) as sim:
            os.environ["DISPLAY"] = sim.display or os.environ.get("DISPLAY", "")
            source = ScreenSource(SystemClock())
            readers = {w.skin: MultiRegionReader(load(find_profile(w.skin, w.rect)), (w.rect.x, w.rect.y)) for w in sim.windows}
            bare, reads = typical(readers, source)
            bare_full, reads_full, crops = full(sim, readers, source)
            source.close()
    return {
        "grab_ms": summary(bare + bare_full),
        "typical_ms": summary(reads),
        "full_ms": summary(reads_full),
        "typical_to_grab": round(statistics.median(reads) / statistics.median(bare), 2),
        "full_to_grab": round(statistics.median(reads_full) / statistics.median(bare_full), 2),
        **fields(crops),
    }


if __name__ == "__main__":
    print(json.dumps({"bench": "read", **bench()}))

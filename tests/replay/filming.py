"""Films a simulated bookmaker's real window, at a steady rate, into a folder of pictures or a lossless video."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import cv2
import numpy as np

from aviator.cli.sim import Simulation, simulation
from aviator.core.clock import SystemClock
from aviator.run.signals import StopSwitch
from aviator.see.capture import ScreenSource
from aviator.see.ink import Image
from aviator.see.pacing import Pacer


@contextmanager
def playing(folder: Path, bookmaker: str, speed: float, seed: int = 22) -> Iterator[Simulation]:
    """One simulated bookmaker on a hidden display; the truth goes to FOLDER/sim/ledger.jsonl."""
    (folder / "sim").mkdir(parents=True)
    ledger, log = folder / "sim" / "ledger.jsonl", folder / "sim.log"
    with simulation(
        bookmakers=bookmaker, speed=speed, seed=seed, ledger=ledger, log=log, hidden=True, stop=StopSwitch()
    ) as running:
        assert running.display
        before = os.environ.get("DISPLAY")
        os.environ["DISPLAY"] = running.display
        try:
            yield running
        finally:
            os.environ.pop("DISPLAY")
            if before is not None:
                os.environ["DISPLAY"] = before


def rounds_over(folder: Path) -> int:
    text = (folder / "sim" / "ledger.jsonl").read_text()
    return sum(json.loads(line)["type"] == "round" for line in text.splitlines(keepends=True) if line.endswith("\n"))


def film(running: Simulation, folder: Path, fps: float, rounds: int) -> tuple[float, list[Image]]:
    """When it began (Unix seconds), and a frame each 1/fps s until so many rounds are over; a late one counts twice."""
    clock, frames = SystemClock(), list[Image]()
    with closing(ScreenSource(clock)) as screen:
        start_at, pacer, looks = clock.now(), Pacer(fps, clock), 0
        end = rounds_over(folder) + rounds
        while rounds_over(folder) < end:
            frames += frames[-1:] * (looks + pacer.skipped - len(frames))
            frame = screen.grab(running.windows[0].rect).pixels[:, :, :3]
            frames.append(frames[-1] if frames and np.array_equal(frame, frames[-1]) else frame.copy())
            looks += 1
            pacer.wait()
    return start_at, frames


def to_folder(frames: list[Image], folder: Path) -> Path:
    folder.mkdir()
    for i, frame in enumerate(frames):
        cv2.imwrite(str(folder / f"{i}.png"), frame, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return folder


def to_video(frames: list[Image], path: Path, fps: float) -> Path:
    h, w = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), fps, (w, h))
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path

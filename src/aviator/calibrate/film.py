"""Learns a window from a recording of it, which is watched twice: once to find the fields, once to see what they show.

In: a video or a folder of pictures, and the window's place in it. Out: what `Calibration.learn` gives. Raises `UserMistake` with
one sentence where the recording shows no game.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from aviator.calibrate.session import Calibration, Learned
from aviator.calibrate.teacher import Teacher
from aviator.calibrate.trial import Grade, Trial, looks_hz
from aviator.core.errors import RecordingOver, UserMistake
from aviator.core.types import Rect
from aviator.see.ink import Image
from aviator.see.replay import Recording, ReplaySource

_HZ = 5.0
"""Pictures a second that are looked at."""

Progress = Callable[[str, float], None]
"""Told what is done now and which share of it, 0 to 1."""


def learn_from_film(name: str, recording: Recording, window: Rect, teacher: Teacher, told: Progress) -> Learned:
    """Learn the window `name` that stands at `window` in the recording."""
    calibration = Calibration(name, teacher)
    for picture, at, share in _pictures(recording, window):
        told("Watching the recording", share)
        calibration.look(picture, at)
    told("Finding the fields", 0.0)
    calibration.find()
    if calibration.trouble:
        raise UserMistake(f"{recording.path}: {calibration.trouble}")
    for picture, at, share in _pictures(recording, window):
        told("Watching the fields", share)
        # The second time follows the first one: times only go on.
        calibration.look(picture, at + recording.seconds)
    told("Naming what was seen", 0.0)
    calibration.label()
    told("Learning the digits", 0.0)
    return calibration.learn()


def try_on_film(name: str, profile: Path, recording: Recording, window: Rect, pace: float, told: Progress) -> Grade:
    """Grade a profile by every frame of the recording."""
    trial = Trial(name, profile, window, pace)
    with closing(ReplaySource(recording)) as source, suppress(RecordingOver):
        while True:
            frame = source.grab(trial.rect)
            told("Trying the profile", (frame.at - recording.start_at) / max(recording.seconds, 1e-9))
            trial.look(frame)
            source.clock.sleep(1 / min(looks_hz(pace) * 6, recording.fps))
    trial.end()
    return trial.grade()


def _pictures(recording: Recording, window: Rect) -> Iterator[tuple[Image, float, float]]:
    """Pictures of the window, their times in Unix seconds, and which share of the recording is over."""
    with closing(ReplaySource(recording)) as source:
        while True:
            try:
                frame = source.grab(window)
            except RecordingOver:
                return
            yield np.ascontiguousarray(frame.pixels), frame.at, (frame.at - recording.start_at) / max(recording.seconds, 1e-9)
            source.clock.sleep(1 / min(_HZ, recording.fps))

"""Recordings as a source of frames: a video or a folder of pictures goes through the very same worker as a window does.

In: a file or folder, examined by the engine before anything starts. Out: frames of the asked rectangle, and a clock that
stands at the recording's own time and moves only when the worker sleeps, so that a slow machine skips nothing and a fast
one does not wait. `Trace` writes what each look made of its frame. Worker process.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TextIO

import cv2
import numpy as np

from aviator.core.errors import EXIT_USER_MISTAKE, RecordingOver, UserMistake
from aviator.core.types import Field, Frame, Phase, Rect
from aviator.see.ink import Image
from aviator.see.look import Look
from aviator.see.picture import decode, fault_of, read_bytes

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"})
_NEWEST = 8
_LACKING = 0.98
"""A video's own count of its frames is often a little off; one that ends before this share of them is damaged."""
_WITHIN = 1e-3
"""Frames by which a time may lie before the frame's own and still mean it: sums of periods are not exact."""


class RecordingDamaged(RecordingOver):
    """The recording breaks off: what was seen until there counts, the rest the user has to mend."""

    exit_code = EXIT_USER_MISTAKE


@dataclass(frozen=True, slots=True)
class Recording:
    """A video or a folder of pictures, `start_at` Unix seconds at its first frame. `frames` is what the file itself says."""

    path: Path
    fps: float
    start_at: float
    size: tuple[int, int]
    frames: int
    trace: Path | None = None
    """File for one JSON object per look."""

    @property
    def seconds(self) -> float:
        return self.frames / self.fps


def examine(path: Path, fps: float = 0.0, start_at: float | None = None, trace: Path | None = None) -> Recording:
    """What there is to replay at `path`. A video knows its frame rate, for a folder of pictures `fps` tells it.

    Without `start_at` the file's modification time tells when the video ended, or the first picture began. Raises
    `UserMistake` where there is nothing to replay, or the trace cannot be written.
    """
    _hush()
    if trace:
        _open_trace(trace, "a").close()  # only a trial: what is in it stays
    try:
        changed_at = path.stat().st_mtime
    except OSError as error:
        raise UserMistake(f"There is no recording {path} ({error.strerror}): name a video or a folder of pictures.") from None
    if path.is_dir():
        files = _pictures_in(path)
        if not fps:
            raise UserMistake(f"The pictures in {path} do not say how fast they follow one another: tell their fps.")
        h, w = _picture(files[0]).shape[:2]
        return Recording(path, fps, files[0].stat().st_mtime if start_at is None else start_at, (w, h), len(files), trace)
    if not path.is_file():
        raise UserMistake(f"The recording {path} is a pipe or a device: name a video or a folder of pictures.")
    video = _Video(path)
    if (fault := fault_of(*video.size)) is not None:
        video.close()
        raise UserMistake(f"The video {path} {fault}.")
    try:
        h, w = video.picture(0).shape[:2]
    except RecordingOver:
        raise UserMistake(f"{path} holds no picture that can be read: is it a video?") from None
    finally:
        video.close()
    if start_at is None:
        start_at = changed_at - video.frames / video.fps
    return Recording(path, video.fps, start_at, (w, h), video.frames, trace)


class RecordedTime:
    """The clock of a recording: `monotonic` is seconds from its first frame. Sleeping takes no time but the recording's."""

    def __init__(self, start_at: float) -> None:
        self._start_at = start_at
        self._passed = 0.0

    def now(self) -> float:
        return self._start_at + self._passed

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += max(0.0, seconds)


class ReplaySource:
    """A `FrameSource` over a recording: shows the frame at which its own `clock` stands."""

    def __init__(self, recording: Recording) -> None:
        self.clock = RecordedTime(recording.start_at)
        self.index = -1
        """The frame shown last, from 0."""
        self._recording = recording
        _hush()
        self._reel: _Reel = _Pictures(recording.path) if recording.path.is_dir() else _Video(recording.path)

    def grab(self, rect: Rect) -> Frame:
        """The pixels of `rect` in the frame of this moment. Raises `RecordingOver` when there is none any more."""
        recording = self._recording
        self.index = int(self.clock.monotonic() * recording.fps + _WITHIN)
        picture = self._reel.picture(self.index)
        h, w = picture.shape[:2]
        if (w, h) != recording.size:
            first = f"{recording.size[0]}x{recording.size[1]}"
            raise RecordingDamaged(f"Frame {self.index} of {recording.path} is {w}x{h}, but the first one is {first} pixels.")
        if not Rect(0, 0, w, h).contains(rect):
            raise UserMistake(f"The region {rect.w}x{rect.h} at ({rect.x}, {rect.y}) is outside the recording's {w}x{h} pixels.")
        pixels = cv2.cvtColor(picture[rect.y : rect.bottom, rect.x : rect.right], cv2.COLOR_BGR2BGRA)
        passed = self.index / recording.fps
        return Frame(pixels.astype(np.uint8, copy=False), rect, recording.start_at + passed, passed)

    def close(self) -> None:
        self._reel.close()


class Trace:
    """Writes one JSON object a look: what was read off which frame, and the phase after it."""

    def __init__(self, path: Path, source: ReplaySource) -> None:
        self._file = _open_trace(path, "w")
        self._source = source

    def note(self, look: Look, phase: Phase) -> None:
        """`history` is the newest eight values of the strip, newest first; `methods` tells how each field was read, also where
        no value came of it."""
        players = look.readings.get(Field.PLAYERS)
        line = {
            "frame": self._source.index,
            "at": round(look.at, 6),
            "phase": str(phase),
            "score": _text(look.score),
            "balance": _text(look.value(Field.BALANCE)),
            "players": players.text if players else None,
            "history": [str(m) for m in look.strip.values[:_NEWEST]] if look.strip else [],
            "methods": {str(field): str(reading.method) for field, reading in look.readings.items()},
        }
        self._file.write(json.dumps(line) + "\n")

    def close(self) -> None:
        self._file.close()


def _open_trace(path: Path, mode: Literal["a", "w"]) -> TextIO:
    try:
        return path.open(mode, encoding="utf-8")
    except OSError as error:
        raise UserMistake(f"The trace {path} cannot be written ({error.strerror}): name another file.") from None


def _hush() -> None:
    """What OpenCV and FFmpeg have to say of broken files is ours to say, in one sentence."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class _Reel(Protocol):
    """Pictures by their number, which never goes back."""

    def picture(self, index: int) -> Image: ...
    def close(self) -> None: ...


class _Video:
    """Decodes one frame after the other; only those asked for are converted to BGR."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        self.fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.frames = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self.size = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if not self._capture.isOpened() or not 0 < self.fps <= 1000:
            self._capture.release()
            raise UserMistake(f"{path} cannot be read as a video.")
        self._grabbed = -1
        self._decoded: tuple[int, Image] | None = None

    def picture(self, index: int) -> Image:
        if self._decoded and self._decoded[0] == index:
            return self._decoded[1]
        while self._grabbed < index:
            if not self._capture.grab():
                raise self._over()
            self._grabbed += 1
        fine, picture = self._capture.retrieve()
        if not fine:
            raise self._over()
        self._decoded = index, np.asarray(picture, np.uint8)
        return self._decoded[1]

    def close(self) -> None:
        self._capture.release()

    def _over(self) -> RecordingOver:
        seen = self._grabbed + 1
        if seen < self.frames * _LACKING - 1:
            return RecordingDamaged(f"The video {self._path} breaks off after {seen:,} of {self.frames:,} frames.")
        return RecordingOver("The recording is over.")


class _Pictures:
    """A folder's pictures in the order of their names."""

    def __init__(self, folder: Path) -> None:
        self._files = _pictures_in(folder)
        self._decoded: tuple[int, Image] | None = None

    def picture(self, index: int) -> Image:
        if index >= len(self._files):
            raise RecordingOver("The recording is over.")
        if self._decoded is None or self._decoded[0] != index:
            try:
                self._decoded = index, _picture(self._files[index])
            except UserMistake as error:
                raise RecordingDamaged(str(error)) from None
        return self._decoded[1]

    def close(self) -> None: ...


def _pictures_in(folder: Path) -> list[Path]:
    """The folder's pictures by name, in which 9 comes before 10. Raises `UserMistake` where there is none."""
    files = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES]
    if not files:
        raise UserMistake(f"There is no picture in the folder {folder}: {', '.join(sorted(PICTURES))} are looked for.")
    return sorted(files, key=lambda path: [(part.zfill(20), part) for part in re.split(r"(\d+)", path.name)])


def _picture(path: Path) -> Image:
    return decode(read_bytes(path), path).astype(np.uint8, copy=False)


def _text(value: object) -> str | None:
    return None if value is None else str(value)

"""What rooms need from one another or from the machine, as Protocols; `run` and `cli` supply the real things."""

from typing import Protocol

from aviator.core.types import Frame, Rect


class FrameSource(Protocol):
    """Where pixels come from: a live display, a video, a folder of images."""

    def grab(self, rect: Rect) -> Frame:
        """The pixels of `rect` now.

        Raises `SightLost` where they cannot be had now, `UserMistake` where they never can, `RecordingOver` when a recording
        has no more frames.
        """
        ...

    def close(self) -> None: ...

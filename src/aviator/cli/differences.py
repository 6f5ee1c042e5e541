"""Pictures of the rounds that a demo's record has otherwise than they were.

In: the simulation's ledger of truth while it grows, the screen, the record's differences, crops of what could not be read.
Out: PNG files, each with the window when the round ended, what was recorded and what it was. Main thread of `aviator demo`.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np

from aviator.core.errors import SightLost
from aviator.core.files import file_name
from aviator.core.ports import FrameSource
from aviator.core.types import BookmakerId, Field, Rect
from aviator.record.verify import Comparison
from aviator.run.state import EngineState
from aviator.see.difference import difference_picture
from aviator.see.ink import Image
from aviator.see.regions import Profile

MOST_PICTURES = 5
_KEPT = 12
"""Pictures per bookmaker of rounds that are not known to be right."""
_SAME_S = 1.5
"""A recorded end may differ so much from the true one."""
_CROPS = 3
_CROPS_AFTER_S = 4.0
"""Crops of a round are kept until so long after its end."""


@dataclass(frozen=True, slots=True)
class _Taken:
    ended_at: float
    multiplier: Decimal
    png: bytes


class RoundPhotographer:
    """Photographs each window when its round ends, and forgets the picture once the round is recorded as it was."""

    def __init__(self, ledger: Path, windows: Mapping[BookmakerId, Rect], source: FrameSource) -> None:
        self._ledger = ledger
        self._windows = windows
        self._source = source
        self._read = 0
        self._due: list[bytes] = []
        """Rounds that had just ended at the last look: a page takes a moment to show it."""
        self._taken: dict[BookmakerId, deque[_Taken]] = {name: deque(maxlen=_KEPT) for name in windows}

    def look(self, state: EngineState) -> None:
        """Take the pictures that are due now. A screen that cannot be read costs the picture."""
        due, self._due = self._due, self._new_lines()
        for line in due:
            told = json.loads(line)
            if told.get("type") == "round" and (name := BookmakerId(told["bookmaker"])) in self._windows:
                with suppress(SightLost):
                    pixels = self._source.grab(self._windows[name]).pixels
                    _, png = cv2.imencode(".png", pixels[:, :, :3], [cv2.IMWRITE_PNG_COMPRESSION, 1])
                    self._taken[name].append(_Taken(told["ended_at"], Decimal(told["multiplier"]), png.tobytes()))
        for one in state.bookmakers:
            taken = self._taken.get(one.bookmaker, deque())
            right = [t for t in taken if any(m == t.multiplier and abs(at - t.ended_at) <= _SAME_S for m, at in one.recent)]
            for t in right:
                taken.remove(t)

    def at(self, bookmaker: BookmakerId, ended_at: float) -> Image | None:
        """The window when this round ended; None where no picture is left of it."""
        for one in self._taken.get(bookmaker, ()):
            if one.ended_at == ended_at:
                return np.asarray(cv2.imdecode(np.frombuffer(one.png, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        return None

    def _new_lines(self) -> list[bytes]:
        """The lines of the ledger that were finished since the last call."""
        with suppress(OSError), self._ledger.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
            self._read += len(whole) + len(newline)
            return whole.splitlines()
        return []


@dataclass(frozen=True, slots=True)
class DifferingRound:
    """A round of which the record says something else than the truth. `recorded` or `true`: None where there is none."""

    bookmaker: BookmakerId
    ended_at: float
    recorded: Decimal | None
    true: Decimal | None

    def __str__(self) -> str:
        was = "no round ended" if self.true is None else f"{self.true}x"
        got = "nothing" if self.recorded is None else f"{self.recorded}x"
        return f"{self.bookmaker} at {datetime.fromtimestamp(self.ended_at).astimezone():%H:%M:%S}: recorded {got}, true: {was}"


def differing_rounds(compared: Mapping[BookmakerId, Comparison]) -> list[DifferingRound]:
    """Wrong rounds first, then missing ones, then those that did not happen; in order of time."""
    found: list[DifferingRound] = []
    for name, one in compared.items():
        found += [DifferingRound(name, was.ended_at, row.multiplier, was.multiplier) for was, row in one.wrong]
        found += [DifferingRound(name, was.ended_at, None, was.multiplier) for was in one.missing]
        found += [DifferingRound(name, row.ended_at, row.multiplier, None) for row in one.extra]
    return sorted(found, key=lambda r: (r.true is None, r.recorded is None, r.ended_at))


def draw_rounds(
    rounds: Sequence[DifferingRound],
    photographer: RoundPhotographer,
    profiles: Mapping[BookmakerId, Profile],
    evidence: Path,
    folder: Path,
) -> dict[DifferingRound, Path]:
    """Write a picture for as many of these rounds as there may be; those of which nothing was kept have none."""
    drawn: dict[DifferingRound, Path] = {}
    for one in rounds:
        window = photographer.at(one.bookmaker, one.ended_at)
        crops = _crops(evidence / file_name(one.bookmaker), one.ended_at)
        if window is None and not crops:
            continue
        places = profiles[one.bookmaker].boxes()
        boxes = [places[field] for field in (Field.SCORE, Field.HISTORY) if field in places]
        rows: list[tuple[Image | None, str]] = [(None, str(one))]
        if window is not None:
            x, y, w, h = places[Field.SCORE]
            rows = [(window[y : y + h, x : x + w], str(one))]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{file_name(one.bookmaker)}-{one.ended_at:.1f}.png"
        if cv2.imwrite(str(path), difference_picture(window, boxes, rows + crops)):
            drawn[one] = path
        if len(drawn) == MOST_PICTURES:
            break
    return drawn


def _crops(folder: Path, ended_at: float) -> list[tuple[Image | None, str]]:
    """What could not be read about then: files FIELD-TIME-CONFIDENCE.png."""
    found: list[tuple[Image | None, str]] = []
    for path in sorted(folder.glob("*.png")):
        field, _, rest = path.stem.partition("-")
        with suppress(ValueError):
            at = float(rest.partition("-")[0])
            if ended_at - _CROPS_AFTER_S <= at <= ended_at + _CROPS_AFTER_S and (crop := cv2.imread(str(path))) is not None:
                found.append((np.asarray(crop, np.uint8), f"{field.replace('_', ' ')}: not read"))
    return found[:_CROPS]

"""How exactly and how fast real screens are read, beside Tesseract and RapidOCR on the same crops: writes docs/reading.md.

In: the folder of labelled real screens beside the checkout (../shared/realdata); without it nothing is measured.
Every window is learned from other pictures of it than those that are read: the video from frames that carry no label, a
screenshot from the other screenshots of its site and size. All three readers get the same crops and the same grammar: the field's
number format. Tesseract gets them as ink, black on white, as it does in a worker; RapidOCR in colour.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from aviator.calibrate.formats import canonical
from aviator.calibrate.session import Calibration
from aviator.calibrate.teacher import Teacher
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see.ink import Image
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import FieldSpec, Profile
from aviator.see.tesseract import Tesseract

REAL = Path(__file__).parents[2] / "shared" / "realdata"
PAGE = Path(__file__).parents[1] / "docs" / "reading.md"
FIELDS = (Field.SCORE, Field.BALANCE, Field.PLAYERS)
REPEATS = 5
_BEFORE, _STEP, _LATER = 419, 8, 20
"""The video is learned from every eighth frame before its flight, and from twenty frames after that carry no label."""

Labelled = tuple[Image, dict[str, Any]]


@dataclass
class Tally:
    """One reader on one kind of field."""

    counts: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    def note(self, want: Decimal, got: Decimal | None, ms: float) -> None:
        self.counts["exact" if got == want else "unread" if got is None else "wrong"] += 1
        self.times.append(ms)

    def cells(self) -> str:
        c = self.counts
        return f"{c['exact']} / {c['unread']} / {c['wrong']} | {median(self.times):.2f} ms" if self.times else "– | –"


def bgra(picture: Image) -> Image:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), np.uint8)


def video() -> tuple[list[Image], list[Labelled]]:
    """Frames to learn from, and labelled frames."""
    labels = {d["frame"]: d for d in map(json.loads, (REAL / "video_frames.jsonl").read_text(encoding="utf-8").splitlines())}
    capture = cv2.VideoCapture(str(REAL / "screens" / "cashis_rules_4k60.mp4"))
    frames: dict[int, Image] = {}
    later = {i + (i in labels) for i in np.linspace(_BEFORE + 5, 1345, _LATER).astype(int).tolist()}
    learn = set(range(2, _BEFORE, _STEP)) - labels.keys() | later
    for i in range(int(capture.get(cv2.CAP_PROP_FRAME_COUNT))):
        fine, frame = capture.read()
        if fine and (i in learn or i in labels):
            frames[i] = bgra(np.asarray(frame, np.uint8))
    return [frames[i] for i in sorted(learn & frames.keys())], [
        (frames[i], labels[i]) for i in sorted(labels.keys() & frames.keys())
    ]


def screenshots() -> Iterator[tuple[str, list[Image], list[Labelled]]]:
    """Each screenshot of a site of which there are more of the same size: to be learned from the others."""
    groups: dict[tuple[str, int, int], list[Labelled]] = defaultdict(list)
    for line in (REAL / "screens.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if (picture := cv2.imread(str(REAL / "screens" / label["file"]))) is not None:
            groups[label["file"].partition("_")[0], label["width"], label["height"]].append(
                (bgra(np.asarray(picture, np.uint8)), label)
            )
    for (site, width, height), shots in groups.items():
        if len(shots) > 2 and sum(d["score"] is not None for _, d in shots) > 2:
            for i, shot in enumerate(shots):
                yield f"{site}, {width}×{height}", [p for p, _ in shots[:i] + shots[i + 1 :]], [shot]


def learn(teacher: Teacher, pictures: Sequence[Image]) -> Profile:
    calibration = Calibration("real", teacher)
    for _ in range(2):
        for i, picture in enumerate(pictures):
            calibration.look(picture, float(i))
        if not calibration.found:
            calibration.find()
            if calibration.trouble:
                raise calibration.trouble
    return calibration.learn().profile


def timed(work: Callable[[], Decimal | None]) -> tuple[Decimal | None, float]:
    """The answer, and milliseconds: the median of some repeats, for a worker reads the same fields all day."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        answer = work()
        times.append(1000 * (time.perf_counter() - began))
    return answer, median(times)


def value(text: str, spec: FieldSpec) -> Decimal | None:
    found = canonical(text, spec.format)
    return found[1] if found else None


def number(text: str) -> Decimal:
    found = re.search(r"\d+(?:[.,]\d+)*", text)
    assert found is not None
    return Decimal(found[0].replace(",", ""))


def compare(teacher: Teacher, profile: Profile, shots: Sequence[Labelled], tallies: dict[tuple[Field, str], Tally]) -> None:
    """All three readers on every labelled field of the pictures."""
    tesseract = Tesseract()
    tesseract.start()
    for pixels, labels in shots:
        reader = MultiRegionReader(profile, (0, 0))
        for f in FIELDS:
            spec = profile.fields.get(f)
            if labels.get(f) is None or spec is None:
                continue
            x, y, w, h = spec.box
            crop = np.ascontiguousarray(pixels[y : y + h, x : x + w])
            want = number(labels[f])
            ways: dict[str, Callable[[], Decimal | None]] = {
                "AVIATOR": lambda f=f, c=crop, r=reader: (a := r.read_field(f, c, 0.0)) and a.value,  # type: ignore[misc]
                "Tesseract": lambda f=f, c=crop, s=spec, r=reader: value(tesseract.read(r.ink(f, c))[0], s),  # type: ignore[misc]
                "RapidOCR": lambda c=crop, s=spec: value(teacher.spell_anew(c).text, s),  # type: ignore[misc]
            }
            for way, work in ways.items():
                tallies[f, way].note(want, *timed(work))


def page(rows: dict[str, dict[tuple[Field, str], Tally]]) -> str:
    ways = ("AVIATOR", "Tesseract", "RapidOCR")
    out = [
        "# Reading real screens\n",
        "Made by `./dev bench reading`. Exact / unread / wrong values, and the median time of one field. Every window was",
        "learned from other pictures than those read here (see `bench/reading.py`). An unread value is `None`, never a guess.",
        "Three or four pictures show too few digits to learn a font from: then nothing is read.\n",
        "| pictures | field | " + " | ".join(f"{way} | time" for way in ways) + " |",
        "|---|---" + "|---" * 2 * len(ways) + "|",
    ]
    for name, tallies in rows.items():
        out += [
            f"| {name} | {f} | " + " | ".join(tallies[f, w].cells() for w in ways) + " |"
            for f in FIELDS
            if tallies[f, "AVIATOR"].times
        ]
    return "\n".join(out) + "\n"


def bench() -> dict[str, object]:
    if not REAL.is_dir():
        return {"skipped": "the real screens are not beside this checkout"}
    teacher = Teacher()
    rows: dict[str, dict[tuple[Field, str], Tally]] = defaultdict(lambda: defaultdict(Tally))
    pictures, shots = video()
    compare(teacher, learn(teacher, pictures), shots, rows[f"video, 3840×2160, learned from {len(pictures)}"])
    for name, others, shot in screenshots():
        with suppress(UserMistake):  # too little is shown to learn anything from
            compare(teacher, learn(teacher, others), shot, rows[f"{name}, learned from {len(others)}"])
    PAGE.write_text(page(rows), encoding="utf-8")
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for tallies in rows.values():
        for (_, way), tally in tallies.items():
            total[way] += tally.counts
    return {"page": str(PAGE.relative_to(PAGE.parents[1])), **{way: dict(counts) for way, counts in total.items()}}

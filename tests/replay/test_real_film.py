"""A real film of one whole round, learned and replayed by the commands of a user. It lies beside the checkout; without it the
test is skipped."""

import json
from collections import Counter
from contextlib import closing
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from random import Random
from typing import Any

import cv2
import pytest
from tests.replay.test_real_screens import REAL, digits

from aviator.cli.app import app, guarded
from aviator.core.errors import EXIT_OK
from aviator.core.types import BookmakerId, Field
from aviator.record.queries import last_rounds
from aviator.record.store import open_reader

FILM = REAL / "screens" / "cashis_rules_4k60.mp4"
pytestmark = pytest.mark.skipif(not FILM.is_file(), reason=f"the real film is not at {FILM}")

FLIGHT, FRAMES, STEP, LATER = 419, 1345, 16, 20
EVENTS = {"BETTING": 111, "PLAYING": 419, "ENDED": 1248}
"""By the README beside the film."""
READ = (Field.SCORE, Field.BALANCE, Field.PLAYERS)


def labels() -> dict[int, dict[str, Any]]:
    rows = map(json.loads, (REAL / "video_frames.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["frame"]: row for row in rows}


def stills(folder: Path) -> list[Path]:
    """Frames without a label, as pictures: some of before the flight, a few of after."""
    later = Random(1).sample([i for i in range(FLIGHT, FRAMES) if i not in labels()], LATER)
    wanted = {i for i in range(2, FLIGHT, STEP) if i not in labels()} | set(later)
    film, paths = cv2.VideoCapture(str(FILM)), []
    for i in range(FRAMES):
        assert film.grab()
        if i in wanted:
            paths.append(folder / f"{i:04}.png")
            cv2.imwrite(str(paths[-1]), film.retrieve()[1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return paths


def command(*words: object) -> int:
    return guarded(lambda: app([str(word) for word in words], standalone_mode=False))


@pytest.mark.timeout(600)
def test_a_real_film_gives_its_round_its_phases_and_its_numbers(tmp_path: Path) -> None:
    pictures = [word for path in stills(tmp_path) for word in ("--image", path)]
    assert command("calibrate", "cashis", *pictures, "--into", tmp_path / "profiles") == EXIT_OK
    profile, trace = tmp_path / "profiles" / "cashis.toml", tmp_path / "trace.jsonl"
    assert command("replay", FILM, "--profile", profile, "--data-dir", tmp_path / "data", "--trace", trace) == EXIT_OK

    with closing(open_reader(f"sqlite:///{tmp_path}/data/aviator.db")) as store:
        assert [r.multiplier for r in last_rounds(store, BookmakerId("cashis"), 10)] == [Decimal("6.59")]
    looks = list(map(json.loads, trace.read_text(encoding="utf-8").splitlines()))
    began = [(after["phase"], after["frame"]) for before, after in pairwise(looks[1:]) if after["phase"] != before["phase"]]
    assert [phase for phase, _ in began] == list(EVENTS)
    assert dict(began) == pytest.approx(EVENTS, abs=3)
    balances = [balance for balance, _ in groupby(look["balance"] for look in looks if look["balance"])]
    assert balances == ["58800.22", "57800.22", "62080.22"]

    seen = {look["frame"]: look for look in looks}
    counts: dict[Field, Counter[str]] = {field: Counter() for field in READ}
    for frame, label in labels().items():
        for field in READ:
            want, got = digits(label[field]), seen[frame][field]
            assert got is None or Decimal(got) == want, f"frame {frame}: {field} {want} read as {got}"
            counts[field][("unread" if got is None else "read") if want is not None else "nothing there"] += 1
        strip = [Decimal(value) for value in seen[frame]["history"]]
        assert strip == [Decimal(value) for value in label["history"] or []][: len(strip)]
    for field, count in counts.items():
        assert count["read"] >= 0.95 * (count["read"] + count["unread"]), f"{field}: {count}"

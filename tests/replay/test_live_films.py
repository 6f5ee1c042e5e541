"""Films of other authors' pages, learned from their pixels alone and replayed by the commands of a user: each round whose end is
on the film is recorded once and exactly. They lie beside the checkout; without them the tests are skipped."""

import json
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from tests.replay.test_real_film import command
from tests.replay.test_real_screens import REAL

from aviator.core.errors import EXIT_OK
from aviator.core.types import BookmakerId, Source
from aviator.record.queries import last_rounds
from aviator.record.store import open_reader

LIVE = REAL / "live"
FILMS = {"pirate": True, "jason": False, "brendon": True}
"""Pills in three colours, and a score that is smaller and lower at the end; a score that pulses; a strip behind a blank, and a
number that grows by chance. And whether there is a strip."""
NEAR = 5
"""Frames by which the page and its picture may be apart."""

Truth = list[dict[str, Any]]


def film(name: str) -> tuple[Path, Truth]:
    """The film, and what the page itself said at each of its frames."""
    path = LIVE / name / "screen.mkv"
    if not path.is_file():
        pytest.skip(f"the film {name} is not at {path}")
    return path, json_lines(LIVE / name / "truth.jsonl")


def json_lines(path: Path) -> Truth:
    return list(map(json.loads, path.read_text(encoding="utf-8").splitlines()))


def ends(truth: Truth) -> list[tuple[Decimal, float]]:
    """The rounds that are seen to end, the oldest first: with which multiplier and when (Unix seconds)."""
    spells = [(phase, list(rows)) for phase, rows in groupby(truth, key=lambda row: row["phase"])]
    return [(Decimal(rows[-1]["m"]), rows[0]["at"]) for i, (phase, rows) in enumerate(spells) if phase == "end" and i]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FILMS)
def test_each_round_of_a_page_never_seen_before_is_recorded_once_and_exactly(tmp_path: Path, name: str) -> None:
    path, truth = film(name)
    assert command("calibrate", name, "--film", path, "--into", tmp_path / "profiles") == EXIT_OK
    start = datetime.fromtimestamp(truth[0]["at"], UTC).strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    profile, trace = tmp_path / "profiles" / f"{name}.toml", tmp_path / "trace.jsonl"
    options = ["--profile", profile, "--data-dir", tmp_path / "data", "--trace", trace, "--start", start]
    assert command("replay", path, *options) == EXIT_OK
    with closing(open_reader(f"sqlite:///{tmp_path}/data/aviator.db")) as store:
        recorded = last_rounds(store, BookmakerId(name), 100)[::-1]
    assert [r.multiplier for r in recorded] == [multiplier for multiplier, _ in ends(truth)]
    assert [r.ended_at for r in recorded] == pytest.approx([at for _, at in ends(truth)], abs=0.5)
    assert {r.source for r in recorded} == {Source.LIVE}

    flights = scores = strips = 0
    for look, row in zip(json_lines(trace), truth, strict=True):
        near = truth[max(0, row["frame"] - NEAR) : row["frame"] + NEAR + 1]
        flights += row["phase"] == "fly"
        if look["score"] is not None and near[-1] is not truth[-1]:
            said = [Decimal(row["m"]) for row in near if row["m"]]  # between two frames it grew on
            assert min(said) <= Decimal(look["score"]) <= max(said), look
            scores += row["phase"] == "fly"
        if shown := list(map(Decimal, look["history"])):
            assert any(shown == list(map(Decimal, row["hist"][: len(shown)])) for row in near), look
            strips += len(shown) == len(row["hist"])
    assert scores >= 0.97 * flights
    assert strips >= (0.97 * len(truth) if FILMS[name] else 0)

"""Rounds that a record has otherwise than they were, and the pictures of them."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.known import PROFILES

from aviator.cli.differences import MOST_PICTURES, DifferingRound, RoundPhotographer, differing_rounds, draw_rounds
from aviator.core.errors import SightLost
from aviator.core.types import BookmakerId, Field, Frame, Rect
from aviator.record.verify import Comparison, RecordedRound, TrueRound
from aviator.run.state import BookmakerState, EngineState
from aviator.see.regions import Profile, load

A = BookmakerId("Admiral")
AT = 1_700_000_000.0


class Screen:
    """A screen of one colour, another one at each picture; it may be gone."""

    def __init__(self) -> None:
        self.taken = 0
        self.gone = False

    def grab(self, rect: Rect) -> Frame:
        if self.gone:
            raise SightLost("gone")
        self.taken += 1
        return Frame(np.full((rect.h, rect.w, 4), self.taken, np.uint8), rect, AT, 0.0)

    def close(self) -> None:
        pass


@pytest.fixture
def profile() -> Profile:
    return load(PROFILES / "admiral.toml")


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def photographer(tmp_path: Path, profile: Profile, screen: Screen) -> RoundPhotographer:
    return RoundPhotographer(tmp_path / "ledger.jsonl", {A: Rect(0, 0, *profile.window)}, screen)


def over(folder: Path, ended_at: float, multiplier: str, end: str = "\n") -> None:
    line = {"type": "round", "bookmaker": A, "round": 1, "multiplier": multiplier, "ended_at": ended_at}
    with (folder / "ledger.jsonl").open("a") as file:
        file.write(json.dumps(line) + end)


def state(*recent: tuple[str, float]) -> EngineState:
    past = tuple((Decimal(m), at) for m, at in recent)
    return EngineState(AT, 1.0, (BookmakerState(A, recent=past),), 0, 0)


def test_a_window_is_photographed_when_its_round_ends(photographer: RoundPhotographer, screen: Screen, tmp_path: Path) -> None:
    photographer.look(state())
    over(tmp_path, AT, "2.00", end="")  # a line that is not whole yet
    photographer.look(state())
    photographer.look(state())
    assert screen.taken == 0
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write("\n")
    photographer.look(state())
    assert screen.taken == 0, "the page takes a moment to show it"
    photographer.look(state())
    picture = photographer.at(A, AT)
    assert picture is not None
    assert (picture == 1).all()
    assert photographer.at(A, AT + 1) is None


def test_a_round_that_is_recorded_as_it_was_needs_no_picture(photographer: RoundPhotographer, tmp_path: Path) -> None:
    for i, multiplier in enumerate(("2.00", "3.00")):
        over(tmp_path, AT + 10 * i, multiplier)
    for _ in range(2):
        photographer.look(state())
    photographer.look(state(("3.08", AT + 10.2), ("2.00", AT + 0.3)))
    assert photographer.at(A, AT) is None
    assert photographer.at(A, AT + 10) is not None


def test_a_screen_that_is_gone_costs_the_picture(photographer: RoundPhotographer, screen: Screen, tmp_path: Path) -> None:
    screen.gone = True
    over(tmp_path, AT, "2.00")
    for _ in range(2):
        photographer.look(state())
    assert photographer.at(A, AT) is None


def test_wrong_rounds_come_before_missing_ones_and_those_that_never_were() -> None:
    happened = [TrueRound(AT + 10 * i - 5, AT + 10 * i, Decimal(m)) for i, m in enumerate(("1.50", "2.00", "3.00"))]
    rows = [RecordedRound(AT, Decimal("1.50"), "LIVE"), RecordedRound(AT + 5, Decimal("9.00"), "LIVE"),
            RecordedRound(AT + 20, Decimal("3.08"), "LIVE")]  # fmt: skip
    found = differing_rounds({A: Comparison(happened, rows, [(0, 0), (2, 2)], 0.0)})
    assert [(one.recorded, one.true) for one in found] == [
        (Decimal("3.08"), Decimal("3.00")), (None, Decimal("2.00")), (Decimal("9.00"), None),
    ]  # fmt: skip
    assert "recorded 3.08x, true: 3.00x" in str(found[0])
    assert "recorded nothing, true: 2.00x" in str(found[1])
    assert "recorded 9.00x, true: no round ended" in str(found[2])


def test_pictures_of_rounds_are_written(photographer: RoundPhotographer, profile: Profile, tmp_path: Path) -> None:
    over(tmp_path, AT, "2.00")
    for _ in range(2):
        photographer.look(state())
    evidence = tmp_path / "evidence" / "admiral"
    evidence.mkdir(parents=True)
    for at in (AT + 101.5, AT + 300):
        cv2.imwrite(str(evidence / f"score-{at:.2f}-0.41.png"), np.full((20, 60, 3), (10, 200, 10), np.uint8))
    wrong, unread, unseen = (DifferingRound(A, AT + i, None, Decimal("2.00")) for i in (0, 100, 200))
    drawn = draw_rounds([wrong, unread, unseen], photographer, {A: profile}, tmp_path / "evidence", tmp_path / "out")
    assert list(drawn) == [wrong, unread], "nothing was kept of the last one"
    window, crops = (cv2.imread(str(drawn[one])) for one in (wrong, unread))
    assert window is not None
    assert window.shape[1] > profile.window[0]
    assert crops is not None
    assert (crops == (10, 200, 10)).all(axis=2).sum() >= 20 * 60


def test_a_picture_shows_each_place_of_the_score(profile: Profile, tmp_path: Path) -> None:
    """A round is over where its score then stands."""
    end = (210, 360, 200, 60)

    class Ended(Screen):
        def grab(self, rect: Rect) -> Frame:
            frame = super().grab(rect)
            frame.pixels[end[1] : end[1] + end[3], end[0] : end[0] + end[2]] = (10, 200, 10, 255)
            return frame

    photographer = RoundPhotographer(tmp_path / "ledger.jsonl", {A: Rect(0, 0, *profile.window)}, Ended())
    over(tmp_path, AT, "2.00")
    for _ in range(2):
        photographer.look(state())
    wrong = DifferingRound(A, AT, None, Decimal("2.00"))
    seen = []
    for scores in ((), (replace(profile.fields[Field.SCORE], box=end),)):
        known = replace(profile, scores=scores)
        drawn = draw_rounds([wrong], photographer, {A: known}, tmp_path / "evidence", tmp_path / "out")
        picture = cv2.imread(str(drawn[wrong]))
        assert picture is not None
        seen.append(int((picture[:, profile.window[0] :] == (10, 200, 10)).all(axis=2).sum()))
    assert seen[0] == 0
    assert seen[1] > 500, "beside the window, too"


def test_there_are_few_pictures(photographer: RoundPhotographer, profile: Profile, tmp_path: Path) -> None:
    for i in range(10):
        over(tmp_path, AT + i, "2.00")
    for _ in range(2):
        photographer.look(state())
    rounds = [DifferingRound(A, AT + i, None, Decimal("2.00")) for i in range(10)]
    drawn = draw_rounds(rounds, photographer, {A: profile}, tmp_path / "evidence", tmp_path / "out")
    assert len(drawn) == len(list((tmp_path / "out").iterdir())) == MOST_PICTURES

"""The eye on painted windows: what is no game is none, however like one some of its colours are."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.see.game import SKIN, START, settings
from tests.unit.see.painting import Window, profile, rect_of, written

from aviator.core.events import Fact, PhaseChanged, RgbSampled, RoundEnded
from aviator.core.types import Field, Phase
from aviator.see.eye import Eye
from aviator.see.offline import GONE, NO_SCORE, STILL
from aviator.see.phase import LOST_S
from aviator.see.stillness import FROZEN_S

PACE = 0.25
HZ = 20


class Scene:
    """An eye and the window it looks at."""

    def __init__(self, folder: Path) -> None:
        self.window = Window(profile(SKIN), (100, 50))
        self.eye = Eye(replace(settings(folder), window=rect_of(profile(SKIN), 100, 50)))
        self.at = START
        self.facts: list[Fact] = []

    def paint(self, phase: str, score: str = "", *, fields: bool = True) -> None:
        specs = self.window.profile.fields
        for field in specs:
            self.window.clear(field)
        self.window.colour(Field.PHASE, phase)
        if score:
            self.window.show(Field.SCORE, written(specs[Field.SCORE].format, score), "ended" if phase == "ended" else "flight")
        if fields:
            self.window.show(Field.BALANCE, written(specs[Field.BALANCE].format, "827.60"))

    def look(self, seconds: float) -> None:
        for _ in range(round(seconds * HZ)):
            self.at += 1 / HZ
            self.facts += self.eye.see(self.window.frame(self.at))[1]

    def fly(self) -> float:
        """Betting and a flight; returns when it was last seen to move."""
        self.paint("waiting")
        self.look(1.0)
        for score in ("1.00", "1.05", "1.10", "1.15", "1.20", "1.25"):
            self.paint("low", score)
            self.look(0.1)
        return self.at - 0.05

    def offline(self) -> PhaseChanged:
        (change,) = (f for f in self.facts if isinstance(f, PhaseChanged) and f.to_phase is Phase.OFFLINE)
        return change


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_colour_of_the_game_on_a_window_without_any_of_its_text_is_no_game(scene: Scene):
    scene.paint("waiting")
    scene.look(1.0)
    assert scene.eye.phases.phase is Phase.BETTING
    gone_at = scene.at
    scene.paint("waiting", fields=False)
    scene.look(1.0)
    assert scene.offline().reason == scene.eye.offline == GONE
    assert scene.offline().at - gone_at == pytest.approx(LOST_S * PACE, abs=0.11)


def test_a_frozen_flight_is_offline_in_time_and_nothing_more_is_taken_from_it(scene: Scene):
    moved_at = scene.fly()
    scene.look(2.0)
    assert scene.offline().reason == STILL
    assert scene.offline().at - moved_at == pytest.approx(FROZEN_S * PACE, abs=0.11)
    assert scene.offline().at - moved_at < 2 * PACE
    later = [f for f in scene.facts if getattr(f, "at", 0.0) > scene.offline().at]
    assert not [f for f in later if isinstance(f, RgbSampled)]
    assert not [f for f in scene.facts if isinstance(f, RoundEnded)]
    assert scene.eye.useful_at is not None
    assert scene.eye.useful_at < scene.offline().at


def test_a_flight_whose_score_is_covered_is_offline(scene: Scene):
    moved_at = scene.fly()
    scene.paint("low")
    scene.look(1.0)
    assert scene.offline().reason == NO_SCORE
    assert scene.offline().at - moved_at < 2 * PACE


def test_back_in_sight_it_has_no_reason_any_more(scene: Scene):
    scene.fly()
    scene.look(1.0)
    assert scene.eye.offline
    scene.paint("low", "3.10")
    scene.look(0.1)
    scene.paint("low", "3.20")
    scene.look(0.1)
    assert (scene.eye.offline, scene.eye.phases.phase) == ("", Phase.PLAYING)
    assert scene.eye.useful_at == scene.at


def test_without_a_frame_the_game_is_lost_at_once_and_for_the_reason_given(scene: Scene):
    scene.fly()
    look, facts = scene.eye.blind(scene.at + 0.05, "the display is gone")
    assert [(f.to_phase, f.reason) for f in facts if isinstance(f, PhaseChanged)] == [(Phase.OFFLINE, "the display is gone")]
    assert (look.score, look.value(Field.BALANCE)) == (None, None)
    assert scene.eye.offline == "the display is gone"
    assert scene.eye.blind(scene.at + 0.1, "the display is gone")[1] == []
    assert Decimal("1.25") not in scene.eye.rounds.last_multipliers

"""A profile is tried on the film of a real window: the grade says what a worker would record by it."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.known import PROFILES
from tests.replay.filming import film, playing, to_folder

from aviator.calibrate.film import try_on_film
from aviator.calibrate.trial import Grade
from aviator.core.types import Field, Rect
from aviator.see import regions
from aviator.see.regions import COMPLETE, ROUNDS, UNUSABLE, Profile
from aviator.see.replay import Recording, examine

pytestmark = pytest.mark.e2e

NAME = "balkanbet"
SPEED, FPS, WATCHED = 4, 20, 4


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("film")
    with playing(folder, NAME, SPEED) as running:
        _, frames = film(running, folder, FPS, WATCHED)
    return examine(to_folder(frames, folder / "frames"), FPS)


def tried(profile: Profile, recording: Recording, folder: Path) -> Grade:
    path = folder / f"{NAME}.toml"
    regions.save(profile, path)
    return try_on_film(NAME, path, recording, Rect(0, 0, *profile.window), 1 / SPEED, lambda _what, _share: None)


@pytest.mark.timeout(300)
def test_a_profile_that_reads_everything_is_complete(recording: Recording, tmp_path: Path) -> None:
    grade = tried(regions.load(PROFILES / f"{NAME}.toml"), recording, tmp_path)
    assert (grade.grade, grade.provisional, grade.reason) == (COMPLETE, False, "")
    assert grade.rounds >= WATCHED - 1


@pytest.mark.timeout(300)
def test_a_profile_without_a_strip_records_rounds(recording: Recording, tmp_path: Path) -> None:
    profile = regions.load(PROFILES / f"{NAME}.toml")
    fields = {field: spec for field, spec in profile.fields.items() if field is not Field.HISTORY}
    grade = tried(replace(profile, fields=fields), recording, tmp_path)
    assert (grade.grade, grade.provisional) == (ROUNDS, False)
    assert "no strip" in grade.reason


@pytest.mark.timeout(300)
def test_a_profile_that_reads_no_multiplier_is_unusable(recording: Recording, tmp_path: Path) -> None:
    profile = regions.load(PROFILES / f"{NAME}.toml")
    score = profile.fields[Field.SCORE]
    blue = tuple(replace(ink, colour="#0000ff") for ink in score.inks)
    fields = {field: spec for field, spec in profile.fields.items() if field is not Field.HISTORY}
    grade = tried(replace(profile, fields=fields | {Field.SCORE: replace(score, inks=blue)}), recording, tmp_path)
    assert (grade.grade, grade.rounds) == (UNUSABLE, 0)
    assert grade.reason.startswith("no multiplier could be read on the board")

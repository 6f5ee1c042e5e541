"""What a window's fields look like over time: every different picture once, within a budget of memory."""

import numpy as np
import pytest

from aviator.calibrate import album as albums
from aviator.calibrate.album import Album
from aviator.calibrate.areas import Area
from aviator.calibrate.survey import Survey
from aviator.core.types import Field

SCORE = (10, 20, 30, 12)
SURVEY = Survey((80, 60), {Field.SCORE: Area(SCORE, SCORE, 10)}, (5, 10, 50, 40), {Field.BUTTON_1: (60, 50, 10, 5)}, "left", None)


def picture(score: int, rest: int = 0) -> np.ndarray:
    pixels = np.full((60, 80, 4), rest, np.uint8)
    pixels[20:32, 10:40] = score
    return pixels


def test_a_picture_of_a_field_is_kept_when_it_changes():
    album = Album(SURVEY)
    for at, (score, rest) in enumerate([(1, 0), (1, 9), (2, 9), (2, 0), (1, 0)]):
        album.add(picture(score, rest), float(at))
    snaps = album.snaps(Field.SCORE)
    assert [(s.at, s.pixels[0, 0, 0]) for s in snaps] == [(0.0, 1), (2.0, 2), (4.0, 1)]
    assert snaps[0].pixels.shape == (12, 30, 4)


def test_colours_are_kept_of_every_moment():
    album = Album(SURVEY)
    album.add(picture(7, 7), 0.0)
    album.add(picture(7, 9), 0.5)
    assert [m.at for m in album.moments] == [0.0, 0.5]
    assert album.moments[0].means == {Field.PHASE: (7, 7, 7), Field.BUTTON_1: (7, 7, 7)}
    assert album.moments[1].means[Field.BUTTON_1] == (9, 9, 9)


def test_of_too_many_every_other_one_goes(monkeypatch: pytest.MonkeyPatch):
    """A field that changes with every picture must not fill the memory; its whole time stays covered."""
    monkeypatch.setattr(albums, "_MOST_BYTES", 10 * 12 * 30 * 4)
    album = Album(SURVEY)
    for at in range(100):
        album.add(picture(at), float(at))
    times = [s.at for s in album.snaps(Field.SCORE)]
    assert 5 <= len(times) <= 10
    assert times[0] == 0.0
    assert times[-1] > 80
    assert len(set(np.diff(times)[:-1])) <= 2


def test_a_moment_knows_its_picture_of_the_score_or_that_there_is_none(monkeypatch: pytest.MonkeyPatch):
    """Where pictures are passed over for want of memory, the one before is of another moment."""
    monkeypatch.setattr(albums, "_MOST_BYTES", 4 * 12 * 30 * 4)
    album = Album(SURVEY)
    shown = [1, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10]
    for at, score in enumerate(shown):
        album.add(picture(score), float(at))
    by_time = {s.at: int(s.pixels[0, 0, 0]) for s in album.snaps(Field.SCORE)}
    known = [(m.at, m.score_at) for m in album.moments if m.score_at in by_time]
    assert known
    assert len(known) < len(shown)
    assert all(by_time[score_at] == shown[int(at)] for at, score_at in known)

"""Windows learned from recordings of the screen: what was learned reads what the recording shows."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from tests.unit.calibrate.windows import PAGE, Moment, Site, frame, rounds
from tests.unit.see import pills
from tests.unit.see.lettering import lettered
from tests.unit.see.painting import set_line
from tests.unit.see.pills import blend

from aviator.calibrate.film import learn_from_film
from aviator.calibrate.session import Learned
from aviator.calibrate.teacher import Teacher
from aviator.core.errors import UserMistake
from aviator.core.types import Field, Rect
from aviator.see import regions
from aviator.see.ink import Image, parse_colour
from aviator.see.phase import Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import Box
from aviator.see.replay import Recording, examine

SITE = "admiral"
FPS = 5
START = 1_700_000_000.0
INSIDE = Rect(90, 50, 640, 540)
SCREEN = (780, 620)

DOINGS = ("Watching the recording", "Finding the fields", "Watching the fields", "Naming what was seen", "Learning the digits")

SIGHTS = {"waiting": Sight.WAITING, "flight": Sight.FLYING, "ended": Sight.ENDED}

Told = list[tuple[str, float]]


def screen(picture: Image) -> Image:
    """A screen with the window on it, and a clock of the desktop that nobody asked for."""
    pixels = np.full((SCREEN[1], SCREEN[0], 3), (70, 90, 40), np.uint8)
    cv2.putText(pixels, "12.50x", (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2, cv2.LINE_AA)
    pixels[INSIDE.y : INSIDE.bottom, INSIDE.x : INSIDE.right] = picture[:, :, :3]
    return pixels


def to_video(pictures: list[Image], path: Path) -> Recording:
    h, w = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), FPS, (w, h))
    assert writer.isOpened()
    for picture in pictures:
        writer.write(np.ascontiguousarray(picture[:, :, :3]))
    writer.release()
    return examine(path, start_at=START)


def to_folder(pictures: list[Image], folder: Path) -> Recording:
    folder.mkdir()
    for i, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"{i}.png"), picture[:, :, :3], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return examine(folder, FPS, START)


@cache
def played() -> tuple[list[Moment], list[Image]]:
    """Seven rounds of a site."""
    site, moments = Site(SITE), list(rounds(Random(SITE), 7, 2))
    return moments, [site.picture(moment) for moment in moments]


def misread(learned: Learned) -> tuple[int, int]:
    """Of the scores, balances and strips that the film shows, how many are read, and how many as something else."""
    reader, right, wrong = MultiRegionReader(learned.profile, (0, 0)), 0, 0
    for moment, picture in zip(*played(), strict=True):
        look = reader.read(frame(picture, learned.profile))
        for field in (Field.SCORE, Field.BALANCE):
            shown = moment.values.get(field)
            if (got := look.value(field)) is not None:
                right += (hit := shown is not None and got == Decimal(shown))
                wrong += not hit
        assert look.strip
        past = [Decimal(value) for value in moment.past]
        right += len(look.strip.values) > 2
        wrong += list(look.strip.values) != past[: len(look.strip.values)]
    return right, wrong


class Lively(Site):
    """Its score shakes in flight; at the end it stands further down, smaller."""

    def _canvas(self) -> Box:
        return 199, 170, 423, 250

    def _paint_score(self, page: Image, text: str, when: str) -> None:
        shakes = sum(map(ord, text)) % 13
        ink = lettered(text, 2.2 if when == "ended" else 3.4 + shakes / 20)
        colour = next(i.colour for i in self.profile.fields[Field.SCORE].inks if i.when == when)
        x, y, w, _ = self._canvas()
        blend(page, ink, x + (w - ink.shape[1]) // 2, y + (125 if when == "ended" else 30 + shakes), parse_colour(colour))


def test_a_score_that_ends_elsewhere_is_learned_in_both_places(teacher: Teacher, tmp_path: Path) -> None:
    site, moments = Lively(SITE), list(rounds(Random(3), 9, 4))
    pictures = [site.picture(moment) for moment in moments]
    learned = learn_from_film(SITE, to_folder(pictures, tmp_path / "film"), Rect(0, 0, 640, 540), teacher, lambda *_: None)
    first, second = profile_scores = (learned.profile.fields[Field.SCORE], *learned.profile.scores)
    assert all(spec.floats for spec in profile_scores)
    assert [{ink.when for ink in spec.inks} for spec in profile_scores] == [{"flight"}, {"ended"}]
    assert first.box[1] + first.box[3] < second.box[1] + second.box[3]
    assert learned.agreement.misread == ()
    assert len(learned.agreement.differences) <= 2, "each is read in its own place"
    regions.save(learned.profile, tmp_path / "saved.toml")
    profile = regions.load(tmp_path / "saved.toml")
    reader, right = MultiRegionReader(profile, (0, 0)), 0
    for moment, picture in zip(moments, pictures, strict=True):
        look, shown = reader.read(frame(picture, profile)), moment.values.get(Field.SCORE)
        assert look.score is None or str(look.score) == shown
        assert look.sight is SIGHTS[moment.phase] or look.score is None
        right += look.score is not None
    assert right >= 0.9 * sum(Field.SCORE in moment.values for moment in moments)


class Pills(Site):
    """Its past rounds stand on pills: in a column at the left, or in two rows above the board."""

    def __init__(self, newest: str) -> None:
        super().__init__(SITE)
        self.newest = newest

    def picture(self, moment: Moment) -> Image:
        page = super().picture(moment)
        x, y, w, h = self.profile.boxes()[Field.HISTORY]
        page[y : y + h, x : x + w] = PAGE
        lines = [set_line(self.profile.atlases["history"], self.text(Field.HISTORY, value)) for value in moment.past]
        if self.newest == "bottom":
            lines.reverse()
        rows = [lines[:4], lines[4:]] if self.newest == "left" else [[line] for line in lines]
        left, top = (190, 130) if self.newest == "left" else (40, 180)
        for i, row in enumerate(rows):
            pills.row(page, row, left, top + 30 * i, pills.LOOKS[i % 3 :])
        return page


@pytest.mark.parametrize(("newest", "rows", "whole"), [("top", 8, 8), ("bottom", 8, 8), ("left", 2, 7)])
def test_columns_and_rows_of_pills_are_learned(teacher: Teacher, tmp_path: Path, newest: str, rows: int, whole: int) -> None:
    site, moments = Pills(newest), list(rounds(Random(3), 7, 2))
    pictures = [site.picture(moment) for moment in moments]
    learned = learn_from_film(SITE, to_folder(pictures, tmp_path / "film"), Rect(0, 0, 640, 540), teacher, lambda *_: None)
    spec = learned.profile.fields[Field.HISTORY]
    assert (spec.newest, len(spec.rows), spec.inks[0].by_columns) == (newest, rows, True)
    assert spec.format.decimals == (2,)
    assert learned.agreement.misread == ()
    reader, complete = MultiRegionReader(learned.profile, (0, 0)), 0
    for moment, picture in zip(moments, pictures, strict=True):
        strip = reader.read(frame(picture, learned.profile)).strip
        assert strip
        assert list(map(str, strip.values)) == moment.past[: len(strip.values)]
        complete += len(strip.values) == whole
    assert complete >= 0.8 * len(moments)


@pytest.mark.parametrize("kind", ["video of the screen", "folder of the window"])
def test_a_recording_becomes_a_profile_that_reads(teacher: Teacher, tmp_path: Path, kind: str) -> None:
    told: Told = []
    moments, pictures = played()
    if kind == "video of the screen":
        recording, place = to_video(list(map(screen, pictures)), tmp_path / "film.avi"), INSIDE
    else:
        recording, place = to_folder(pictures, tmp_path / "film"), Rect(0, 0, INSIDE.w, INSIDE.h)
    learned = learn_from_film(SITE, recording, place, teacher, lambda doing, share: told.append((doing, share)))
    assert (learned.profile.name, learned.profile.window) == (SITE, (640, 540))
    assert {Field.SCORE, Field.BALANCE, Field.HISTORY} <= learned.profile.fields.keys()
    assert learned.agreement.misread == ()
    assert learned.agreement.right == learned.agreement.labelled > 40
    right, wrong = misread(learned)
    assert wrong == 0
    assert right >= 0.9 * sum(2 + (Field.SCORE in moment.values) for moment in moments)
    assert tuple(dict.fromkeys(doing for doing, _ in told)) == DOINGS
    for doing in DOINGS[::2][:2]:
        shares = [share for what, share in told if what == doing]
        assert shares == sorted(shares)
        assert len(shares) == len(pictures)
        assert shares[0] == 0
        assert 0.9 < shares[-1] < 1


def test_a_fast_recording_is_looked_at_five_times_a_second(teacher: Teacher, tmp_path: Path) -> None:
    """Of 60 frames a second most show nothing new."""
    told: Told = []
    grey = [np.full((60, 80, 4), 90, np.uint8)] * 48
    recording = to_folder(grey, tmp_path / "film")
    fast = Recording(recording.path, 24.0, START, recording.size, recording.frames)
    with pytest.raises(UserMistake, match=r"film: No multiplier was seen on the board"):
        learn_from_film("grey", fast, Rect(0, 0, 80, 60), teacher, lambda doing, share: told.append((doing, share)))
    assert len([doing for doing, _ in told if doing == "Watching the recording"]) == 10


def test_a_window_that_shows_no_game_is_one_sentence(teacher: Teacher, tmp_path: Path) -> None:
    _, pictures = played()
    recording = to_folder([screen(picture) for picture in pictures[:4]], tmp_path / "desk")
    with pytest.raises(UserMistake, match=r"desk: No multiplier was seen on the board: .*\?$"):
        learn_from_film(SITE, recording, Rect(0, 590, 780, 30), teacher, lambda *_: None)

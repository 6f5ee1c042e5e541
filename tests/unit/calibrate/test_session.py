"""Painted windows that are learned from their pixels alone, with the real teacher, and read as a worker would read them."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from tests.unit.calibrate.windows import PERIOD_S, Site, frame, rounds

from aviator.calibrate.learn import FieldLabels
from aviator.calibrate.readback import read_back
from aviator.calibrate.session import Calibration, Learned
from aviator.calibrate.teacher import Teacher
from aviator.core.types import Field
from aviator.see import regions
from aviator.see.phase import Sight
from aviator.see.reader import MultiRegionReader

NAMES = ("admiral", "balkanbet")
"""Numbers with x and RSD, newest left; numbers after €, in groups parted by blanks, newest right."""
SIGHTS = {"waiting": Sight.WAITING, "flight": Sight.FLYING, "ended": Sight.ENDED}
BUTTONS = {"waiting": "bet", "flight": "cash_out", "ended": "bet"}
FIELDS = {Field.SCORE, Field.BALANCE, Field.BET_AMOUNT_1, Field.BET_AMOUNT_2, Field.HISTORY}
"""Players and total win have no words beside them on these windows, and are not told."""

Learn = Callable[[str], Learned]


@pytest.fixture(scope="module")
def learn(teacher: Teacher) -> Learn:
    """Nine rounds of a site: its fields are found on the first, its digits learned from all."""

    @cache
    def learned(name: str) -> Learned:
        site = Site(name)
        pictures = [site.picture(moment) for moment in rounds(Random(name), 9, 2)]
        calibration = Calibration(name, teacher)
        assert calibration.unseen() == "a multiplier on the board"
        for i, picture in enumerate(pictures[:4]):
            calibration.look(picture, i * PERIOD_S)
        calibration.find()
        assert calibration.found
        assert calibration.unseen() == ""
        for i, picture in enumerate(pictures, 4):
            calibration.look(picture, i * PERIOD_S)
        calibration.label()
        assert calibration.unread() == ""
        return calibration.learn()

    return learned


@pytest.mark.parametrize("name", NAMES)
def test_the_reader_agrees_with_the_teacher(learn: Learn, name: str) -> None:
    agreement = learn(name).agreement
    assert agreement.misread == ()
    assert agreement.right == agreement.labelled > 60


@pytest.mark.parametrize("name", NAMES)
def test_what_was_learned_is_what_the_site_is_like(learn: Learn, name: str) -> None:
    profile, known = learn(name).profile, Site(name).profile
    assert (profile.name, profile.window) == (name, known.window)
    assert profile.fields.keys() == FIELDS
    for field, spec in profile.fields.items():
        form, truth = spec.format, known.fields[field].format
        assert (form.prefix, form.suffix, form.decimals) == (truth.prefix, truth.suffix, truth.decimals), field
        assert form.decimal == truth.decimal
    assert profile.fields[Field.HISTORY].newest == known.fields[Field.HISTORY].newest
    assert profile.fields[Field.BET_AMOUNT_2].font == profile.fields[Field.BET_AMOUNT_1].font
    colours = {ink.when: _rgb(ink.colour) for ink in profile.fields[Field.SCORE].inks}
    for ink in known.fields[Field.SCORE].inks:
        assert np.abs(colours[ink.when] - _rgb(ink.colour)).max() <= 14
    for button in (Field.BUTTON_1, Field.BUTTON_2):
        assert profile.buttons[button].centres.keys() == {"bet", "cash_out"}
    assert {"waiting", "low", "mid"} <= profile.phase.centres.keys()


@pytest.mark.parametrize("name", NAMES)
def test_windows_never_seen_are_read_exactly(learn: Learn, name: str, tmp_path: Path) -> None:
    """Other rounds with other sums, by the profile as it comes back from its file."""
    regions.save(learn(name).profile, tmp_path / "mine.toml")
    profile = regions.load(tmp_path / "mine.toml")
    reader, site = MultiRegionReader(profile, (0, 0)), Site(name)
    for moment in rounds(Random(99), 4, 3):
        look = reader.read(frame(site.picture(moment), profile))
        assert look.sight is SIGHTS[moment.phase]
        for field in FIELDS & moment.values.keys():
            reading = look.readings.get(field)
            assert reading is not None, (field, moment)
            assert reading.value == Decimal(moment.values[field])
        assert look.strip is not None
        read = [str(v) for v in look.strip.values]
        assert len(read) >= 5
        assert read == moment.past[: len(read)]
        for button in (Field.BUTTON_1, Field.BUTTON_2):
            assert look.readings[button].text == BUTTONS[moment.phase]


def test_a_label_that_says_something_else_is_named(learn: Learn) -> None:
    lesson = learn(NAMES[0])
    fields: FieldLabels = lesson.seen.fields
    money = fields[Field.BALANCE].labels
    other = next(i for i, label in enumerate(money) if label.value != money[0].value)
    wrong = replace(money[other], text=money[0].text, value=money[0].value)
    labels = replace(fields[Field.BALANCE], labels=(*money[:other], wrong, *money[other + 1 :]))
    agreement = read_back(lesson.profile, {Field.BALANCE: labels})
    assert agreement.right == agreement.labelled - 1
    (different,) = agreement.misread
    assert (different.field, different.index) == (Field.BALANCE, other)
    assert str(different).startswith(f"balance {money[0].text} is read as ")


def test_a_page_that_is_no_game_is_said_to_be_none(teacher: Teacher) -> None:
    calibration = Calibration("nobody", teacher)
    calibration.look(np.full((100, 150, 4), 90, np.uint8), 0.0)
    calibration.find()
    assert not calibration.found
    assert str(calibration.trouble).startswith("No multiplier was seen on the board")
    assert calibration.unseen() == "a multiplier on the board"


def test_trouble_is_over_when_the_game_comes(teacher: Teacher) -> None:
    site = Site(NAMES[0])
    calibration = Calibration("late", teacher)
    calibration.look(np.full_like(site.picture(next(iter(rounds(Random(1), 1, 2)))), 90), 0.0)
    calibration.find()
    assert calibration.trouble
    for i, moment in enumerate(list(rounds(Random(1), 2, 2))[:4], 1):
        calibration.look(site.picture(moment), i * PERIOD_S)
    calibration.find()
    assert calibration.found
    assert calibration.trouble is None


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])

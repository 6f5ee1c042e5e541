"""Learning a window that takes its time: what is waited for, how long, and what is said when it did not come."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from io import StringIO
from itertools import chain, islice, repeat
from pathlib import Path
from random import Random

import cv2
from rich.console import Console
from rich.progress import Progress
from tests.unit.calibrate.windows import PERIOD_S, Moment, Site, rounds

from aviator.calibrate.readback import Agreement, Difference
from aviator.calibrate.session import Calibration
from aviator.calibrate.teacher import Teacher
from aviator.cli import learning
from aviator.cli import lesson as lesson_module
from aviator.cli.lesson import Lesson
from aviator.core.types import Field, Rect
from aviator.run.signals import StopSwitch

NAME = "balkanbet"
WATCHED = 30
"""Pictures of a window until the teacher goes to work."""


class Watch(learning._Watch):
    """Watches a painted window: what comes next, whenever it is watched."""

    def __init__(self, calibration: Calibration, moments: Iterator[Moment], bar: Progress) -> None:
        super().__init__({NAME: Rect(0, 0, *Site(NAME).profile.window)}, {NAME: calibration}, StopSwitch(), bar)
        self._site = Site(NAME)
        self._moments = moments
        self.watched = 0

    def wait(self, what: str, seconds: float, names: Sequence[str]) -> None:
        self.begin(what, total=100)
        for moment in islice(self._moments, WATCHED):
            self.calibrations[NAME].look(self._site.picture(moment), self.watched * PERIOD_S)
            self.watched += 1


def flight(start: float, pictures: int, of: Moment) -> Iterator[Moment]:
    for i in range(pictures):
        yield Moment("flight", {**of.values, Field.SCORE: f"{start * 1.01**i:.2f}"}, of.past)


def unlucky(times: int) -> Iterator[Moment]:
    """Two rounds of which no end is seen, so many times watched; then one end, and flights again."""
    first, second, *_ = [moment for moment in rounds(Random(4), 2, 1) if moment.phase == "waiting"]
    yield from chain(repeat(first, 2), flight(1.02, WATCHED - 2, first))
    for i in range(times - 1):
        yield from flight(1.3 * 1.3**i, WATCHED, second)
    yield from flight(1.01, 5, second)
    yield from repeat(Moment("ended", {**second.values, Field.SCORE: "1.07"}, second.past), WATCHED // 2)
    while True:
        yield from flight(1.02, WATCHED, second)


def learned(teacher: Teacher, times: int, folder: Path) -> tuple[Lesson, str, int]:
    calibration = Calibration(NAME, teacher)
    said = StringIO()
    with Progress(console=Console(file=said, width=200)) as bar:
        watch = Watch(calibration, unlucky(times), bar)
        learning._patiently(watch, "Watching a round", 1.0, "Finding", Calibration.find, Calibration.unseen)
        learning._patiently(watch, "Watching", 1.0, "Naming", Calibration.label, Calibration.unread)
    return lesson_module.save(calibration.learn(), folder / f"{NAME}.toml"), said.getvalue(), watch.watched


def test_a_rounds_end_is_waited_for_when_it_falls_between_two_looks(teacher: Teacher, tmp_path: Path) -> None:
    lesson, said, _ = learned(teacher, 8, tmp_path)
    assert said.count(f"Waiting for the end of a round at {NAME}") >= 5
    assert {ink.when for ink in lesson.learned.profile.fields[Field.SCORE].inks} == {"flight", "ended"}
    assert lesson.endless() == ""


def test_a_rounds_end_that_never_comes_is_not_waited_for_without_end_and_told(teacher: Teacher, tmp_path: Path) -> None:
    lesson, _, watched = learned(teacher, 40, tmp_path)
    assert watched <= 2 * learning._LONG_PATIENCE * WATCHED
    assert lesson.endless().startswith(f"No round of {NAME} was seen to end:")
    assert lesson.endless() in lesson.warning()


def test_the_time_between_two_rounds_is_sure_to_come(teacher: Teacher) -> None:
    calibration, site = Calibration(NAME, teacher), Site(NAME)
    assert calibration.unseen()
    assert not calibration.due(), "it may be no game at all"
    for i, moment in enumerate(islice(unlucky(1), 2, 6)):
        calibration.look(site.picture(moment), i * PERIOD_S)
    calibration.find()
    assert calibration.unseen() == "the time between two rounds"
    assert calibration.due()


def test_what_is_not_read_as_taught_is_drawn(teacher: Teacher, tmp_path: Path) -> None:
    lesson, _, _ = learned(teacher, 1, tmp_path)
    site = Site(NAME)
    differences = (Difference(Field.SCORE, 0, "1.07x", Decimal("1.01")), Difference(Field.BALANCE, 0, "12", None))
    save = partial(lesson_module.save, path=lesson.path)
    doubtful = save(replace(lesson.learned, agreement=Agreement(9, 7, differences)))
    said = doubtful.sentence()
    assert said.startswith(f"{NAME}: 7 of 9 readings agree with the teacher (score 1.07x is read as 1.01")
    assert str(doubtful.differing) in said
    picture = cv2.imread(str(doubtful.differing))
    assert picture is not None
    width, height = site.profile.window
    assert picture.shape[0] >= height
    assert picture.shape[1] > width, "the crops stand beside the window"
    unread = save(replace(lesson.learned, agreement=Agreement(9, 8, differences[1:])))
    assert "balance 12 is not read" in unread.sentence()
    assert unread.differing.exists()
    well = save(replace(lesson.learned, agreement=Agreement(9, 9)))
    assert not well.differing.exists(), "all is well again"
    assert well.sentence() == f"{NAME}: 9 of 9 readings agree with the teacher."


def test_only_who_wants_to_bet_is_told_of_unlearned_digits_of_money() -> None:
    from types import SimpleNamespace

    from aviator.calibrate.label_score import ENDED
    from aviator.cli.lesson import Lesson
    from aviator.core.types import Field

    spec = SimpleNamespace(font="f", inks=[SimpleNamespace(when=ENDED)])
    fields = {Field.SCORE: SimpleNamespace(font="all", inks=spec.inks), Field.BALANCE: spec, Field.BET_AMOUNT_1: spec}
    atlases = {"f": SimpleNamespace(digits=set("123")), "all": SimpleNamespace(digits=set("0123456789"))}
    profile = SimpleNamespace(fields=fields, atlases=atlases, scores=())
    lesson = Lesson(Path("a.toml"), SimpleNamespace(profile=profile))  # type: ignore[arg-type]
    assert "balance" in lesson.warning()
    assert lesson.warning(to_bet=False) == ""


def test_an_end_that_is_seen_in_another_place_is_seen(teacher: Teacher, tmp_path: Path) -> None:
    lesson, _, _ = learned(teacher, 8, tmp_path)
    profile = lesson.learned.profile
    score = profile.fields[Field.SCORE]
    flight_only, ended_only = (replace(score, inks=tuple(i for i in score.inks if i.when == w)) for w in ("flight", "ended"))
    elsewhere = replace(profile, fields={**profile.fields, Field.SCORE: flight_only}, scores=(ended_only,))
    assert replace(lesson, learned=replace(lesson.learned, profile=elsewhere)).endless() == ""
    assert replace(lesson, learned=replace(lesson.learned, profile=replace(elsewhere, scores=()))).endless()

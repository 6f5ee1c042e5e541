"""Learns windows while they run: photographs them, lets the teacher find and name their fields, and writes their profiles.

In: windows on the screen. Out: NAME.toml, NAME.png and a picture of what was found, in a folder; a sentence per window.
Used by `aviator calibrate` for one window and by `aviator demo` for six.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import cv2
import numpy as np
import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from aviator.calibrate.differing import picture_of_differences
from aviator.calibrate.label_score import ENDED
from aviator.calibrate.overlay import draw
from aviator.calibrate.page import GLANCE_S, REACTS_S, Fingers, Page
from aviator.calibrate.rehearsal import Rehearsal, StakedNumbers
from aviator.calibrate.session import DIGITS, Calibration, Learned
from aviator.calibrate.teacher import Teacher
from aviator.cli.console import Console
from aviator.cli.interrupts import prompt_interrupt
from aviator.core.clock import SystemClock
from aviator.core.config import PlaySettings
from aviator.core.errors import AviatorError, UserMistake
from aviator.core.ports import FrameSource, Hands
from aviator.core.types import Field, Rect
from aviator.decide.strategies.registry import load, numbers_of
from aviator.run.signals import StopSwitch
from aviator.see import regions
from aviator.see.capture import ScreenSource

_T = TypeVar("_T")

_HZ = 5.0
_LOOK_S = 24.0
"""A round of a game at its usual pace takes about so long: what there is to find is found on pictures of it."""
_WATCH_S = 36.0
_TAKE_BACK_S = 300.0
"""Some ten rounds."""
_PATIENCE = 4
"""So many times are windows watched until every digit was seen."""
_LONG_PATIENCE = 12
"""So many times for what every round shows: a flight may outlast several, and the next end then fall between two of them."""
_OF_BETTING = frozenset({Field.BALANCE, Field.BET_AMOUNT_1, Field.BET_AMOUNT_2, Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2})
"""Their digits show only while bets are made: without `--hands` nobody can complete them."""


class Photographer:
    """Takes pictures of windows at a steady rate, on a thread of its own, and shows them to their calibrations."""

    def __init__(self, windows: Mapping[str, Rect], calibrations: Mapping[str, Calibration], hz: float) -> None:
        self._windows = windows
        self._calibrations = calibrations
        self._period_s = 1 / hz
        self._over = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="photographer")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        clock = SystemClock()
        source = ScreenSource(clock)
        try:
            due = clock.monotonic()
            while not self._over.wait(max(0.0, due - clock.monotonic())):
                due = max(due + self._period_s, clock.monotonic())
                for name, rect in self._windows.items():
                    frame = source.grab(rect)
                    self._calibrations[name].look(frame.pixels, frame.at)
        except Exception as error:  # noqa: BLE001 - raised again by the thread that waits for the pictures
            self.error = error
        finally:
            source.close()


def played_at(name: str, plays: Sequence[PlaySettings]) -> StakedNumbers:
    """The numbers that will be typed into the fields of this bookmaker's bet panels. Raises `UserMistake`."""
    numbers: dict[Field, Sequence[Decimal]] = {}
    for play in (play for play in plays if play.bookmaker == name):
        stakes, autos = numbers_of(load(play.strategy, play.parameters))
        numbers |= {Field(f"bet_amount_{play.panel}"): stakes, Field(f"auto_cash_out_{play.panel}"): autos}
    return numbers


@dataclass(frozen=True, slots=True)
class Lesson:
    """A window that was learned: where its profile is, and how it went."""

    path: Path
    learned: Learned

    @property
    def found(self) -> Path:
        """The picture of what was found."""
        return self.path.with_name(f"{self.path.stem}-found.png")

    @property
    def differing(self) -> Path:
        """The picture of what the fast reader does not read as the teacher does; there is none where all agrees."""
        return self.path.with_name(f"{self.path.stem}-differs.png")

    def sentence(self) -> str:
        """How well the fast reader agrees with the teacher, for people; where not, the picture of what differs."""
        a = self.learned.agreement
        counts = f"{self.path.stem}: {a.right} of {a.labelled} readings agree with the teacher"
        if not a.differences:
            return f"{counts}."
        some = "; ".join(map(str, (a.misread or a.differences)[:3]))
        more = ", …" if len(a.differences) > 3 else ""
        return f"{counts} ({some}{more}); what differs is drawn in {self.differing}."

    def warning(self, *, to_bet: bool = True) -> str:
        """What cannot be read yet, for people; empty when all can be. Only who wants `to_bet` needs the digits of own money."""
        return " ".join(filter(None, (self.endless(), self._digits(to_bet))))

    def endless(self) -> str:
        """What follows from no round having been seen to end, for people; empty when one was."""
        profile = self.learned.profile
        if any(ink.when == ENDED for spec in (profile.fields[Field.SCORE], *profile.scores) for ink in spec.inks):
            return ""
        return (
            f"No round of {self.path.stem} was seen to end: its rounds are taken from the strip of past rounds alone, and a "
            "little later, until it is learned again."
        )

    def _digits(self, to_bet: bool) -> str:
        profile = self.learned.profile
        wanted = {f: spec for f, spec in profile.fields.items() if to_bet or f not in _OF_BETTING}
        known = {f: profile.atlases[spec.font].digits for f, spec in wanted.items()}
        some = [f"{str(f).replace('_', ' ')} ({' '.join(sorted(seen))})" for f, seen in known.items() if seen < DIGITS]
        lost = "numbers with others stay unknown there until it is learned again."
        return f"Only some digits were seen yet in {', '.join(some)}: {lost}" if some else ""


def learn_windows(
    windows: Mapping[str, Rect],
    folder: Path,
    console: Console,
    switch: StopSwitch,
    *,
    pace: float = 1.0,
    hands: Hands | None = None,
    played: Mapping[str, StakedNumbers] | None = None,
) -> dict[str, Lesson]:
    """Learn every window at the same time. `pace`: the games' slowness, 1 for the usual one.

    With `hands` the pages are used, too, one after the other: only so everything is learned that betting needs.
    `played`: for each window what will be staked there, so that these very numbers are learned.
    Raises `UserMistake` when one of them is no game or cannot be read, `typer.Abort` when the user does not want to wait.
    """
    console.print("Loading the teacher …", style="dim")
    teacher = Teacher(heed=partial(_heed, switch))
    calibrations = {name: Calibration(name, teacher) for name in windows}
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    with (
        nullcontext() if hands else prompt_interrupt(),  # what was typed by hand must be put back
        Progress(*columns, console=console) as bar,
        closing(ScreenSource(SystemClock())) as source,
    ):
        watch = _Watch(windows, calibrations, switch, bar)
        _patiently(watch, "Watching a round", _LOOK_S * pace, "Finding the fields", Calibration.find, Calibration.unseen)
        for name, calibration in calibrations.items():
            if calibration.trouble and not calibration.found:
                raise UserMistake(f"{name}: {calibration.trouble}")
        rehearsals = _rehearsals(watch, source, hands, pace, played or {}) if hands else {}
        for name, rehearsal in watch.each(rehearsals, "Looking for empty fields"):
            _named(name, rehearsal.find_autos)
        _patiently(watch, "Watching every digit", _WATCH_S * pace, "Naming what was seen", Calibration.label, Calibration.unread)
        if rehearsals:
            _rehearse(watch, rehearsals, pace)
        learned = {name: calibration.learn() for name, calibration in watch.each(calibrations, "Learning the digits")}
    return {name: save(one, folder / f"{name}.toml") for name, one in learned.items()}


def _rehearsals(
    watch: _Watch, source: FrameSource, hands: Hands, pace: float, played: Mapping[str, StakedNumbers]
) -> dict[str, Rehearsal]:
    fingers, clock = Fingers(hands), SystemClock()
    pages = {name: Page(window, source, fingers, clock) for name, window in watch.windows.items()}
    return {name: Rehearsal(watch.calibrations[name], page, pace, watch.check, played.get(name)) for name, page in pages.items()}


def _rehearse(watch: _Watch, rehearsals: Mapping[str, Rehearsal], pace: float) -> None:
    """Use all pages: type until their fields showed every digit, then make bets and take them back."""
    lines = max((rehearsal.lines for rehearsal in rehearsals.values()), default=0)
    task = watch.begin("Typing into the fields", total=lines)
    try:
        for i in range(lines):
            for name, rehearsal in rehearsals.items():
                _named(name, partial(rehearsal.type_in, i))
            SystemClock().sleep(REACTS_S)
            for rehearsal in rehearsals.values():
                rehearsal.photograph()
            watch.bar.advance(task)
        for name, _ in watch.each(rehearsals, "Naming what was typed"):
            watch.calibrations[name].label()
        _take_back(watch, rehearsals, pace)
        for name, rehearsal in rehearsals.items():
            _named(name, rehearsal.put_back)
    except (AviatorError, typer.Abort):
        for rehearsal in rehearsals.values():
            with suppress(AviatorError):  # the page may be what is in trouble; why, is what counts
                rehearsal.put_back()
        raise
    for name, _ in watch.each(rehearsals, "Naming what was seen"):
        watch.calibrations[name].label()


def _take_back(watch: _Watch, rehearsals: Mapping[str, Rehearsal], pace: float) -> None:
    """Whichever window has the right moment first."""
    left = {name: r.take_back(watch.calibrations[name].learn().profile) for name, r in rehearsals.items()}
    done = dict(left)
    task = watch.begin("Making bets and taking them back", total=len(left))
    clock = SystemClock()
    deadline = clock.monotonic() + _TAKE_BACK_S * pace
    while left and clock.monotonic() < deadline:
        watch.check()
        for name in [name for name, one in left.items() if _named(name, one.step)]:
            del left[name]
            watch.bar.advance(task)
        clock.sleep(GLANCE_S)
    for name, one in done.items():
        one.study()
        for button in (b for b in watch.calibrations[name].survey.buttons if b not in one.turned):
            said = f"{name}: the {str(button).replace('_', ' ')} was not seen to take a bet back."
            watch.bar.console.print(said, style="yellow", soft_wrap=True)


def _named(name: str, do: Callable[[], _T]) -> _T:
    """With the window's name before what cannot be done there."""
    try:
        return do()
    except UserMistake as error:
        raise UserMistake(f"{name}: {error}") from None


def _patiently(
    watch: _Watch,
    watching: str,
    seconds: float,
    doing: str,
    work: Callable[[Calibration], object],
    lacking: Callable[[Calibration], str],
) -> None:
    """Watch all windows, then work on each; then watch again those that lack something, the longer the surer it is to come."""
    left = list(watch.calibrations)
    for times in range(1, _LONG_PATIENCE + 1):
        watch.wait(watching, seconds if times == 1 else seconds / 2, left)
        task = watch.begin(doing, total=len(left))
        for name in left:
            watch.check()
            work(watch.calibrations[name])
            watch.bar.advance(task)
        patient = [name for name in left if times < _PATIENCE or watch.calibrations[name].due()]
        reasons = {name: why for name in patient if (why := lacking(watch.calibrations[name]))}
        if not reasons:
            return
        left = list(reasons)
        watching = f"Waiting for {next(iter(reasons.values()))} at {', '.join(left)}"


def save(learned: Learned, path: Path) -> Lesson:
    """Write the profile and its glyphs, beside them a picture of what was found, and one of what is not read as taught."""
    regions.save(learned.profile, path)
    shot = max(learned.seen.shots, key=lambda s: (len(s.screen.fields), len(s.screen.history)))
    lesson = Lesson(path, learned)
    cv2.imwrite(str(lesson.found), draw(np.ascontiguousarray(shot.picture[:, :, :3]), shot.screen))
    lesson.differing.unlink(missing_ok=True)
    if learned.agreement.differences:
        cv2.imwrite(str(lesson.differing), picture_of_differences(learned.seen, learned.agreement.differences))
    return lesson


class _Watch:
    """Photographs windows for a while, with a bar, for as long as the user wants and the screen can be photographed."""

    def __init__(
        self, windows: Mapping[str, Rect], calibrations: Mapping[str, Calibration], switch: StopSwitch, bar: Progress
    ) -> None:
        self.calibrations = calibrations
        self.bar = bar
        self.windows = windows
        self._switch = switch

    def begin(self, what: str, total: int) -> TaskID:
        """A new bar; where bars cannot be drawn, a line that says what is done now."""
        if total and not self.bar.console.is_terminal:
            self.bar.console.print(f"{what} …", style="dim", soft_wrap=True)
        return self.bar.add_task(what, total=total, visible=bool(total))

    def wait(self, what: str, seconds: float, names: Sequence[str]) -> None:
        task = self.begin(what, total=100)
        with Photographer({name: self.windows[name] for name in names}, self.calibrations, _HZ) as photographer:
            for done in range(1, 101):
                self._switch.asked.wait(seconds / 100)
                self.check()
                if photographer.error is not None:
                    raise photographer.error
                self.bar.update(task, completed=done)

    def each(self, things: Mapping[str, _T], doing: str) -> Iterator[tuple[str, _T]]:
        """One window after the other, with a bar."""
        task = self.begin(doing, total=len(things))
        for name, thing in things.items():
            self.check()
            yield name, thing
            self.bar.advance(task)

    def check(self) -> None:
        _heed(self._switch)


def _heed(switch: StopSwitch) -> None:
    if switch.asked.is_set():
        raise typer.Abort

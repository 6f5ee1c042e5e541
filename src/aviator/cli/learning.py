"""Learns windows while they run: photographs them, lets the teacher find and name their fields, and writes their profiles.

In: windows on the screen. Out: NAME.toml, NAME.png and a picture of what was found, in a folder; a sentence per window.
Used by `aviator calibrate` for one window and by `aviator demo` for six.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import process_time
from typing import Self, TypeVar

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from aviator.calibrate.page import GLANCE_S, REACTS_S, Fingers, Page
from aviator.calibrate.rehearsal import Rehearsal, StakedNumbers
from aviator.calibrate.session import Calibration
from aviator.calibrate.teacher import Teacher
from aviator.calibrate.trial import ENOUGH, Grade, Trial, looks_hz
from aviator.cli.console import Console
from aviator.cli.interrupts import prompt_interrupt
from aviator.cli.lesson import Lesson, graded, save
from aviator.core.clock import SystemClock
from aviator.core.config import PlaySettings
from aviator.core.errors import AviatorError, UserMistake
from aviator.core.ports import FrameSource, Hands
from aviator.core.types import Field, Rect
from aviator.decide.strategies.registry import load, numbers_of
from aviator.run.signals import StopSwitch
from aviator.see.capture import ScreenSource
from aviator.see.pacing import Pacer

_T = TypeVar("_T")

_HZ = 5.0
_LOOK_S = 24.0
"""A round of a game at its usual pace takes about so long: what there is to find is found on pictures of it."""
_WATCH_S = 36.0
_TAKE_BACK_S = 300.0
"""Some ten rounds."""
_TRIAL_S, _LONG_TRIAL_S = 75.0, 150.0
"""Seconds of the game for which a new profile is tried: some three rounds; longer where not one was recorded yet."""
_PATIENCE = 4
"""So many times are windows watched until every digit was seen."""
_LONG_PATIENCE = 12
"""So many times for what every round shows: a flight may outlast several, and the next end then fall between two of them."""


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


def learn_windows(
    windows: Mapping[str, Rect],
    folder: Path,
    console: Console,
    switch: StopSwitch,
    *,
    pace: float = 1.0,
    hands: Hands | None = None,
    played: Mapping[str, StakedNumbers] | None = None,
    failures: dict[str, str] | None = None,
) -> dict[str, Lesson]:
    """Learn every window at the same time. `pace`: the games' slowness, 1 for the usual one.

    With `hands` the pages are used, too, one after the other: only so everything is learned that betting needs.
    `played`: for each window what will be staked there, so that these very numbers are learned.
    `failures` takes up, by name, why a window could not be learned; the others are learned all the same.
    Raises `UserMistake` when none can be learned, or one cannot and `failures` is not given; `typer.Abort` when the user does
    not want to wait.
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
        watch.give_up_on({n: str(c.trouble) for n, c in calibrations.items() if c.trouble and not c.found}, failures)
        rehearsals = _rehearsals(watch, source, hands, pace, played or {}) if hands else {}
        for name, rehearsal in watch.each(rehearsals, "Looking for empty fields"):
            _named(name, rehearsal.find_autos)
        _patiently(watch, "Watching every digit", _WATCH_S * pace, "Naming what was seen", Calibration.label, Calibration.unread)
        if rehearsals:
            _rehearse(watch, rehearsals, pace)
        learned = {}
        for name, calibration in watch.each(dict(calibrations), "Learning the digits"):
            try:
                learned[name] = watch.timed(name, calibration.learn)
            except UserMistake as error:
                watch.give_up_on({name: str(error)}, failures)
        lessons = {name: save(one, folder / f"{name}.toml") for name, one in learned.items()}
        grades = watch.try_out({name: lesson.path for name, lesson in lessons.items()}, pace)
    return {name: graded(lesson, grades[name], watch.cpu_s[name]) for name, lesson in lessons.items()}


def _rehearsals(
    watch: _Watch, source: FrameSource, hands: Hands, pace: float, played: Mapping[str, StakedNumbers]
) -> dict[str, Rehearsal]:
    fingers, clock = Fingers(hands), SystemClock()
    pages = {name: Page(watch.windows[name], source, fingers, clock) for name in watch.calibrations}
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
            watch.timed(name, partial(work, watch.calibrations[name]))
            watch.bar.advance(task)
        patient = [name for name in left if times < _PATIENCE or watch.calibrations[name].due()]
        reasons = {name: why for name in patient if (why := lacking(watch.calibrations[name]))}
        if not reasons:
            return
        left = list(reasons)
        watching = f"Waiting for {next(iter(reasons.values()))} at {', '.join(left)}"


class _Watch:
    """Photographs windows for a while, with a bar, for as long as the user wants and the screen can be photographed."""

    def __init__(
        self, windows: Mapping[str, Rect], calibrations: dict[str, Calibration], switch: StopSwitch, bar: Progress
    ) -> None:
        self.calibrations = calibrations
        self.bar = bar
        self.windows = windows
        self.cpu_s = dict.fromkeys(calibrations, 0.0)
        """Seconds of processor time that each window took besides the photographs."""
        self._switch = switch

    def timed(self, name: str, work: Callable[[], _T]) -> _T:
        """Work on this window, and note the processor time."""
        began = process_time()
        try:
            return work()
        finally:
            self.cpu_s[name] += process_time() - began

    def give_up_on(self, reasons: Mapping[str, str], failures: dict[str, str] | None) -> None:
        """Learn these windows no further. Raises `UserMistake` where `failures` is not given, or no window is left."""
        for name, reason in reasons.items():
            if failures is None or len(self.calibrations) == 1:
                raise UserMistake(f"{name}: {reason}")
            failures[name] = reason
            del self.calibrations[name]

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

    def try_out(self, profiles: Mapping[str, Path], pace: float) -> dict[str, Grade]:
        """Look at all windows as workers do until each recorded enough rounds, or the time for several is over."""
        trials = {name: Trial(name, path, self.windows[name], pace) for name, path in profiles.items()}
        task = self.begin("Trying the profiles: waiting for two rounds", total=100 if trials else 0)
        clock, pacer = SystemClock(), Pacer(looks_hz(pace), SystemClock())
        began = clock.monotonic()
        with closing(ScreenSource(clock)) as source:
            while left := [name for name, trial in trials.items() if trial.recorded < ENOUGH]:
                self.check()
                passed = (clock.monotonic() - began) / pace
                if passed > _TRIAL_S and (passed > _LONG_TRIAL_S or all(trials[name].recorded for name in left)):
                    break
                for name in left:
                    self.timed(name, partial(_look, trials[name], source))
                self.bar.update(task, completed=min(99, 100 * passed / _TRIAL_S))
                pacer.wait()
        for trial in trials.values():
            trial.end()
        return {name: trial.grade() for name, trial in trials.items()}

    def each(self, things: Mapping[str, _T], doing: str) -> Iterator[tuple[str, _T]]:
        """One window after the other, with a bar."""
        task = self.begin(doing, total=len(things))
        for name, thing in things.items():
            self.check()
            yield name, thing
            self.bar.advance(task)

    def check(self) -> None:
        _heed(self._switch)


def _look(trial: Trial, source: FrameSource) -> None:
    trial.look(source.grab(trial.rect))


def _heed(switch: StopSwitch) -> None:
    if switch.asked.is_set():
        raise typer.Abort

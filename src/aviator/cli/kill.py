"""`aviator kill`: stop all betting of this user now, whatever runs and wherever it runs.

In: nothing but its options; it reads no settings, so that no mistake in them can keep it from working. Out: the user's kill flag,
and who confirmed it. It imports only what it needs: it must work, and at once, when other parts do not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aviator.cli.invocation import with_program
from aviator.cli.output import echo
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE, UserMistake
from aviator.core.files import APART, STATE_VARIABLE, account_state_dir, state_is_chosen, user_state_dir
from aviator.run import kill_flag
from aviator.run.engine_registry import EngineEntry, engines_elsewhere, running_engines

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


@dataclass(frozen=True, slots=True)
class _Reach:
    """What this environment's user can stop. `only`: the state folder that it is limited to, by AVIATOR_STATE or a file `apart`.

    `mistake`: why this environment has no state folder of its own.
    """

    flags: tuple[Path, ...]
    own: Path | None
    common: Path | None
    only: Path | None
    mistake: str = ""

    def engines(self) -> list[EngineEntry]:
        """Those that run with the own state folder. Raises `OSError`."""
        return running_engines(self.own) if self.own is not None else []

    def others(self) -> list[EngineEntry]:
        """Those that run with another one. Raises `OSError` where they were to be stopped."""
        try:
            return engines_elsewhere(self.common, self.own) if self.common is not None else []
        except OSError:
            if self.only is None:
                raise
            return []


def _reach() -> _Reach:
    account = account_state_dir()
    try:
        own = user_state_dir()
    except UserMistake as mistake:
        return _Reach((account / "kill",) if account else (), None, account, None, str(mistake))
    apart = os.path.lexists(own / APART)
    only = own if apart or state_is_chosen() else None
    return _Reach(tuple(kill_flag.pressed_flags()), own, None if apart else account, only)


def _stop(data_dir: Path | None) -> int:
    reach = _reach()
    folders = [] if data_dir is None else [kill_flag.kill_file(data_dir.absolute())]
    faults = [fault for flag in reach.flags for fault in _pressed(flag, (*reach.flags, *folders))]
    faults += [fault for flag in folders for fault in _pressed(flag)]
    if not reach.flags:
        faults.append(reach.mistake)
    try:
        engines, others = reach.engines(), reach.others()
    except OSError as error:
        faults.append(f"The list of running engines cannot be read ({error.strerror}): whether they stopped is not known.")
        engines, others = [], []
    if reach.only is None:
        states = sorted({engine.state / "kill" for engine in others} - {*reach.flags})
        faults += [fault for flag in states for fault in _pressed(flag)]
        for flag in reach.flags if states else ():  # what lifts it has to know
            _pressed(flag, (*reach.flags, *folders, *states))
        engines, others = engines + others, []
    if faults:  # the second way to reach those that are known
        for folder in {Path(e.data_dir) for e in engines if e.data_dir and Path(e.data_dir).is_dir()}:
            _pressed(kill_flag.kill_file(folder))
    silent = _await(engines)
    missed = [engine for engine in others if engine.bets]
    _tell(reach, engines, silent, missed, faults, known=data_dir is not None)
    if reach.mistake and not faults:
        return EXIT_USER_MISTAKE
    return EXIT_CRASH if silent or faults or (missed and not engines) else EXIT_OK


def _tell(
    reach: _Reach,
    engines: Sequence[EngineEntry],
    silent: Sequence[EngineEntry],
    missed: Sequence[EngineEntry],
    faults: Sequence[str],
    *,
    known: bool,
) -> None:
    if faults:
        _say("Betting may go on: not everything that stops it could be done.")
    else:
        _say(f"Betting is stopped, also that of engines that start later, until {_LIFT}.")
    if reach.only:
        _say(f"This is for engines with the state folder {reach.only} only.")
    if not engines and not faults:
        elsewhere = "" if known else "; for one of another user or computer give --data-dir"
        _say(f"No engine {'with this state folder' if reach.only else 'of this user'} is running{elsewhere}.")
    for engine in engines:
        _say(f"  {'NOT CONFIRMED' if engine in silent else 'confirmed' if engine.bets else 'does not bet'}: {engine}")
    for engine in missed:
        _say(f"  NOT STOPPED, its state folder is {engine.state}: {engine}")
    if missed:
        _say(f"Engines with another state folder go on betting: unset {STATE_VARIABLE} to stop all of this user.", error=True)
    if silent:
        _say("An engine that did not confirm within 0.3 s may be suspended or hang: end its process to be sure.", error=True)
    for fault in faults:
        _say(fault, error=True)
    if reach.mistake and not faults:
        _say(f"{reach.mistake} All engines of this user were stopped.", error=True)


def _await(engines: Sequence[EngineEntry]) -> list[EngineEntry]:
    """Those that did not confirm in time. An engine that ended meanwhile is no longer among the betting ones."""
    until = time.monotonic() + CONFIRM_S
    while silent := [engine for engine in engines if engine.bets and not engine.confirmed]:
        if time.monotonic() >= until:
            break
        time.sleep(_LOOK_S)
    if silent:
        try:
            left = {engine.path for state in {engine.state for engine in silent} for engine in running_engines(state)}
        except OSError:
            return silent
        silent = [engine for engine in silent if engine.path in left and not engine.confirmed]
    return silent


def _lift(data_dir: Path | None) -> int:
    reach = _reach()
    if reach.mistake:
        raise UserMistake(f"{reach.mistake} Nothing was lifted.")
    try:
        engines = [engine for engine in [*reach.engines(), *(() if reach.only else reach.others())] if engine.bets]
    except OSError:
        engines = []
    # The own one last: it knows the others.
    flags = {flag for own in reach.flags for flag in kill_flag.set_together(own)}
    flags |= {kill_flag.kill_file(data_dir.absolute())} if data_dir else set()
    flags |= {kill_flag.kill_file(Path(engine.data_dir)) for engine in engines if engine.data_dir}
    flags |= {engine.state / "kill" for engine in engines}
    faults, lifted = [], False
    for path in [*sorted(flags - {*reach.flags}), *reach.flags[::-1]]:
        try:
            lifted |= kill_flag.lift(path)
        except OSError as error:
            faults.append(f"{path} cannot be removed ({error.strerror}): betting stays stopped.")
    faults += [
        f"A kill of all engines of this user lasts ({flag} exists): unset {STATE_VARIABLE} to lift it."
        for flag in kill_flag.heeded_flags()
        if flag not in reach.flags and os.path.lexists(flag)
    ]
    if not faults:
        _say("Betting is allowed again for engines that start from now on." if lifted else "Betting was not stopped.")
    for engine in engines:
        if lifted or engine.confirmed:
            _say(f"  stays stopped until it is started again: {engine}")
    for fault in faults:
        _say(fault, error=True)
    return EXIT_CRASH if faults else EXIT_OK


def _pressed(path: Path, others: Sequence[Path] = ()) -> list[str]:
    try:
        kill_flag.press(path, "aviator kill", others)
    except OSError as error:
        return [f"{path} cannot be written ({error.strerror}): stop the engine with Ctrl-C instead."]
    return []


def _say(sentence: str, *, error: bool = False) -> None:
    """A closed pipe must not keep the flag from being set, nor the next sentence from being said."""
    with suppress(OSError, ValueError):
        echo(with_program(sentence), err=error)

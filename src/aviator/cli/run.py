"""`aviator run`: the engine, by a settings file.

In: aviator.toml. Out: rows in the database, a live table, exit code 0 when every bookmaker was read to the end.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from aviator.cli.consent import armed_by_hand
from aviator.cli.console import Console
from aviator.cli.grades import unusable
from aviator.cli.places import DEFAULT_CONFIG, settings_file
from aviator.cli.watch import conclude, watch
from aviator.core.bets import Mode
from aviator.core.clock import SystemClock
from aviator.core.config import Settings, load
from aviator.core.errors import UserMistake
from aviator.run.consent import in_force, required
from aviator.run.jobs import examine_windows
from aviator.run.limits_history import moment
from aviator.run.play_check import check_plays
from aviator.run.signals import StopSwitch, stop_on_signals

SettingsFile = Annotated[Path, typer.Option("-c", "--config", help="The settings file; `aviator init` writes one.")]
Seconds = Annotated[float | None, typer.Option(help="Stop after so many seconds of reading; otherwise at Ctrl-C.", min=0.1)]


def run(
    config: SettingsFile = DEFAULT_CONFIG,
    seconds: Seconds = None,
    *,
    bet: Annotated[str, typer.Option(help="watch, paper or live; else as the settings say.")] = "",
    arm: Annotated[bool, typer.Option("--arm", help="Bet live without asking for the word in the terminal.")] = False,
) -> int:
    """Follow the bookmakers of the settings file."""
    path = settings_file(config)
    settings = betting_as(load(path), bet)
    _warn_of_grades(settings)
    if settings.bet.mode == Mode.PAPER:
        _warn(check_plays(settings))
    if settings.bet.mode == Mode.LIVE:
        check_plays(settings)
        consent = required(settings.data_dir)
        _warn(check_plays(settings, in_force(consent, settings.limits, moment(SystemClock()))))
        if not arm:
            armed_by_hand(settings)
    with stop_on_signals(StopSwitch()) as switch:
        summary = watch(settings, seconds, switch, remember=path)
    return conclude(summary, Console(), settings.data_dir / "evidence")


def _warn_of_grades(settings: Settings) -> None:
    """Say which windows' rounds will be lost. What keeps windows from being followed at all is said by the engine's start."""
    with suppress(UserMistake):
        _warn(unusable(examine_windows(settings)[0]))


def _warn(sentences: list[str]) -> None:
    for sentence in sentences:
        Console().print(Text(sentence, "yellow"), soft_wrap=True)


def betting_as(settings: Settings, mode: str) -> Settings:
    """The settings with another mode of betting; as they are where none is named. Raises `UserMistake`."""
    if mode:
        if mode not in set(Mode):
            raise UserMistake(f"--bet is {mode!r}, allowed: {', '.join(Mode)}.")
        settings = replace(settings, bet=replace(settings.bet, mode=mode))
    if settings.bet.mode != Mode.WATCH and not settings.plays:
        raise UserMistake("There is nothing to bet: add a [[plays]] table with a bookmaker and a strategy to the settings.")
    return settings

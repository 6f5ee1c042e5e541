"""`aviator accept`: the user's confirmation and limits, which live betting needs; `aviator kill`: see `cli.kill`.

In: the settings, and what the user types. Out: the user's limits history.
"""

import sys
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated

import typer

from aviator.cli.kill import kill_betting
from aviator.cli.output import echo
from aviator.cli.places import DEFAULT_CONFIG, Config, DataDir, settings_file
from aviator.core.clock import SystemClock
from aviator.core.config import LimitSettings, Settings, load, money_rates, replace_data_dir
from aviator.core.errors import UserMistake
from aviator.core.hash_chain import Head
from aviator.decide.play_limits import play_faults
from aviator.decide.strategies.registry import check
from aviator.run.accepted_limits import effective_rates
from aviator.run.consent import STATEMENTS, give_consent, in_force, read_consent
from aviator.run.kill_flag import waiting
from aviator.run.limits_history import history_file, latest_time, moment

_WORD = "I CONFIRM"
_CHANGED = "yellow"


def accept(*, data_dir: DataDir = None, config: Config = DEFAULT_CONFIG) -> None:
    """Confirm, by typing, what betting live asks of you, and accept the limits of the settings file."""
    settings = _settings(data_dir, config)
    rates = money_rates(settings)
    if not sys.stdin.isatty():
        raise UserMistake("This must be read and typed by a person: run `aviator accept` in a terminal.")
    echo("Before AVIATOR bets with real money, you must be able to say:\n")
    for i, statement in enumerate(STATEMENTS, 1):
        echo(f"  {i}. {statement}")
    echo("\nAnd these are the limits, all bookmakers together, in the money of the sites:\n")
    for line in limit_lines(settings.limits):
        echo(f"  {line}")
    if any(rate != 1 for rate in rates.values()):
        echo("\nFor them, one unit of the money at each bookmaker is worth:\n")
        for name, rate in rates.items():
            echo(f"  {name:<18}{rate:>10f}")
    _print_play_faults(settings)
    echo("\nA limit that is lower than before holds at once; one that is higher holds in 24 hours.")
    if typer.prompt(f"\nType {_WORD} to confirm all of it", default="", show_default=False) != _WORD:
        raise UserMistake("Nothing was confirmed, and nothing was changed.")
    read_consent(settings.data_dir)  # takes in what an earlier version wrote
    now = moment(SystemClock())
    now = replace(now, at=max(now.at, latest_time(settings.data_dir / "aviator.db")))
    given = give_consent(settings.limits, now, rates)
    held = in_force(given, settings.limits, now)
    later = [f.name.replace("_", " ") for f in fields(held) if getattr(held, f.name) != getattr(settings.limits, f.name)]
    rates_later = [n for n, rate in rates.items() if effective_rates(read_consent().accepted, now, n)[1] > rate]
    later += [f"rate of {name}" for name in rates_later]
    echo(f"Confirmed; it is kept in {history_file()}." + (f" In 24 hours: the new {', '.join(later)}." if later else ""))
    _print_faults_until_then(settings, held)
    _note_in_database(settings, given.chain.head)


def _note_in_database(settings: Settings, head: Head) -> None:
    """An acceptance that is removed from the history is missed from now on, not from the next run on."""
    from aviator.record.row_chain import LIMITS
    from aviator.record.safety import write_head

    with suppress(UserMistake):  # there is no database yet, or the next run writes it
        write_head(settings.database_url, settings.site, LIMITS, head)


def _print_play_faults(settings: Settings) -> None:
    for play in settings.plays:
        check(play.strategy, play.parameters)
    if faults := play_faults(settings):
        echo("\nYour plays do not fit these limits. Change one or the other first, or confirm that their bets are refused:\n")
        for fault in faults:
            echo(f"  ! {fault.sentence}")


def _print_faults_until_then(settings: Settings, held: LimitSettings) -> None:
    """Where a raised limit holds a day later, plays may not fit what holds now."""
    known = play_faults(settings)
    for fault in play_faults(settings, held):
        if fault not in known:
            echo(f"Until then: {fault.sentence}")


def kill(
    *,
    off: Annotated[bool, typer.Option("--off", help="Lift it, for engines that start from now on.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="Also stop an engine of another user or computer: its folder.")] = None,
    config: Annotated[Path | None, typer.Option("-c", "--config", hidden=True)] = None,  # noqa: ARG001 - it reads no settings
) -> int:
    """Stop all betting of this user now, and keep it stopped until --off. Recording goes on."""
    return kill_betting(off=off, data_dir=data_dir)


def limit_lines(limits: LimitSettings) -> list[str]:
    """The limits, one a line, with what each means."""
    return [f"{f.name.replace('_', ' '):<18}{getattr(limits, f.name):>10g}   {f.metadata['about']}" for f in fields(limits)]


def armed_by_hand(settings: Settings) -> None:
    """Ask for the word that arms a start with real hands. Raises `UserMistake` where it is not given."""
    if not sys.stdin.isatty():
        raise UserMistake("Betting live must be armed at each start: in a terminal, or with --arm.")
    if kill := waiting(settings.data_dir):
        echo(f"Nothing will be bet: {kill}.")
    names = ", ".join(dict.fromkeys(play.bookmaker for play in settings.plays))
    if typer.prompt(f"Type ARM to let AVIATOR bet real money at {names}", default="", show_default=False) != "ARM":
        raise UserMistake("Not armed, so nothing was started.")


def consent_sentence(settings: Settings) -> str:
    """For `aviator doctor`: was the user's word given?"""
    consent = read_consent(settings.data_dir)
    if not consent.complete:
        return "not given: `aviator accept`"
    return f"given; limits accepted {len(consent.accepted)} times"


def _settings(data_dir: DataDir, config: Config) -> Settings:
    return replace_data_dir(Settings(), data_dir) if data_dir and not config.exists() else _loaded(data_dir, config)


def _loaded(data_dir: DataDir, config: Config) -> Settings:
    settings = load(settings_file(config))
    return replace_data_dir(settings, data_dir) if data_dir else settings

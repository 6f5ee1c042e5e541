"""`aviator run`: the engine, by a settings file.

In: aviator.toml. Out: rows in the database, a live table, exit code 0 when every bookmaker was read to the end.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aviator.cli.watch import conclude, watch
from aviator.core.config import load
from aviator.run.signals import StopSwitch, stop_on_signals

SettingsFile = Annotated[Path, typer.Option("-c", "--config", help="The settings file; `aviator init` writes one.")]
Seconds = Annotated[float | None, typer.Option(help="Stop after so many seconds of reading; otherwise at Ctrl-C.", min=0.1)]


def run(config: SettingsFile = Path("aviator.toml"), seconds: Seconds = None) -> int:
    """Follow the bookmakers of the settings file."""
    settings = load(config)
    with stop_on_signals(StopSwitch()) as switch:
        summary = watch(settings, seconds, switch)
    return conclude(summary, Console(highlight=False))

"""The `aviator` program: its commands, and what becomes of errors.

In: command line arguments. Out: exit code 0; 2 and one sentence for a mistake of the user's; 1, one sentence and a traceback
in a log file for anything unexpected.
"""

import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from typer.exceptions import TyperException

from aviator.cli import bets, calibrate, consent, data, demo, doctor, read, replay, run, settings, sim, stats, status, strategies
from aviator.core.errors import EXIT_CRASH, EXIT_USER_MISTAKE, AviatorError
from aviator.run.logs import failures

app = typer.Typer(
    help="Reads crash games off the screen and keeps an exact record of every round.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (
    demo.demo,
    sim.sim,
    run.run,
    replay.replay,
    read.read,
    stats.stats,
    strategies.strategies,
    bets.bets,
    bets.audit,
    data.export,
    data.verify,
    calibrate.calibrate,
    status.status,
    status.pause,
    status.resume,
    consent.accept,
    consent.kill,
    doctor.doctor,
    settings.init,
):
    app.command()(command)


def run_app() -> None:
    """Run the command that the program was called with, and leave the program with its exit code."""
    arguments = sys.argv[1:] or ["--help"]
    sys.exit(guarded(lambda: app(arguments, standalone_mode=False)))


def guarded(command: Callable[[], Any]) -> int:
    """The exit code of `command`; what it raises is said in one sentence on standard error."""
    try:
        return int(command() or 0)
    except AviatorError as error:
        return _say(str(error), error.exit_code)
    except TyperException as error:
        return _say(f"{error.format_message()} See --help.", EXIT_USER_MISTAKE)
    except (typer.Abort, KeyboardInterrupt):
        return _say("Stopped.", EXIT_CRASH)
    except Exception as error:  # noqa: BLE001 - the outermost place there is: tell the user, keep the traceback
        return _say(f"Something unexpected went wrong ({type(error).__name__}); {_keep()}", EXIT_CRASH)


def _say(sentence: str, exit_code: int) -> int:
    typer.echo(sentence, err=True)
    return exit_code


def _keep() -> str:
    """Write the traceback of the error being handled to a file, and say where it stands."""
    path = failures.get() or Path(tempfile.gettempdir()) / "aviator-errors.log"
    what = traceback.format_exc()
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv)}\n{what}\n")
    except OSError as error:
        return f"what happened could not even be written to {path} ({error.strerror}), so here it is:\n{what.rstrip()}"
    return f"what happened stands in {path}."

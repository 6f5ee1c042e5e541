"""The `aviator` program: its commands, and what becomes of errors.

In: command line arguments. Out: exit code 0; 2 and one sentence for a mistake of the user's; 130 and one sentence for Ctrl-C
before the work was done; 1, one sentence and a traceback in a log file for anything unexpected.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from aviator import __version__
from aviator.cli.invocation import with_program
from aviator.cli.output import echo, prepare_output
from aviator.core.errors import EXIT_CRASH, EXIT_INTERRUPTED, EXIT_USER_MISTAKE, AviatorError
from aviator.core.extras import missing_sentence
from aviator.core.files import private_by_default

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo:demo", "Simulated bookmakers, read from their pixels and compared with the truth."),
    "calibrate": ("calibrate:calibrate", "Learn a bookmaker's window."),
    "run": ("run:run", "Follow the bookmakers of the settings file."),
    "status": ("status:status", "How the running engine is."),
    "pause": ("status:pause", "Stop reading one bookmaker until `aviator resume`."),
    "resume": ("status:resume", "Go on with a paused bookmaker, or retry one that was given up."),
    "kill": ("consent:kill", "Stop all betting now, until --off. Recording goes on."),
    "accept": ("consent:accept", "Confirm what live betting asks of you, and accept the limits."),
    "rounds": ("rounds:rounds", "The recorded rounds, latest last."),
    "bets": ("bets:bets", "The bets on record, and what came of them."),
    "audit": ("bets:audit", "One bet, step by step."),
    "stats": ("stats:stats", "What is on record, beside the law of the game."),
    "export": ("data:export", "Write one table to a CSV or Parquet file."),
    "verify": ("data:verify", "Compare the record with what happened in a simulation."),
    "read": ("read:read", "What is on a screenshot of a crash game."),
    "replay": ("replay:replay", "Record the rounds of a video or a folder of pictures."),
    "strategies": ("strategies:strategies", "What strategies there are, what they cost, how often they ruin."),
    "sim": ("sim:sim", "Only the simulated bookmakers and their windows."),
    "doctor": ("doctor:doctor", "Check that everything AVIATOR needs is there."),
    "config": ("config:config", "What is in force, and where each value comes from."),
    "logs": ("logs:logs", "The log lines of the engine and its workers."),
    "init": ("settings:init", "Write a commented settings file."),
}
"""Command -> module:function in `aviator.cli`, and the line that `--help` shows. Only the called one's module is imported."""


class LazyCommand(TyperCommand):
    """A row of `COMMANDS`: its module is imported when the command is called or its own help is asked for."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        module, _, function = COMMANDS[self.name or ""][0].partition(":")
        one = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        one.command(self.name)(getattr(import_module(f"aviator.cli.{module}"), function))
        return typer.main.get_command(one).make_context(info_name, args, parent=parent, **extra)


app = typer.Typer(
    help="Reads crash games off the screen and keeps an exact record of every round.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _nothing() -> None:
    """Never called: `LazyCommand` puts the command of its name in its place."""


for _name, (_, _line) in COMMANDS.items():
    app.command(_name, cls=LazyCommand, help=_line, short_help=_line)(_nothing)


def _print_version(wanted: bool) -> None:
    if wanted:
        echo(f"aviator {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Options of the program itself."""


def run_app() -> None:
    """Run the command that the program was called with, and leave the program with its exit code."""
    prepare_output()
    private_by_default()
    arguments = sys.argv[1:] or ["--help"]
    exit_code = guarded(lambda: app(arguments, standalone_mode=False))
    if exit_code == EXIT_INTERRUPTED:
        _leave_at_once(exit_code)
    sys.exit(exit_code)


def _leave_at_once(exit_code: int) -> None:
    """After Ctrl-C: without the interpreter's own end, which takes a second or more after large libraries were loaded."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(exit_code)


def guarded(command: Callable[[], Any]) -> int:
    """The exit code of `command`; what it raises is said in one sentence on standard error."""
    try:
        exit_code = int(command() or 0)
    except AviatorError as error:
        return _say(str(error), error.exit_code)
    except TyperException as error:
        return _say(f"{error.format_message()} See --help.", EXIT_USER_MISTAKE)
    except (typer.Abort, KeyboardInterrupt):
        return _say("Stopped.", EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe has gone, as `head` does
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_CRASH
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in {"", "aviator"}:
            return _unexpected(error)
        return _say(missing_sentence(error.name or ""), EXIT_USER_MISTAKE)
    except Exception as error:  # noqa: BLE001 - the outermost place there is: tell the user, keep the traceback
        return _unexpected(error)
    if exit_code == EXIT_INTERRUPTED:  # Typer turns Ctrl-C into this code and says nothing
        return _say("Stopped.", EXIT_INTERRUPTED)
    return exit_code


def _say(sentence: str, exit_code: int) -> int:
    with suppress(OSError):  # nobody reads it
        echo(with_program(sentence), err=True)
    return exit_code


def _unexpected(error: Exception) -> int:
    from aviator.cli.error_report import file_fault, keep_traceback

    if (sentence := file_fault(error)) is not None:
        return _say(sentence, EXIT_USER_MISTAKE)
    return _say(f"Something unexpected went wrong ({type(error).__name__}); {keep_traceback()}", EXIT_CRASH)

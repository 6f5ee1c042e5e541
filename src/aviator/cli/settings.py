"""`aviator init`: a commented aviator.toml to start from. Asks nothing.

In: where to. Out: the file.
"""

from pathlib import Path
from typing import Annotated

import typer

from aviator.cli.invocation import with_program
from aviator.cli.output import echo
from aviator.core.config import BookmakerSettings, Settings, template
from aviator.core.errors import UserMistake
from aviator.core.layout import cell_names

_EXAMPLES = ("Admiral", "Mozzart", "BalkanBet", "Soccer", "Meridian", "MaxBet")


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("aviator.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a commented settings file."""
    if path.exists() and not force:
        raise UserMistake(f"{path} is there already; --force writes over it.")
    cells = cell_names(Settings().screen.layout)
    examples = tuple(BookmakerSettings(name, cell=cell) for name, cell in zip(_EXAMPLES, cells, strict=True))
    try:
        path.write_text(template(Settings(bookmakers=examples)), encoding="utf-8")
    except OSError as error:
        raise UserMistake(f"{path} cannot be written: {error.strerror}.") from None
    then = "name your bookmakers and their windows in it, then try `aviator doctor` and `aviator run`"
    echo(with_program(f"{path} is written: {then}."))

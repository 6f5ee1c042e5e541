"""`aviator rounds`: the recorded rounds, latest last.

In: the database of a data folder. Out: a table or one JSON object on standard output.
"""

import json
import time
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from aviator.cli.columns import Column, console, stacked
from aviator.cli.output import echo
from aviator.cli.places import DEFAULT_CONFIG, Config, DataDir, settings_of
from aviator.cli.table import multiplier
from aviator.cli.times import local, moment
from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId
from aviator.core.words import counted
from aviator.record.queries import RecordedRound, recorded_rounds, summaries
from aviator.record.store import Store, open_reader

_COLUMNS = (
    Column("ended at", left=True), Column("bookmaker", left=True), Column("multiplier"), Column("seconds"), Column("players"),
    Column("total win"), Column("source", left=True),
)  # fmt: skip


def rounds(
    *,
    last: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many of the latest rounds to show.")] = 20,
    since: Annotated[str, typer.Option(help="Only rounds that ended after this: 2025-10-08 10:40, today, 90min, 2d.")] = "",
    bookmaker: Annotated[str | None, typer.Option(help="Only those of this bookmaker.")] = None,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """The recorded rounds, latest last."""
    after = moment(since, time.time()) if since else None
    with closing(open_reader(settings_of(data_dir, config).database_url)) as store:
        name = None if bookmaker is None else _known(store, bookmaker)
        shown, count = recorded_rounds(store, last, name, after)
    if as_json:
        echo(json.dumps({"count": count, "rounds": [asdict(one) for one in shown]}, ensure_ascii=False, default=str))
        return
    screen = console()
    if not shown:
        screen.print("No round is on record." if after is None and name is None else "No such round is on record.")
        return
    screen.print(stacked(_COLUMNS, [_cells(one) for one in shown], screen.width, keys=2))
    if count > len(shown):
        screen.print(f"{counted(len(shown), 'round')} of {count:,}; --last shows more.", style="dim", soft_wrap=True)


def _known(store: Store, name: str) -> BookmakerId:
    """The bookmaker as the record spells it. Raises `UserMistake`."""
    names = [one.bookmaker for one in summaries(store)]
    for known in names:
        if known.casefold() == name.casefold():
            return known
    raise UserMistake(f"Nothing of {name} is on record; there is {', '.join(names) or 'no bookmaker yet'}.")


def _cells(one: RecordedRound) -> list[Text | str]:
    players = "–" if one.players is None else f"{one.players:,}"
    if one.total_players is not None:
        players += f"/{one.total_players:,}"
    seconds = "–" if one.started_at is None else f"{one.ended_at - one.started_at:.1f}"
    total_win = "–" if one.total_win is None else f"{one.total_win:,.2f}"
    return [local(one.ended_at), one.bookmaker, multiplier(one.multiplier), seconds, players, total_win, one.source.lower()]

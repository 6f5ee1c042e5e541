"""`aviator bets`: the bets on record and what came of them; `aviator audit`: the story of one bet, step by step.

In: a data folder or settings file, and in it the database and the crops that hands read. Out: tables and sentences, or JSON, on
standard output.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aviator.cli.betting_lines import profit
from aviator.cli.columns import Column, StackedTable, stacked
from aviator.cli.console import Console
from aviator.cli.output import echo
from aviator.cli.places import DEFAULT_CONFIG, Config, DataDir, settings_of
from aviator.cli.table import multiplier
from aviator.core.bets import Mode, Outcome
from aviator.core.config import Settings, load
from aviator.core.errors import EXIT_OK, UserMistake
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId, Field
from aviator.record.bets import Numbered, Step, Story, Tally, bookmakers, called, last_bets, tallies
from aviator.record.bets import story as story_of
from aviator.record.store import Store, open_reader

_COLUMNS = {
    "bet": 4, "when": 14, "bookmaker": 10, "panel": 5, "stake": 8, "auto": 6, "outcome": 11, "profit": 9, "payout": 8,
    "mode": 5, "strategy": 8, "reason": 14,
}  # fmt: skip
"""The columns and their least widths. In a narrow terminal the last ones stand in a second table."""
_RIGHT = {"bet", "panel", "stake", "auto", "payout", "profit"}
_STYLES: dict[Outcome | None, str] = {
    Outcome.PLACED: "green",
    Outcome.ROLLED_BACK: "yellow",
    Outcome.REFUSED: "yellow",
    Outcome.EXPIRED: "yellow",
    Outcome.UNCERTAIN: "bold red",
}
_RESULTS = {"done": "green", "failed": "red", "broken off": "yellow"}
_FIELD = max(len(field) for field in Field)
_DASH = Text("–", style="dim")


def bets(
    *,
    bookmaker: Annotated[str | None, typer.Option(help="Only those at this bookmaker.")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many of the latest bets to show.")] = 20,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """The bets on record, and what came of them."""
    settings = settings_of(data_dir, config)
    with closing(open_reader(settings.database_url)) as store:
        name = None if bookmaker is None else _known(store, bookmaker)
        shown = last_bets(store, last, name)
        purses = _purses(_currencies(settings, data_dir, config), bookmakers(store) if name is None else [name])
        counted = [(purse, tallies(store, purse.bookmakers)) for purse in purses]
    if as_json:
        sums = [asdict(one) | purse.plain() for purse, tallied in counted for one in tallied]
        echo(_json({"bets": [_flat(one) for one in shown], "tallies": sums}))
        return
    console = Console()
    if not shown:
        console.print("No bet is on record yet.")
        return
    console.print(bets_table(shown, console.width))
    for mode in Mode:
        for purse, tallied in counted:
            if of_mode := [one for one in tallied if one.mode is mode]:
                console.print(summary(mode, of_mode, purse.currency or purse.owner), soft_wrap=True)
    if unknown := [purse.owner for purse in purses if purse.owner]:
        why = f"No settings name the currency of {', '.join(unknown)}: what was bet there is not added up with other money."
        console.print(why, style="dim", soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Purse:
    """Bookmakers whose money may be added up. `owner`: the only one, where several bookmakers bet and its currency is not known;
    `currency`: its code where there is more than one purse."""

    bookmakers: tuple[BookmakerId, ...]
    currency: str = ""
    owner: str = ""

    def plain(self) -> dict[str, str]:
        named = {"currency": self.currency, "bookmaker": self.owner}
        return {key: value for key, value in named.items() if value}


def _currencies(settings: Settings, data_dir: Path | None, config: Path) -> dict[str, str]:
    """The bookmakers' currencies, as far as the settings name them; with `--data-dir` those of `-c` hold."""
    if data_dir is not None and config != DEFAULT_CONFIG:
        settings = load(config)
    return {b.name: b.currency for b in settings.bookmakers}


def _purses(codes: Mapping[str, str], names: Sequence[BookmakerId]) -> list[Purse]:
    """Money of one currency in one purse, that of an unknown currency in one of its own."""
    known: dict[str, list[BookmakerId]] = {}
    for name in names:
        if code := codes.get(name, ""):
            known.setdefault(code, []).append(name)
    unknown = [name for name in names if not codes.get(name, "")]
    if len(known) + len(unknown) == 1:
        return [Purse(tuple(names))]
    purses = [Purse(tuple(those), currency=code) for code, those in known.items()]
    return purses + [Purse((name,), owner=name) for name in unknown]


def audit(
    request: Annotated[str, typer.Argument(help="The bet's number, its request, or how that begins or ends.")] = "",
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Check that nothing recorded of bets and limits was changed.")] = False,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> int:
    """The story of one bet, step by step, with the crops it read; with --verify, a check of the whole record of bets."""
    settings = settings_of(data_dir, config)
    if verify and not request:
        from aviator.cli import audit as checks

        return checks.verify(settings, as_json=as_json)
    if verify or not request:
        raise UserMistake("Name one bet, or check the record of all of them with `aviator audit --verify`.")
    with closing(open_reader(settings.database_url)) as store:
        story = story_of(store, _meant(store, request))
    crops = sorted((settings.data_dir / "evidence" / "bets" / story.bet.request_id).glob("*.png"))
    if as_json:
        found = [{"field": _field(path), "path": str(path)} for path in crops]
        echo(_json(_flat(Numbered(story.number, story.bet)) | {"steps": [asdict(s) for s in story.steps], "crops": found}))
        return EXIT_OK
    _print_story(story, crops, Console())
    return EXIT_OK


def _known(store: Store, name: str) -> BookmakerId:
    """The bookmaker as it is written on record. Raises `UserMistake` where there are bets, but none of it."""
    names = bookmakers(store)
    for known in names:
        if known.casefold() == name.casefold():
            return known
    if names:
        raise UserMistake(f"No bet at {name} is on record; there are bets at {', '.join(names)}.")
    return BookmakerId(name)


def _meant(store: Store, name: str) -> Numbered:
    """The one bet that is called so. Raises `UserMistake` where there is none, or more than one."""
    found = called(store, name)
    if not found:
        raise UserMistake(f"There is no bet {name!r} on record: `aviator bets` shows what there is.")
    if len(found) > 1:
        some = ", ".join(f"{one.number} ({one.bet.request_id})" for one in found[:3])
        more = " and more" if len(found) > 3 else ""
        raise UserMistake(f"{name!r} may be any of the bets {some}{more}: name one by its number.")
    return found[0]


def bets_table(shown: Sequence[Numbered], width: int) -> RenderableType:
    """A row for each bet, no wider than `width` characters."""
    left = set(_COLUMNS) - _RIGHT
    columns = [Column(name, left=name in left, wrap=name == "reason", least=least) for name, least in _COLUMNS.items()]
    return stacked(columns, [_cells(one) for one in shown], width)


def _cells(one: Numbered) -> list[Text]:
    bet = one.bet
    return [
        Text(str(one.number), "bold"),
        Text(_time(_when(bet))[-14:]),  # without the year
        Text(bet.bookmaker),
        Text(str(bet.panel)),
        Text(f"{bet.stake:,.2f}"),
        multiplier(bet.auto_cash_out, "x"),
        _outcome(bet),
        profit(_profit(bet)),
        _DASH if bet.payout is None else Text(f"{bet.payout:,.2f}"),
        Text(bet.mode, "" if bet.mode is Mode.LIVE else "dim"),
        Text(bet.strategy),
        Text(bet.reason, "dim"),
    ]


def _outcome(bet: BetChanged) -> Text:
    if bet.outcome is Outcome.PLACED and bet.payout is not None:
        return Text("won", "bold green") if bet.payout else Text("lost", "red")
    return Text(_word(bet.outcome), _STYLES.get(bet.outcome, "cyan"))


def _word(outcome: Outcome | None) -> str:
    return "under way" if outcome is None else outcome.value.lower().replace("_", " ")


def _profit(bet: BetChanged) -> Decimal | None:
    return None if bet.payout is None else bet.payout - bet.stake


def summary(mode: Mode, counted: Sequence[Tally], whose: str = "") -> Text:
    """All bets of one mode in one currency: money of the settled ones, and how many came to which end.

    `whose`: the currency's code, or the bookmaker.
    """
    by_outcome, count = {one.outcome: one for one in counted}, sum(one.count for one in counted)
    line = Text.assemble((f"{mode.value}{f' {whose}' if whose else ''}: ", "bold"), f"{count:,} bet{'s' * (count != 1)}")
    if (placed := by_outcome.get(Outcome.PLACED)) and placed.settled:
        won = placed.payouts - placed.settled_stakes
        line.append(f"; staked {placed.settled_stakes:,.2f}, returned {placed.payouts:,.2f}, profit ").append(profit(won))
        line.append(f" ({won / placed.settled_stakes:+.1%} of the stakes)".replace("-", "−"))
    for outcome, label in ((Outcome.PLACED, "open"), (Outcome.UNCERTAIN, "in doubt")):
        if (one := by_outcome.get(outcome)) and one.settled < one.count:
            line.append(f"; {label} {one.stakes - one.settled_stakes:,.2f}")
    most_first = sorted(counted, key=lambda one: -one.count)
    return line.append(f"; {', '.join(f'{one.count / count:.1%} {_word(one.outcome)}' for one in most_first)}", "dim")


def _print_story(story: Story, crops: Sequence[Path], console: Console) -> None:
    bet = story.bet
    head = Text.assemble((f"Bet {story.number}", "bold"), f" at {bet.bookmaker}, panel {bet.panel}, {bet.mode.value}  ")
    console.print(head.append(bet.request_id, "dim"), soft_wrap=True)
    auto = "without auto cash-out" if bet.auto_cash_out is None else f"with auto cash-out at {bet.auto_cash_out:.2f}x"
    by = f" by {bet.strategy}" if bet.strategy else ""
    console.print(f"{bet.stake:,.2f} {auto}, wished{by} at {_time(_when(bet))}", soft_wrap=True)
    console.print(_ending(bet), soft_wrap=True)
    if story.steps:
        console.print(steps_table(story.steps))
    else:
        console.print("No step of it is on record.", style="dim")
    if crops:
        console.print("What was read for it:", style="dim")
    for path in crops:
        console.print(Text.assemble(f"  {_field(path):<{_FIELD}}  ", (str(path), "dim")), soft_wrap=True)


def _ending(bet: BetChanged) -> Text:
    """What became of it, and why."""
    line = Text.assemble(_outcome(bet))
    if bet.placed_at is not None:
        line.append(f", placed at {_time(bet.placed_at)}")
    if bet.settled_at is not None:
        line.append(f", settled at {_time(bet.settled_at)}")
    if bet.payout is not None:
        line.append(f": paid {bet.payout:,.2f}, profit ").append(profit(_profit(bet)))
    return line.append(f": {bet.reason}" if bet.reason else "")


def steps_table(steps: Sequence[Step]) -> StackedTable:
    """A row for each step, its time in seconds after the first."""
    texts = (Column("intent", wrap=True), Column("result", left=True), Column("seen", wrap=True))
    table = StackedTable(Column("step"), Column("s"), Column("took ms"), *texts)
    for step in steps:
        took = _DASH if step.done_at is None else Text(f"{1e3 * (step.done_at - step.at):,.0f}")
        result = Text("not known", "bold red") if step.result is None else Text(step.result, _RESULTS.get(step.result, ""))
        at = f"{step.at - steps[0].at:+.3f}"
        table.add_row(str(step.step), at, took, Text(step.intent), result, Text(step.detail, "dim"))
    return table


def _field(path: Path) -> str:
    """Of which field a crop is: its name is NN-field.png."""
    return path.stem.partition("-")[2] or path.stem


def _when(bet: BetChanged) -> float | None:
    """When it was wished, or the first that is known of it."""
    return next((at for at in (bet.requested_at, bet.placed_at, bet.round_started_at, bet.settled_at) if at is not None), None)


def _time(at: float | None) -> str:
    return "–" if at is None else f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"


def _flat(one: Numbered) -> dict[str, Any]:
    return {"number": one.number} | asdict(one.bet)


def _json(plain: dict[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False, default=str)  # amounts as text, exact

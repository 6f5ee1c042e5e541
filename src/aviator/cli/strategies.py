"""`aviator strategies`: what each strategy does, what it costs by the law of the game, and how often it ruins a bankroll.

In: names and parameters of strategies, a settings file for the bankroll and the strategies that are played. Out: a table, or
one strategy with all its parameters, on standard output.
"""

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from aviator.cli.columns import Column, StackedTable
from aviator.cli.console import Console
from aviator.cli.places import DEFAULT_CONFIG, Config, settings_file
from aviator.core.config import BetSettings, PlaySettings, load
from aviator.core.errors import UserMistake
from aviator.decide.executor import StrategyFailed
from aviator.decide.prospects import Prospect, prospect
from aviator.decide.strategies import registry
from aviator.decide.strategies.play_process import PlayProcess

SEED = 7
_LIVES, _LIVES_OF_ONE = 100, 500
_LEGEND = """\
of 100 staked: what comes back less what was staked, on average, by the law P(X ≥ m) = 0.97/m. Every strategy loses
3 % of what it stakes; no order of stakes changes that, and who stakes more loses more.
ruined: lives that cannot pay a stake any more. ahead: lives that end with more than they began with; where these are
many, the others lose the more. Both are simulated."""


def strategies(
    name: Annotated[str | None, typer.Argument(help="Only this one, a name or a .py file, with all its parameters.")] = None,
    *,
    bankroll: Annotated[float | None, typer.Option(help="Money to begin with; else that of the settings file.", min=0.01)] = None,
    rounds: Annotated[int, typer.Option(help="Rounds in a simulated life; about 150 are an hour.", min=1, max=100_000)] = 300,
    values: Annotated[list[str] | None, typer.Option("--set", help="A parameter, as stake=20; with NAME only.")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """What strategies there are, what they cost, and how often they ruin a bankroll."""
    settings = load(path) if (path := settings_file(config)).exists() or config != DEFAULT_CONFIG else None
    money = Decimal(str(bankroll or (settings.bet if settings else BetSettings()).bankroll))
    console = Console()
    if name is not None:
        _print_one(console, name, _parsed(values or []), money, rounds)
        return
    if values:
        raise UserMistake("--set needs the NAME of a strategy before it.")
    plays: Sequence[PlaySettings] = settings.plays if settings else ()
    console.print(_table(plays, money, rounds))
    console.print(_how(money, rounds, _LIVES), style="dim", soft_wrap=True)
    console.print(_LEGEND, style="dim")


def _parsed(values: Sequence[str]) -> dict[str, Any]:
    """`stake=20` as in a settings file; what is no TOML value is text."""
    parsed: dict[str, Any] = {}
    for value in values:
        key, sign, text = value.partition("=")
        if not sign:
            raise UserMistake(f"--set {value} is no parameter: write it as stake=20.")
        try:
            parsed[key.strip()] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            parsed[key.strip()] = text
    return parsed


def _table(plays: Sequence[PlaySettings], money: Decimal, rounds: int) -> StackedTable:
    figures = map(Column, ("of 100 staked", "ruined", "ahead", "staked"))
    table = StackedTable(Column("strategy", left=True), *figures, Column("what it does, and its parameters", wrap=True))
    for name, cls in registry.BUILT_IN.items():
        what = Text.assemble(registry.about(cls), "\n", (_parameters(registry.load(name, {})), "dim"))
        table.add_row(Text(name, "bold"), *_figures(_prospect(name, {}, money, rounds, _LIVES)), what)
    for play in plays:
        what = Text.assemble(f"{play.bookmaker}, panel {play.panel}", "\n", (_listed(play.parameters), "dim"))
        shown = Path(play.strategy).name if play.strategy.endswith(".py") else play.strategy
        found = _prospect(play.strategy, play.parameters, money, rounds, _LIVES)
        table.add_row(Text(f"{shown} (played)", "cyan"), *_figures(found), what)
    return table


def _print_one(console: Console, name: str, parameters: Mapping[str, Any], money: Decimal, rounds: int) -> None:
    strategy, lives = registry.load(name, parameters), _LIVES_OF_ONE
    if (cls := registry.BUILT_IN.get(name)) is not None:
        console.print(Text.assemble((name, "bold"), f": {registry.about(cls)}\n"))
        for f in fields(cls):
            value = _shown(getattr(strategy, f.name))
            console.print(Text.assemble(f"  {f.name} = {value}", (f"   {f.metadata['about']}", "dim")))
    elif isinstance(strategy, PlayProcess):
        strategy.close()
        lives = _LIVES  # each answer takes longer
        console.print(Text.assemble((name, "bold"), f": a strategy of your own ({strategy.kind})."))
    found = _prospect(name, parameters, money, rounds, lives)
    per_hundred, ruined, ahead, staked = _figures(found)
    console.print(f"\n  of 100 staked {per_hundred}; {ruined} of the lives are ruined, {ahead} end ahead")
    console.print(f"  {found.bets:.0f} bets and {staked} staked in a life, which ends with {found.middle:.2f} in the middle")
    console.print(f"\n{_how(money, rounds, lives)}", style="dim", soft_wrap=True)
    console.print(_LEGEND, style="dim")


def _prospect(name: str, parameters: Mapping[str, Any], money: Decimal, rounds: int, lives: int) -> Prospect:
    strategy = registry.load(name, parameters)
    try:
        with closing(strategy) if isinstance(strategy, PlayProcess) else nullcontext():
            return prospect(strategy, money, rounds, lives, SEED)
    except StrategyFailed as failure:
        raise UserMistake(str(failure)) from failure


def _figures(found: Prospect) -> tuple[str, str, str, str]:
    per_hundred = f"{100 * found.expectation:+.2f}" if found.bets else "–"
    return per_hundred.replace("-", "−"), f"{found.ruined:.0%}", f"{found.ahead:.0%}", f"{found.staked:,.0f}"


def _how(money: Decimal, rounds: int, lives: int) -> str:
    return f"{lives} lives of {rounds} rounds ({rounds / 150:.1f} hours), each with {money:.2f} to begin with."


def _parameters(strategy: Any) -> str:
    return _listed({f.name: getattr(strategy, f.name) for f in fields(strategy)})


def _listed(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {_shown(value)}" for key, value in parameters.items())


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value)

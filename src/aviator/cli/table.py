"""The live table: a moment of the engine, drawn for a terminal. Pure; used by `run`, `demo` and the README's picture.

In: an `EngineState`. Out: something rich can print.
"""

from decimal import Decimal

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from aviator.act.kill import LASTS
from aviator.cli.betting_lines import block_lines, day_lines
from aviator.cli.columns import Column, stacked
from aviator.core.types import Band, Phase
from aviator.core.words import counted
from aviator.run.lifecycle import Life, Pulse
from aviator.run.state import BookmakerState, EngineState

_COLUMNS = {
    "bookmaker": 10, "phase": 9, "now": 8, "last five rounds": 27, "rounds": 6, "accuracy": 8, "strip": 5, "players": 7,
    "balance": 9, "read": 6, "read ms": 7, "skipped": 7, "restarts": 8, "fallback": 8,
}  # fmt: skip
"""The columns and their least widths. In a narrow terminal the last ones stand in a second table."""
WIDE = sum(_COLUMNS.values()) + 3 * len(_COLUMNS) + 1
"""Width of the whole table, in characters, with everything beside each other."""

_PHASE = {
    Phase.UNKNOWN: ("…", "dim"),
    Phase.BETTING: ("betting", "yellow"),
    Phase.PLAYING: ("flying", "bold green"),
    Phase.ENDED: ("flew away", "bold red"),
    Phase.OFFLINE: ("offline", "reverse red"),
}
_BAND = {Band.LOW: "rgb(52,180,255)", Band.MID: "rgb(145,62,248)", Band.HIGH: "rgb(192,23,180)"}
_DASH = Text("–", style="dim")


def multiplier(value: Decimal | None, suffix: str = "x") -> Text:
    """A multiplier in the colour of its band, as the games themselves show it."""
    return _DASH if value is None else Text(f"{value:.2f}{suffix}", style=_BAND[Band.of(value)])


def phase_text(phase: Phase) -> Text:
    """A phase of the game, in words."""
    return Text(*_PHASE[phase])


def live_table(state: EngineState, width: int = WIDE, place: str = "") -> RenderableType:
    """The table and its footer, no wider than `width` characters."""
    columns = [Column(name, left=name in {"bookmaker", "phase"}, least=least) for name, least in _COLUMNS.items()]
    table = stacked(columns, [_cells(bookmaker) for bookmaker in state.bookmakers], width)
    return Group(table, Padding(_footer(state, place), (0, 2)))


def _cells(state: BookmakerState) -> list[Text | str]:
    tally = state.tally
    players = _number(state.players) if state.total_players is None else f"{_number(state.players)}/{state.total_players}"
    return [
        Text(state.bookmaker, style="bold"),
        _phase(state),
        multiplier(state.multiplier if state.phase in {Phase.PLAYING, Phase.ENDED} else None),
        Text(" ").join(multiplier(value, "") for value, _ in state.recent[:5]) if state.recent else _DASH,
        f"{state.rounds:,}",
        _DASH if state.accuracy is None else Text(f"{state.accuracy:.1%}", style="green" if state.accuracy == 1 else "bold red"),
        str(state.from_strip),
        players,
        _number(state.balance),
        _share(tally.read_share),
        _DASH if state.read_ms is None else f"{state.read_ms:.2f}",
        str(tally.ticks_skipped),
        Text(str(state.restarts), style="bold red" if state.restarts else ""),
        _share(tally.fallback_share),
    ]


def _phase(state: BookmakerState) -> Text:
    """The game's phase while the worker reads what it has learned, else what is the matter."""
    if state.life is Life.RUNNING and state.misfit:
        return Text("misfit", style="bold red")
    if state.life is Life.RUNNING and state.pulse is Pulse.STILL:
        return Text("hangs", style="bold red")
    if state.life is Life.RUNNING:
        return phase_text(state.phase)
    return Text(state.life.lower(), style="bold red" if state.life in {Life.CRASHED, Life.FAULTED, Life.RESTARTING} else "dim")


def _share(share: float | None) -> Text | str:
    return _DASH if share is None else f"{share:.1%}"


def _number(value: Decimal | int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _footer(state: EngineState, place: str) -> Text:
    rounds = sum(b.rounds for b in state.bookmakers)
    lost = sum(b.rounds_lost for b in state.bookmakers)
    running = "starting" if state.running_s is None else f"{int(state.running_s) // 60}:{int(state.running_s) % 60:02}"
    parts = [f"{running}", counted(rounds, "round"), f"{counted(state.rows_written, 'row')} written", f"{state.queue} waiting"]
    if lost:
        parts.append(f"{counted(lost, 'round')} lost")
    footer = Text(" · ".join(parts), style="dim")
    for bookmaker in state.bookmakers:
        if bookmaker.life in {Life.FAULTED, Life.RESTARTING} and bookmaker.reason:
            footer.append(f"\n{bookmaker.bookmaker}: {bookmaker.reason}", style="red")
        elif bookmaker.life is Life.RUNNING and bookmaker.misfit:
            footer.append(f"\n{bookmaker.bookmaker}: calibrate again: {bookmaker.misfit}", style="red")
        elif bookmaker.life is Life.RUNNING and bookmaker.offline:
            footer.append(f"\n{bookmaker.bookmaker}: offline: {bookmaker.offline}", style="red")
    if state.killed:
        footer.append(f"\nBetting is stopped {LASTS}: {state.killed}.", style="bold red")
    if state.betting:
        for line in day_lines(state.betting, state.at) + block_lines(state.betting, state.at, without="kill"):
            footer.append("\n").append(line)
    return footer.append(f"\n{place}", style="dim") if place else footer

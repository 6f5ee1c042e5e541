"""`aviator demo`: simulated bookmakers in real windows, read from their pixels, recorded, and compared with the truth.

In: options. Out: DIR/profiles, learned from the windows as from any stranger's unless an earlier demo's are taken over,
DIR/aviator.db, DIR/sim/ledger.jsonl, DIR/logs, a live table and a verdict. The simulation is a child process; the engine runs
in this one and ends first, so that the record's last moments have their truth.
"""

import os
from contextlib import ExitStack, closing
from dataclasses import astuple, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from aviator.act.hands import real_hands
from aviator.cli.console import Console
from aviator.cli.data import verdict
from aviator.cli.differences import MOST_PICTURES, RoundPhotographer, differing_rounds, draw_rounds
from aviator.cli.invocation import program, user_path
from aviator.cli.learning import learn_windows, played_at
from aviator.cli.lesson import Lesson
from aviator.cli.run import Seconds
from aviator.cli.sim import Bookmakers, Seed, Simulation, Skins, Speed, checked_skins, simulation
from aviator.cli.watch import Show, conclude, watch
from aviator.core.bets import Mode
from aviator.core.clock import SystemClock
from aviator.core.config import (
    BetSettings,
    BookmakerSettings,
    LimitSettings,
    PlaySettings,
    ReadSettings,
    ScreenSettings,
    Settings,
    template,
)
from aviator.core.errors import EXIT_CRASH, AviatorError, UserMistake
from aviator.core.extras import require
from aviator.core.types import BookmakerId
from aviator.core.words import counted
from aviator.record.verify import compare
from aviator.run.engine import Summary
from aviator.run.signals import StopSwitch, stop_on_signals
from aviator.run.state import EngineState
from aviator.see.capture import ScreenSource
from aviator.see.regions import load as load_profile

_PLAYS = (
    PlaySettings("", "ladder", 1, {"at_end": "restart"}),
    PlaySettings("", "fixed", 2, {"stake": "12.50", "auto_cash_out": "1.50"}),
)
_MUCH = 1e6
_PLAY_LIMITS = LimitSettings(
    stake=200.0, stake_per_round=5000.0, loss_per_day=_MUCH, drawdown=_MUCH, bets_per_hour=100_000, session_minutes=100_000.0,
    cool_off_minutes=0.0,
)  # fmt: skip
DataDir = Annotated[Path | None, typer.Option(help="A fresh folder for the record; else aviator-data/demo-<time>.")]
Profiles = Annotated[
    Path | None,
    typer.Option(help="A folder of profiles, an earlier demo's say (for live bets, a live one's); what it lacks is learned."),
]


def demo(
    *,
    bookmakers: Bookmakers = "6",
    speed: Speed = 1.0,
    seconds: Seconds = None,
    skins: Skins = "ours",
    seed: Seed = 1,
    data_dir: DataDir = None,
    on_screen: Annotated[bool, typer.Option("--on-screen", help="Show the windows on your own display.")] = False,
    bet: Annotated[str, typer.Option(help="off; paper: pretended bets; live: clicks in the simulated windows.")] = "off",
    profiles: Profiles = None,
) -> int:
    """Simulated bookmakers, read from their pixels, recorded, compared; with --bet also bet at, with play money."""
    mode = _mode(bet, on_screen)
    require("sim", *(() if profiles and any(profiles.glob("*.toml")) else ("calibrate",)))
    folder = _fresh(data_dir or Path("aviator-data") / f"demo-{datetime.now():%Y%m%d-%H%M%S}")  # noqa: DTZ005 - the user's own time
    is_new = profiles is not None and not profiles.exists()
    known = _made(profiles or folder / "profiles")
    ledger = folder / "sim" / "ledger.jsonl"
    console = Console()
    if is_new:
        console.print(f"{profiles} is a new folder: it is filled with profiles.", style="yellow", soft_wrap=True)
    with stop_on_signals(StopSwitch()) as switch:
        where = "" if on_screen else " on a hidden display"
        console.print(f"Opening the windows of the simulated bookmakers{where} …", style="dim")
        log, hidden = folder / "logs" / "sim.log", not on_screen
        with simulation(
            bookmakers=bookmakers, skins=checked_skins(skins), speed=speed, seed=seed,
            ledger=ledger, log=log, hidden=hidden, stop=switch,
        ) as sim:  # fmt: skip
            if sim.display:
                os.environ["DISPLAY"] = sim.display
            unlearned: dict[str, str] = {}
            learn_unknown(sim, known, console, switch, using=mode is Mode.LIVE, failures=unlearned)
            sim = replace(sim, windows=tuple(w for w in sim.windows if w.skin not in unlearned))  # noqa: PLW2901
            settings = demo_settings(sim, folder, known, mode)
            # Paths in a settings file are meant from its own folder.
            told = known.absolute() if profiles else Path("profiles")
            beside = replace(demo_settings(sim, folder, told, mode), data_dir=Path())
            (folder / "aviator.toml").write_text(template(beside), encoding="utf-8")
            with closing(ScreenSource(SystemClock(), wait=True)) as source:
                windows = {BookmakerId(w.bookmaker): w.rect for w in sim.windows}
                photographer = RoundPhotographer(ledger, windows, source)
                summary = collect(settings, sim, seconds, switch, folder / "aviator.toml", photographer.look)
    exit_code = conclude(summary, console, folder / "evidence")
    recorded = sum(b.rounds for b in summary.bookmakers)
    if not recorded:
        console.print("No round was over before the end.", style="yellow")
        return exit_code
    exact, sentence = verdict(ledger, settings.database_url, recorded, only=[b.name for b in settings.bookmakers])
    console.print(sentence, style="green" if exact else "bold red", soft_wrap=True)
    if not exact:
        _print_differences(settings, ledger, photographer, console)
    console.print(f"The data is in {folder}: aviator.db, sim/ledger.jsonl, logs/, evidence/.", soft_wrap=True)
    _print_next_steps(folder, known, mode, console)
    return exit_code if exact and not unlearned else EXIT_CRASH


def _print_differences(settings: Settings, ledger: Path, photographer: RoundPhotographer, console: Console) -> None:
    """The rounds that are not as they were, and where they are drawn."""
    rounds = differing_rounds(compare(ledger, settings.database_url))
    profiles = {BookmakerId(b.name): load_profile(Path(b.profile)) for b in settings.bookmakers}
    folder = settings.data_dir
    drawn = draw_rounds(rounds, photographer, profiles, folder / "evidence", folder / "differences")
    shown = list(drawn) or rounds[:MOST_PICTURES]
    for one in shown:
        where = f"; drawn in {drawn[one]}" if one in drawn else "; no picture of it was kept"
        console.print(f"  {one}{where}.", soft_wrap=True)
    if len(rounds) > len(shown):
        console.print(f"  And {counted(len(rounds) - len(shown), 'more round')}.", soft_wrap=True)


def next_commands(folder: Path, profiles: Path, mode: Mode) -> list[tuple[str, str]]:
    """The commands that continue with this demo's data, as the user can paste them, and what each is for."""
    aviator, where = program(), f" --data-dir {user_path(folder)}"
    commands = [
        (f"{aviator} stats{where}", "whether the record looks as the game's odds say"),
        (f"{aviator} rounds --last 20{where}", "the rounds themselves"),
        (f"{aviator} export rounds{where}", "as a CSV file"),
        (f"{aviator} demo --profiles {user_path(profiles)}", "again, without calibration"),
    ]
    if mode is not Mode.WATCH:
        commands.insert(1, (f"{aviator} bets{where}", "what became of each bet"))
    return commands


def _print_next_steps(folder: Path, profiles: Path, mode: Mode, console: Console) -> None:
    console.print("Continue with (without --data-dir, commands use the data of the last run):", style="dim", soft_wrap=True)
    for command, about in next_commands(folder, profiles, mode):
        console.print(Text.assemble(f"  {command}", (f"   # {about}", "dim")), soft_wrap=True)


def _mode(bet: str, on_screen: bool) -> Mode:
    """Raises `UserMistake` for what is no mode, and where clicks would fall on the user's own screen."""
    modes = {"off": Mode.WATCH, "paper": Mode.PAPER, "live": Mode.LIVE}
    if bet not in modes:
        raise UserMistake(f"--bet is {bet!r}, allowed: {', '.join(modes)}.")
    if bet == "live" and on_screen:
        raise UserMistake("A demo clicks on a hidden display only: leave out --on-screen, or bet on paper.")
    return modes[bet]


def learn_unknown(
    sim: Simulation,
    profiles: Path,
    console: Console,
    switch: StopSwitch,
    *,
    using: bool,
    failures: dict[str, str] | None = None,
) -> dict[str, Lesson]:
    """Learn the windows of which the folder has no profile yet, `using` them if asked; the lessons by skin.

    `failures` takes up, by skin, why a window could not be learned. Raises `UserMistake` when none could be, or one could not
    and `failures` is not given; `typer.Abort`.
    """
    unknown = {w.skin: w.rect for w in sim.windows if not (profiles / f"{w.skin}.toml").is_file()}
    if not unknown:
        return {}
    with ExitStack() as stack:
        hands = stack.enter_context(closing(real_hands(sim.display))) if using else None
        played = {w.skin: played_at(w.bookmaker, plays(sim)) for w in sim.windows} if using else {}
        lessons = learn_windows(
            unknown, profiles, console, switch, pace=1 / sim.speed, hands=hands, played=played, failures=failures
        )
        for lesson in lessons.values():
            console.print(f"{lesson.sentence()} {lesson.verdict()}", style="dim", soft_wrap=True)
            if endless := lesson.endless():
                console.print(endless, style="yellow", soft_wrap=True)
    for skin, reason in (failures or {}).items():
        console.print(f"{skin} cannot be followed: {reason}", style="bold red", soft_wrap=True)
    return lessons


def demo_settings(sim: Simulation, folder: Path, profiles: Path, mode: Mode = Mode.WATCH) -> Settings:
    """Settings that follow every simulated window, read by the profile in `profiles` that is called as its skin.

    At a higher speed the game is looked at more often. Where bets are made, the ladder plays on the first panel, a fixed stake on
    the second, with limits that play money needs not fear.
    """
    betting = mode is not Mode.WATCH
    return Settings(
        data_dir=folder,
        screen=ScreenSettings(layout=sim.layout),
        read=ReadSettings(hz=max(1.0, min(60.0, 10 * sim.speed))),
        bookmakers=tuple(
            BookmakerSettings(
                name=w.bookmaker, profile=str(profiles / f"{w.skin}.toml"), window=astuple(w.rect), growth_s=12 / sim.speed
            )
            for w in sim.windows
        ),
        bet=BetSettings(mode=mode, bankroll=5000.0),
        limits=_PLAY_LIMITS if betting else LimitSettings(),
        plays=plays(sim) if betting else (),
    )


def plays(sim: Simulation) -> tuple[PlaySettings, ...]:
    """What is bet at the simulated bookmakers."""
    return tuple(replace(p, bookmaker=w.bookmaker) for w in sim.windows for p in _PLAYS)


def collect(
    settings: Settings,
    sim: Simulation,
    seconds: float | None,
    switch: StopSwitch,
    remember: Path | None = None,
    also: Show = lambda _: None,
) -> Summary:
    """Run the engine on the simulation's display for as long as both last. `also` is called with every state."""

    def look_after(state: EngineState) -> None:
        also(state)
        if sim.gone and not switch.asked.is_set():
            switch.press()

    summary = watch(settings, seconds, switch, look_after, play_money=True, remember=remember)
    if sim.gone:
        log = settings.data_dir / "logs" / "sim.log"
        raise AviatorError(f"The simulated bookmakers ended by themselves; their last words are in {log}.")
    return summary


def _made(profiles: Path) -> Path:
    """The folder of profiles, which need not be there yet. Raises `UserMistake`."""
    try:
        profiles.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserMistake(f"{profiles} cannot be the folder of profiles ({error.strerror}): name another.") from None
    return profiles


def _fresh(folder: Path) -> Path:
    """The folder, made. Raises `UserMistake` when it holds another run's record, for a new truth would not fit to it."""
    if (folder / "aviator.db").exists():
        raise UserMistake(f"{folder} holds the record of an earlier demo: name a fresh folder, or delete it.")
    try:
        for part in ("sim", "logs"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "sim" / "ledger.jsonl").unlink(missing_ok=True)  # of a demo that never came to record anything
    except OSError as error:
        raise UserMistake(f"The data folder {folder} cannot be made ({error.strerror}): choose another.") from None
    return folder

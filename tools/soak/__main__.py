"""Real simulated windows, a real engine, and faults drawn from a seed; then the record is held against the truth.

One line per fault goes to standard error, the result as one JSON object to standard output. Exit 1 when a round is missing beyond
a declared gap, wrong or extra, when a gap was needless, or when the engine ended unasked or left processes behind.
DIR holds the record (aviator.db), the truth (sim/ledger.jsonl), the logs and the result.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from tools.soak import hanging_strategy
from tools.soak.bets import audit_faults, judge_bets
from tools.soak.deeds import Stage
from tools.soak.disk import small_disk
from tools.soak.engine import EngineKeeper
from tools.soak.gauges import Gauges, free_port
from tools.soak.kinds import KINDS
from tools.soak.outside import outside_judge
from tools.soak.plan import draw, summary
from tools.soak.report import report
from tools.soak.run import Log, Run
from tools.soak.windows import strips

from aviator.cli.demo import demo_settings, learn_unknown
from aviator.cli.sim import Simulation, simulation
from aviator.core.bets import Mode
from aviator.core.config import MetricsSettings, PlaySettings, template
from aviator.core.errors import EXIT_CRASH, EXIT_OK, AviatorError, UserMistake
from aviator.core.files import APART, STATE_VARIABLE, make_private_dir
from aviator.run.accepted_limits import DAY_S, Moment
from aviator.run.consent import give_consent
from aviator.run.signals import StopSwitch, stop_on_signals
from aviator.sim.skins import SKINS_BY_NAME

SHORTEST_S = 30.0
_CURRENCIES = {"RSD": "RSD", "€": "EUR", "$": "USD", "KM": "BAM"}

console = Console(stderr=True, highlight=False)


def arguments() -> argparse.Namespace:
    """Ends with exit code 2 where something is amiss with them."""
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long, once the engine records (default %(default)g)")
    parser.add_argument("--speed", type=float, default=4.0, help="divides every duration of the game (default %(default)g)")
    parser.add_argument("--seed", type=int, default=1, help="fixes rounds and faults (default %(default)s)")
    parser.add_argument("--faults", default="all", help=f"all, none, or kinds with commas between: {', '.join(KINDS)}")
    parser.add_argument("--rest", type=float, default=1.0, help="multiplies the time between faults (default %(default)g)")
    parser.add_argument("--bookmakers", default="6", help="how many, or their names with commas between (default %(default)s)")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="a fresh folder for everything; else soak-data/<time>")
    parser.add_argument("--profiles", type=Path, help="a folder of profiles; what it lacks is learned (default: DIR/profiles)")
    parser.add_argument("--bet", choices=("off", "paper", "live"), default="off", help="bet meanwhile, with play money")
    given = parser.parse_args()
    given.mode = Mode.WATCH if given.bet == "off" else Mode(given.bet)
    chosen = {"all": tuple(k for k in KINDS if given.mode is Mode.LIVE or not KINDS[k].betting), "none": ()}
    given.kinds = chosen[given.faults] if given.faults in chosen else tuple(given.faults.split(","))
    if unknown := [kind for kind in given.kinds if kind not in KINDS]:
        parser.error(f"there is no fault {unknown[0]!r}, choose from {', '.join(KINDS)}")
    if given.seconds < SHORTEST_S or given.speed <= 0:
        parser.error(f"a soak takes {SHORTEST_S:g} seconds or more, at a speed above 0")
    return given


def main() -> int:
    """The exit code."""
    given = arguments()
    folder = given.data_dir or Path("soak-data") / time.strftime("%Y%m%d-%H%M%S")
    try:
        with stop_on_signals(StopSwitch()) as switch:
            return soak(given, folder, switch)
    except AviatorError as error:
        console.print(str(error), style="red", soft_wrap=True)
        return error.exit_code
    except typer.Abort:
        return EXIT_CRASH


def soak(given: argparse.Namespace, folder: Path, switch: StopSwitch) -> int:
    """Everything from opening the windows to the verdict. Raises `AviatorError`."""
    _fresh(folder)
    state = make_private_dir((folder / "state").absolute())  # never the limits of the user
    (state / APART).touch()  # nor are the user's engines stopped, or stop these
    os.environ[STATE_VARIABLE] = str(state)
    ledger, sim_log = folder / "sim" / "ledger.jsonl", folder / "sim" / "sim.log"
    console.print(f"Opening the windows of {given.bookmakers} simulated bookmakers on a hidden display …", style="dim")
    with simulation(
        bookmakers=given.bookmakers, speed=given.speed, seed=given.seed, ledger=ledger, log=sim_log, hidden=True, stop=switch
    ) as sim:
        os.environ["DISPLAY"] = str(sim.display)
        profiles = (given.profiles or folder / "profiles").absolute()
        profiles.mkdir(parents=True, exist_ok=True)
        learn_unknown(sim, profiles, console, switch, using=given.mode is Mode.LIVE)
        log, ends = collect(given, folder, sim, profiles, switch)
        if switch.asked.is_set():
            raise AviatorError(f"Stopped before the end; what was recorded is in {folder}.")
        result = report(folder, log, given.speed, strips(sim), calm=not given.kinds)
    for what, count in ends.items():
        result.must_be(what, count)
    if given.mode is not Mode.WATCH:
        judge_bets(folder, given.mode, log.suffered, result)
        result.must_be("audit_failed", audit_faults(folder))
    printed = {"seed": given.seed, "seconds": given.seconds, "speed": given.speed, **result.to_dict()}
    printed["outside_judge"] = outside_judge(ledger, folder / "aviator.db")
    (folder / "result.json").write_text(json.dumps(printed, indent=1), encoding="utf-8")
    memory = {f"{name} {pid}": samples for (name, pid), samples in log.gauges.memory_mb.items()}
    (folder / "memory.json").write_text(json.dumps(memory), encoding="utf-8")
    sys.stdout.write(json.dumps(printed) + "\n")
    return EXIT_CRASH if result.failures else EXIT_OK


def collect(
    given: argparse.Namespace, folder: Path, sim: Simulation, profiles: Path, switch: StopSwitch
) -> tuple[Log, dict[str, int]]:
    """The engine's time: what happened, and what must not have: ends nobody asked for, processes left behind."""
    with small_disk(folder) as own_disk:
        kinds = [k for k in given.kinds if own_disk or k != "fill"]
        if len(kinds) < len(given.kinds):
            console.print("The disk is not filled: only the superuser may give the engine a small one.", style="yellow")
        faults = draw(given.seed, given.seconds, given.speed, [w.bookmaker for w in sim.windows], kinds, given.rest)
        console.print(f"{len(faults)} faults: {summary(faults)}", style="dim", soft_wrap=True)
        settings, live = folder / "aviator.toml", (folder / "live").absolute()
        gauges = Gauges(free_port())
        strategy = Path(shutil.copy(hanging_strategy.__file__, folder / "strategy.py")).absolute()
        followed = replace(demo_settings(sim, live, profiles, given.mode), metrics=MetricsSettings(port=gauges.port))
        followed = replace(followed, plays=_with_own(followed.plays, strategy))
        # Their limits add up play money of several currencies, one for one.
        currencies = {w.bookmaker: _CURRENCIES[SKINS_BY_NAME[w.bookmaker].numbers.currency.strip()] for w in sim.windows}
        bookmakers = tuple(replace(b, currency=currencies[b.name]) for b in followed.bookmakers)
        followed = replace(followed, bookmakers=bookmakers, rates=dict.fromkeys(currencies.values(), 1.0))
        if given.mode is Mode.LIVE:
            # The windows are the soak's own, and so is the money: nobody else's word is needed.
            # Accepted two days ago, for limits above the built-in ones hold a day later.
            give_consent(followed.limits, Moment(time.time() - 2 * DAY_S))
        settings.write_text(template(followed), encoding="utf-8")
        clock_file = (folder / "clock").absolute()
        clock_file.write_text("0 0", encoding="ascii")
        shifted = clock_file if given.mode is Mode.LIVE else None
        engine = EngineKeeper(settings, live, folder / "engine.out", str(sim.display), shifted)
        stage = Stage(sim, engine, live, strategy, followed.limits, clock_file)
        try:
            log = Run(stage, faults, given.seconds, switch, gauges).run()
            ended_badly = engine.stop() != EXIT_OK
        finally:
            left = engine.end_all()
    for why in engine.unasked:
        console.print(f"The engine ended unasked: {why}; see {folder / 'engine.out'}.", style="red", soft_wrap=True)
    return log, {"engine_ended_unasked": len(engine.unasked), "engine_ended_badly": int(ended_badly), "left_behind": left}


def _with_own(plays: tuple[PlaySettings, ...], strategy: Path) -> tuple[PlaySettings, ...]:
    """The last panel of the first bookmaker plays the soak's own strategy, which can be made to hang."""
    own = [p for p in plays if p.bookmaker == plays[0].bookmaker][-1:] if plays else []
    return tuple(replace(p, strategy=str(strategy), parameters={}) if p in own else p for p in plays)


def _fresh(folder: Path) -> None:
    """Made. Raises `UserMistake` when it holds another run's record, for a new truth would not fit to it."""
    if (folder / "aviator.db").exists() or (folder / "live").exists():
        raise UserMistake(f"{folder} holds an earlier soak: name a fresh folder, or delete it.")
    try:
        (folder / "sim").mkdir(parents=True, exist_ok=True)
        (folder / "sim" / "ledger.jsonl").unlink(missing_ok=True)
    except OSError as error:
        raise UserMistake(f"The folder {folder} cannot be made ({error.strerror}): choose another.") from None


if __name__ == "__main__":
    sys.exit(main())

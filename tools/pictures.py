"""`./dev pictures`: the README's pictures, taken from a real run of the demo on a hidden display.

In: nothing. Out: docs/pictures/windows.png (the simulated windows) and docs/pictures/table.svg (the live table above them).
"""

import io
import os
import re
import sys
import tempfile
from pathlib import Path

import mss
import mss.tools
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI

from aviator.cli.demo import demo_settings
from aviator.cli.sim import simulation
from aviator.cli.table import WIDE, live_table
from aviator.core.types import Phase
from aviator.run.engine import Engine
from aviator.run.signals import StopSwitch, stop_on_signals
from aviator.run.state import EngineState

FOLDER = Path("docs/pictures")
PROFILES = Path("tests/profiles")
AFTER_S = 60.0
SPEED = 2.0
FLYING = 3
"""The moment to wait for: so many games in the air at once, for a lively picture."""


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with stop_on_signals(StopSwitch()) as stop, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger, log = folder / "ledger.jsonl", folder / "sim.log"
        with simulation(bookmakers="6", speed=SPEED, seed=3, ledger=ledger, log=log, hidden=True, stop=stop) as sim:
            os.environ["DISPLAY"] = sim.display or os.environ["DISPLAY"]

            def take(state: EngineState) -> None:
                flying = sum(b.phase is Phase.PLAYING and b.multiplier is not None for b in state.bookmakers)
                if (state.running_s or 0) > AFTER_S and flying >= FLYING and not stop.asked.is_set():
                    take_windows()
                    take_table(state)
                    stop.press()

            print(f"… collecting for {AFTER_S:g} s", file=sys.stderr)
            Engine(demo_settings(sim, folder, PROFILES)).run(switch=stop, watcher=take)


def take_windows() -> None:
    with mss.MSS() as screen:
        shot = screen.grab(screen.monitors[1])
        mss.tools.to_png(shot.rgb, shot.size, level=9, output=str(FOLDER / "windows.png"))


def take_table(state: EngineState) -> None:
    console = Console(record=True, width=WIDE + 2, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(live_table(state, console.width, "data in aviator-data/demo"))
    without_web_fonts = re.sub(r"@font-face {{.*?}}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    console.save_svg(str(FOLDER / "table.svg"), title="./dev demo", theme=MONOKAI, code_format=without_web_fonts)


if __name__ == "__main__":
    main()

"""`python -m aviator.sim`: the simulator alone, for whoever starts it as a subprocess. Writes one line of JSON when ready."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from aviator.core.errors import AviatorError
from aviator.sim.display import hidden_display
from aviator.sim.main import Ready, SimOptions, run


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m aviator.sim", description=__doc__)
    parser.add_argument("--bookmakers", default="6", help="how many, or their names with commas between")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--layout", type=int, default=6)
    parser.add_argument("--display-size", type=_size, default=(1920, 1080), metavar="WIDTHxHEIGHT")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--inactivity-minutes", type=float, default=0.0)
    parser.add_argument("--hold", action="store_true", help="games begin with POST /start")
    parser.add_argument("--no-windows", action="store_true", help="serve only")
    parser.add_argument("--on-hidden-display", action="store_true", help="start an Xvfb of its own")
    return parser.parse_args()


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


def _announce(ready: Ready) -> None:
    sys.stdout.write(ready.to_json() + "\n")
    sys.stdout.flush()


def main() -> int:
    given = _arguments()
    wanted: str = given.bookmakers
    options = SimOptions(
        bookmakers=int(wanted) if wanted.isdigit() else tuple(name.strip() for name in wanted.split(",")),
        speed=given.speed,
        seed=given.seed,
        ledger=given.ledger,
        layout=given.layout,
        display_size=given.display_size,
        port=given.port,
        inactivity_minutes=given.inactivity_minutes,
        open_windows=not given.no_windows,
        hold=given.hold,
        bare_display=given.on_hidden_display,
    )
    try:
        with hidden_display(options.display_size) if given.on_hidden_display else nullcontext():
            run(options, _announce)
    except AviatorError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

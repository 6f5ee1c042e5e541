"""The engine as `aviator run` starts it, armed and without a table, by a clock that a file shifts.

usage: python -m tools.soak.shifted_engine CLOCK_FILE SETTINGS_FILE
"""

import sys
from pathlib import Path

from aviator.cli.app import guarded
from aviator.core.config import load
from aviator.run.consent import required
from aviator.run.engine import Engine
from aviator.run.logs import logging_to
from aviator.run.signals import StopSwitch, stop_on_signals


def main() -> int:
    clock_file, settings = Path(sys.argv[1]), load(Path(sys.argv[2]))
    required(settings.data_dir)
    log_file = settings.data_dir / "logs" / "engine.log"
    with logging_to(log_file, settings.log_level), stop_on_signals(StopSwitch()) as switch:
        Engine(settings, clock_file=clock_file).run(None, switch)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

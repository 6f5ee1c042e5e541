"""The engine that `bench.kills` kills, over workers that see nothing: `python -m bench.killed FOLDER [SECONDS]`.

Its workers are the product's own but for their eyes: instead of looking they number rounds, as fast as an engine with a whole
screen of bookmakers would get them. Each life of a worker leaves a file that says how many it posted and how many of them were
acknowledged when it ended. The engine says `collecting` on standard output when all workers are at it. It imports nothing at
import time, as `aviator` itself does not: every worker imports its main program.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from aviator.core.clock import Clock
    from aviator.see.settings import WorkerSettings
    from aviator.wire.outbox import Outbox

NAMES = ("Admiral", "BalkanBet")
FACTS_A_TURN = 5
TURN_S = 0.005
TURNS_A_BEAT = 50


def worker(connection: Connection[Any, Any], settings: WorkerSettings) -> None:
    """A worker process from start to end."""
    from aviator.see import worker as see_worker

    see_worker._work = _number  # noqa: SLF001 - all else stays the product's own
    see_worker.main(connection, settings)


def _number(outbox: Outbox, settings: WorkerSettings, clock: Clock) -> None:
    """Post rounds until told to stop, or until the engine is gone."""
    from aviator.core.events import StopWorker
    from aviator.see.worker import say_farewell

    posted = turns = 0
    try:
        while not any(isinstance(command, StopWorker) for command in outbox.poll()):
            for _ in range(FACTS_A_TURN):
                posted += 1
                outbox.post(_round(settings, outbox.worker_start, posted))
            if turns % TURNS_A_BEAT == 0:
                outbox.post(_beat(settings, clock.now()))
            outbox.flush()
            turns += 1
            clock.sleep(TURN_S)
    finally:
        life = {"bookmaker": settings.bookmaker, "worker_start": outbox.worker_start, "posted": posted}
        life["acknowledged"] = posted - len(outbox.unacknowledged)
        _note(settings.log_file.parent / "lives" / f"{settings.bookmaker}-{outbox.worker_start}.json", life)
    say_farewell(outbox, settings.bookmaker, "asked to stop", clock)


def _round(settings: WorkerSettings, start: float, number: int) -> Any:
    from decimal import Decimal

    from aviator.core.events import RoundEnded
    from aviator.core.types import Source

    at = start + 60 * number
    return RoundEnded(settings.bookmaker, at, at + 9, Decimal(100 + number % 900) / 100, 91, 355, None, Source.LIVE, 0.98)


def _beat(settings: WorkerSettings, now: float) -> Any:
    from aviator.core.events import WorkerBeat

    return WorkerBeat(settings.bookmaker, now, os.getpid(), 1, 0, 0.1, 0, 0, 0, 0, 0, 0, 0, now)


def _note(path: Path, life: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(life))
    part.replace(path)


def engine(folder: Path, seconds: float | None) -> None:
    """Collect into the folder until killed, or for `seconds`."""
    import logging

    import bench.killed as this

    from aviator.core.config import BookmakerSettings, MetricsSettings, Settings
    from aviator.core.types import BookmakerId, Rect
    from aviator.run import engine as engine_module
    from aviator.run.jobs import Target
    from aviator.run.processes import Row, Stop

    folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=folder / "engine.log", level="INFO", format="%(asctime)s %(levelname)s %(message)s")
    found = tuple(Target(BookmakerId(name), Rect(0, 0, 10, 10), folder, 12.0) for name in NAMES)
    engine_module.targets = lambda _: found
    followed = tuple(BookmakerSettings(name) for name in NAMES)
    settings = Settings(data_dir=folder, metrics=MetricsSettings(port=0), bookmakers=followed)
    said: list[str] = []

    def watcher(state: object) -> None:
        if not said and getattr(state, "running_s", None) is not None:
            said.append("collecting")
            print("collecting", flush=True)

    row = Row("see:{bookmaker}", Stop.WORKERS, this.worker)
    engine_module.Engine(settings, row=row).run(seconds, watcher=watcher)


if __name__ == "__main__":
    engine(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else None)

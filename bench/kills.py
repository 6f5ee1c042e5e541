"""What is lost when the engine is killed again and again: nothing, or this says how much.

Measured: a real engine (`bench.killed`) over two workers that post some 1,000 numbered rounds a second each is killed with
SIGKILL at random moments, a quarter of them while it starts or takes up what the one before left, and started again at once.
The last one ends in order. Then every life of a worker, as it told it itself, is compared with the database.
Prints one JSON object.
"""

import contextlib
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

KILLS = 200
SEED = 4
STARTING_SHARE = 0.25
STARTING_S = 2.5
COLLECTING_S = 1.0
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Life:
    """One life of a worker, by its own account; acknowledged: all up to that number."""

    bookmaker: str
    worker_start: float
    posted: int
    acknowledged: int


def kill_again_and_again(folder: Path, kills: int, seed: int = SEED) -> int:
    """Returns how many kills met an engine that was collecting. The last engine's end is orderly."""
    chance = random.Random(seed)
    collecting = 0
    for _ in range(kills):
        command = [sys.executable, "-m", "bench.killed", str(folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as engine:
            try:
                assert engine.stdout
                if chance.random() < STARTING_SHARE:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        engine.wait(chance.uniform(0.0, STARTING_S))
                elif engine.stdout.readline():
                    collecting += 1
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        engine.wait(chance.uniform(0.0, COLLECTING_S))
                assert engine.poll() is None, f"the engine ended by itself: see {folder / 'engine.log'}"
            finally:
                engine.kill()
    subprocess.run([sys.executable, "-m", "bench.killed", str(folder), "0.5"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return collecting


def lives(folder: Path) -> list[Life]:
    return [Life(**json.loads(path.read_text())) for path in sorted(folder.glob("logs/lives/*.json"))]


def compare(folder: Path) -> dict[str, int]:
    """The lives of the workers against the database."""
    told = lives(folder)
    with contextlib.closing(sqlite3.connect(folder / "aviator.db")) as database:
        rows = database.execute("SELECT bookmaker, worker_start, seq, ended_at FROM rounds").fetchall()
        integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
    assert integrity == "ok"
    found: dict[tuple[str, float], set[int]] = {}
    for bookmaker, start, seq, _ in rows:
        found.setdefault((bookmaker, start), set()).add(seq)
    lost = [(life, set(range(1, life.posted + 1)) - found.get((life.bookmaker, life.worker_start), set())) for life in told]
    known = {(life.bookmaker, life.worker_start): life.posted for life in told}
    spools = folder / "spool"
    return {
        "lives": len(told),
        "posted": sum(life.posted for life in told),
        "acknowledged": sum(life.acknowledged for life in told),
        "unacknowledged": sum(life.posted - life.acknowledged for life in told),
        "rows": len(rows),
        "acknowledged_missing": sum(len([n for n in numbers if n <= life.acknowledged]) for life, numbers in lost),
        "unacknowledged_missing": sum(len([n for n in numbers if n > life.acknowledged]) for life, numbers in lost),
        "twice": len(rows) - len({(bookmaker, ended_at) for bookmaker, _, _, ended_at in rows}),
        "unknown": sum(seq > known.get((bookmaker, start), 0) for bookmaker, start, seq, _ in rows),
        "spools_left": len(list(spools.glob("*.spool*"))),
        "spools_damaged": len(list(spools.glob("damaged/*"))),
    }


def bench() -> dict[str, object]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        collecting = kill_again_and_again(Path(folder), KILLS)
        figures = compare(Path(folder))
    return {"kills": KILLS, "while_collecting": collecting, **figures, "seconds": round(time.monotonic() - began)}


if __name__ == "__main__":
    print(json.dumps(bench()))

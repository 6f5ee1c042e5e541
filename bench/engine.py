"""The process that `bench.six` measures: `python -m bench.engine SETTINGS SECONDS`.

Says on standard output when all workers read, and how it went in the end. It imports nothing at import time, as `aviator`
itself does not: every worker imports its main program.
"""

import json
import sys
from pathlib import Path


def main(settings_file: Path, seconds: float) -> None:
    """Run the engine on a settings file."""
    from aviator.core.config import load
    from aviator.run.engine import Engine

    said: list[str] = []

    def watcher(state: object) -> None:
        if not said and getattr(state, "running_s", None) is not None:
            said.append("reading")
            print("reading", flush=True)

    summary = Engine(load(settings_file)).run(seconds, watcher=watcher)
    tallies = [b.tally for b in summary.bookmakers]
    read_ms = [b.read_ms for b in summary.bookmakers if b.read_ms is not None]
    figures = {
        "ticks": sum(t.ticks for t in tallies),
        "ticks_skipped": sum(t.ticks_skipped for t in tallies),
        "read_ms": round(sum(read_ms) / max(1, len(read_ms)), 3),
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))

"""What the engine's processes use: memory now, processor time over all starts of a worker.

In: process ids. Out: a `Usage` for each. Engine process; the caller sees to the locking.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """One process's; `memory_bytes` is its resident memory, None while it does not run."""

    memory_bytes: int | None
    cpu_s: float


@dataclass(slots=True)
class _Spent:
    """Processor time: that of the process `pid` as last seen, and that of those before it."""

    pid: int
    last_s: float = 0.0
    before_s: float = 0.0


class Processes:
    """Remembers what was spent, for a counter must not run back when a worker starts anew."""

    def __init__(self) -> None:
        self._spent: dict[str, _Spent] = {}

    def look(self, workers: Mapping[str, int | None]) -> dict[str, Usage]:
        """The engine's and every worker's; pids by bookmaker, None for one that does not run."""
        named = {f"see:{name}": pid for name, pid in workers.items()}
        return {name: self._usage(name, pid) for name, pid in {"engine": os.getpid(), **named}.items()}

    def _usage(self, name: str, pid: int | None) -> Usage:
        memory_bytes = None
        if pid is not None:
            spent = self._spent.setdefault(name, _Spent(pid))
            if spent.pid != pid:
                self._spent[name] = spent = _Spent(pid, before_s=spent.before_s + spent.last_s)
            try:
                process = psutil.Process(pid)
                with process.oneshot():
                    times = process.cpu_times()
                    memory_bytes, spent.last_s = process.memory_info().rss, times.user + times.system
            except psutil.Error:  # gone between its last beat and now
                pass
        known = self._spent.get(name)
        return Usage(memory_bytes, known.before_s + known.last_s if known else 0.0)

"""What the engine costs while it suffers: memory of each of its processes, and how many looks it left out.

In: an engine's processes and its metrics. Out: `Gauges`, filled sample by sample. Main thread of the soak.
"""

from __future__ import annotations

import socket
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from tools.soak.engine import EngineKeeper

_ANSWER_S = 1.0


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def own_memory_mb(pid: int) -> float:
    """The process's anonymous memory: what it allocated, without pages of programs and libraries that it touches for the first
    time, which the system lends to all and takes back when it wants. Raises `OSError` when there is no such process, or it has
    ended and only waits for its parent to ask how."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    kib = [int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")]
    if not kib:
        raise ProcessLookupError(f"Process {pid} has ended.")
    return kib[0] * 1024 / 1e6


@dataclass(slots=True)
class Gauges:
    """`memory_mb`: own memory as (seconds, MB), by (name, pid); `looks`: looks taken and left out, by the engine's start."""

    port: int
    memory_mb: dict[tuple[str, int], list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    looks: dict[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def skipped_share(self) -> float | None:
        """Of all looks that were due, 0..1; None where the engine never told."""
        taken, skipped = (sum(pair[i] for pair in self.looks.values()) for i in (0, 1))
        return skipped / (taken + skipped) if taken else None

    def sample(self, engine: EngineKeeper, at_s: float) -> None:
        for pid, name in engine.names().items():
            try:
                self.memory_mb[name, pid].append((at_s, own_memory_mb(pid)))
            except OSError:
                continue  # gone meanwhile
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=_ANSWER_S) as answer:
                text = answer.read().decode()
        except OSError:
            return  # stopped, or about to start
        sums = {f.name: sum(s.value for s in f.samples) for f in text_string_to_metric_families(text)}
        self.looks[engine.starts] = (sums.get("aviator_ticks", 0.0), sums.get("aviator_ticks_skipped", 0.0))

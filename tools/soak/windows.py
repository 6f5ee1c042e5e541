"""The simulated windows before the engine looks at them: learned from their pixels, and asked how much their strips show.

In: a running simulation. Out: profiles in a folder; a number per bookmaker. Main thread of the soak.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from bench.posed import photographs, post
from rich.console import Console

from aviator.cli.learning import learn_windows
from aviator.cli.sim import Simulation
from aviator.run.signals import StopSwitch

_POSES = 8


def learn(sim: Simulation, profiles: Path, console: Console, switch: StopSwitch) -> None:
    """Learn the windows of which `profiles` has none yet. Raises `UserMistake`, `typer.Abort`."""
    unknown = {w.skin: w.rect for w in sim.windows if not (profiles / f"{w.skin}.toml").is_file()}
    if unknown:
        profiles.mkdir(parents=True, exist_ok=True)
        for lesson in learn_windows(unknown, profiles, console, switch, pace=1 / sim.speed).values():
            console.print(lesson.sentence(), style="dim", soft_wrap=True)


def strips(sim: Simulation, seed: int) -> dict[str, int]:
    """How many whole values each bookmaker's strip surely shows: the fewest on pictures of strips as the game fills them."""
    counts: dict[str, list[int]] = defaultdict(list)
    photographs(sim, _POSES, seed, lambda skin, picture: counts[skin].append(len(picture.history())), natural=True)
    for window in sim.windows:
        post(f"{sim.control_url}/pose/{window.skin}", {})
    return {w.bookmaker: min(counts[w.skin]) for w in sim.windows}

"""The simulated windows besides the engine: learned from their pixels, and asked how much their strips show.

In: a running simulation. Out: profiles in a folder; answers. Main thread of the soak.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path

from bench.posed import post
from rich.console import Console
from tools.soak.judge import Shows

from aviator.act.hands import real_hands
from aviator.cli.demo import plays
from aviator.cli.learning import learn_windows, played_at
from aviator.cli.sim import Simulation
from aviator.run.signals import StopSwitch

_MOST = 60
"""More rounds no strip shows."""
_STROKE_PX = 2


def learn(sim: Simulation, profiles: Path, console: Console, switch: StopSwitch, *, using: bool = False) -> None:
    """Learn the windows of which `profiles` has none yet, `using` them if asked. Raises `UserMistake`, `typer.Abort`."""
    unknown = {w.skin: w.rect for w in sim.windows if not (profiles / f"{w.skin}.toml").is_file()}
    if unknown:
        profiles.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            hands = stack.enter_context(closing(real_hands(sim.display))) if using else None
            played = {w.skin: played_at(w.bookmaker, plays(sim)) for w in sim.windows} if using else {}
            lessons = learn_windows(unknown, profiles, console, switch, pace=1 / sim.speed, hands=hands, played=played)
            for lesson in lessons.values():
                console.print(lesson.sentence(), style="dim", soft_wrap=True)


def strips(sim: Simulation) -> dict[str, Shows]:
    """What each bookmaker's strip shows, asked of its page: it takes the pose and tells which values are whole.

    Not the oldest of which any stroke is to be seen: it may be cut between two digits and look whole, so whoever has but the
    pixels cannot rely on it. A pill of which only the rim shows is nothing to whoever reads strokes.
    """

    def asking(skin: str) -> Shows:
        def shows(past: Sequence[Decimal]) -> int:
            pose = {"history": [str(m) for m in past[:_MOST]]}
            items = post(f"{sim.control_url}/pose/{skin}", pose)["fields"]["history"]["items"]
            legible = [item for item in items if item["legible"] >= _STROKE_PX]
            return min(sum(not item["cut"] for item in legible), len(legible) - 1)

        return shows

    return {w.bookmaker: asking(w.skin) for w in sim.windows}

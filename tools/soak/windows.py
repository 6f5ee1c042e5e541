"""The simulated windows besides the engine: asked how much their strips show.

In: a running simulation. Out: answers. Main thread of the soak.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bench.posed import post
from tools.soak.judge import Shows

from aviator.cli.sim import Simulation

_MOST = 60
"""More rounds no strip shows."""
_STROKE_PX = 2


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

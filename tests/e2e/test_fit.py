"""A real window, real trouble: a notice or an advert changes nothing, a zoomed page is not read, a moved one is followed."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.known import PROFILES
from tests.replay.filming import playing

from aviator.cli.demo import demo_settings
from aviator.cli.doctor import _fit, _Found
from aviator.cli.sim import Simulation
from aviator.core.clock import SystemClock
from aviator.core.errors import UserMistake
from aviator.core.types import Phase
from aviator.record.verify import verify
from aviator.run.engine import Engine
from aviator.run.jobs import targets
from aviator.run.signals import StopSwitch
from aviator.run.state import BookmakerState, EngineState
from aviator.see import anchor, regions
from aviator.see.capture import ScreenSource
from aviator.see.selfcheck import LOST_S

pytestmark = pytest.mark.e2e

SPEED = 4.0
SKIN = "admiral"
LABEL = (189, 84, 96, 24)
"""Part of the page that never changes."""
PATIENCE_S = 30.0

Step = tuple[Callable[[BookmakerState], bool], str]
"""What to wait for, and in words."""


def control(sim: Simulation, kind: str, **options: object) -> None:
    request = urllib.request.Request(
        f"{sim.control_url}/control/{SKIN}/{kind}", json.dumps(options).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).close()


def anchored(sim: Simulation, folder: Path) -> Path:
    """The folder of the known profile, with an anchor from what the window shows now."""
    profile = regions.load(PROFILES / f"{SKIN}.toml")
    x, y, w, h = LABEL
    with closing(ScreenSource(SystemClock())) as screen:
        pixels = screen.grab(sim.windows[0].rect).pixels
    spec = regions.AnchorSpec(LABEL, picture=anchor.grey(pixels[y : y + h, x : x + w]))
    regions.save(replace(profile, anchor=spec), folder / f"{SKIN}.toml")
    return folder


class Director:
    """Follows a script while the engine runs, and ends the engine after it. Every state that it saw is kept."""

    def __init__(self, script: Iterator[Step], switch: StopSwitch) -> None:
        self._script, self._switch = script, switch
        self._step: Step = next(script)
        self._since = SystemClock().monotonic()
        self.over = False

    def watch(self, state: EngineState) -> None:
        now = SystemClock().monotonic()
        (mine,) = state.bookmakers
        done, what = self._step
        if self.over:
            return
        if done(mine):
            self._since = now
            if (step := next(self._script, None)) is None:
                self.over = True
                self._switch.press()
            else:
                self._step = step
        else:
            assert now - self._since < PATIENCE_S, f"waited in vain for {what}: {mine}"


class Rounds:
    """Done when so many more rounds are on record, none of them while the window was a misfit."""

    def __init__(self, more: int, least_s: float = 0.0) -> None:
        self._more, self._least_s = more, least_s
        self._from: tuple[int, float] | None = None

    def __call__(self, state: BookmakerState) -> bool:
        now = SystemClock().monotonic()
        self._from = self._from or (state.rounds, now)
        assert not state.misfit
        return state.rounds >= self._from[0] + self._more and now - self._from[1] >= self._least_s


def script(sim: Simulation, log: Path) -> Iterator[Step]:
    control(sim, "toast", seconds=60)
    yield Rounds(1), "a round under a notice"
    control(sim, "advert", seconds=60)
    yield Rounds(0, 1.2 * LOST_S / SPEED), "an advert to last"
    control(sim, "heal")
    yield Rounds(1), "a round after the advert"

    control(sim, "zoom", factor=1.1, seconds=60)
    yield lambda s: "cannot be read where learned" in s.misfit, "a zoomed page to be noticed"
    yield lambda s: s.phase is Phase.OFFLINE, "it not to be read"
    control(sim, "heal")
    yield lambda s: not s.misfit, "the page to fit again"
    yield Rounds(1), "a round after the zoom"

    control(sim, "move", dx=12, dy=3, seconds=60)
    yield lambda _: "read again: the window moved by 12, 3 pixels" in log.read_text(), "the window to be followed"
    yield Rounds(1), "a round at the new place"


@pytest.mark.timeout(400)
def test_a_window_is_read_while_it_fits_and_only_then(data_dir: Path) -> None:
    switch = StopSwitch()
    with playing(data_dir, "Admiral", SPEED, seed=7) as sim:
        settings = demo_settings(sim, data_dir, anchored(sim, data_dir))
        assert _fit(_Found(settings, targets=targets(settings))) == "windows look as they were learned: Admiral"
        x, y, w, h = settings.bookmakers[0].window
        elsewhere = replace(settings, bookmakers=(replace(settings.bookmakers[0], window=(x + 12, y + 3, w, h)),))
        with pytest.raises(UserMistake, match=r"Not as learned: Admiral\..* `aviator calibrate admiral`"):
            _fit(_Found(elsewhere, targets=targets(elsewhere)))
        director = Director(script(sim, data_dir / "logs" / f"see-{SKIN}.log"), switch)
        Engine(settings).run(90, switch, director.watch)
    assert director.over
    total = verify(data_dir / "sim" / "ledger.jsonl", settings.database_url).total
    assert (total.wrong, total.extra, total.missing) == (0, 0, 0), total
    assert total.happened >= 4
    told = [line for line in (data_dir / "logs" / f"see-{SKIN}.log").read_text().splitlines() if "calibrate again" in line]
    assert len(told) == 1, "one line per change"

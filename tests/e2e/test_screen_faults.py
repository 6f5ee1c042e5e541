"""A real window in every sort of trouble: each ends in a named state in time, heals by itself, and leaves the record exact."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.e2e.test_fit import Director, Rounds, Step, anchored
from tests.replay.filming import playing

from aviator.cli.demo import demo_settings
from aviator.cli.sim import Simulation
from aviator.core.clock import SystemClock
from aviator.core.types import Phase
from aviator.record.verify import verify
from aviator.run.engine import Engine
from aviator.run.signals import StopSwitch
from aviator.run.state import BookmakerState

pytestmark = pytest.mark.e2e

SPEED = 4.0
SKIN = "admiral"
IN_TIME_S = 2.0 / SPEED
SLACK_S = 1.5
"""For the browser to show the trouble, and for a busy machine."""

KINDS = {
    "blank": "the page is blank",
    "popup": 'inactive: the page says "',
    "disconnect": 'disconnected: the page says "',
    "logout": 'logged out: the page says "',
    "cover": "something lies over the game",
    "minimise": "all is black",
    "close": "all is black",
    "zoom": "nothing of the game is where it was learned",
    "freeze": "the page stands still",
}
"""What each is called."""


@dataclass
class Made:
    """A trouble that was made `at` Unix seconds."""

    kind: str
    at: float


def control(sim: Simulation, kind: str, **options: object) -> None:
    request = urllib.request.Request(
        f"{sim.control_url}/control/{SKIN}/{kind}", json.dumps(options).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).close()


def named(words: str) -> Callable[[BookmakerState], bool]:
    return lambda state: state.phase is Phase.OFFLINE and words in state.offline


def in_sight(state: BookmakerState) -> bool:
    return state.phase in {Phase.BETTING, Phase.PLAYING, Phase.ENDED} and not state.offline


def script(sim: Simulation, log: Path, made: list[Made]) -> Iterator[Step]:
    clock = SystemClock()
    yield Rounds(3), "the page to be known"
    for kind, words in KINDS.items():
        control(sim, kind, seconds=60)
        made.append(Made(kind, clock.now()))
        yield named(words), f"{kind} to be named"
        control(sim, "heal")
        yield in_sight, f"the game after {kind}"
        yield Rounds(1), f"a round after {kind}"
    control(sim, "move", dx=12, dy=3, seconds=60)
    yield lambda _: "the window moved by 12, 3 pixels" in log.read_text(), "the window to be followed"
    yield Rounds(1), "a round at the new place"
    control(sim, "heal")
    yield lambda _: "the window moved by -12, -3 pixels" in log.read_text(), "the window to be followed home"
    control(sim, "reload")
    yield Rounds(2), "rounds after the page was loaded anew"


def assert_in_time(made: list[Made], database_url: str) -> None:
    with sa.create_engine(database_url).connect() as connection:
        rows = connection.execute(sa.text("SELECT at, reason FROM phases WHERE to_phase = 'OFFLINE' ORDER BY at")).all()
    for one in made:
        took = next(at for at, reason in rows if at >= one.at and reason) - one.at
        assert took <= IN_TIME_S + SLACK_S, f"{one.kind}: {took:.2f} s"


@pytest.mark.timeout(900)
def test_every_trouble_is_named_in_time_and_costs_nothing(data_dir: Path) -> None:
    switch, made = StopSwitch(), list[Made]()
    with playing(data_dir, "Admiral", SPEED, seed=11) as sim:
        settings = demo_settings(sim, data_dir, anchored(sim, data_dir))
        director = Director(script(sim, data_dir / "logs" / f"see-{SKIN}.log", made), switch)
        Engine(settings).run(360, switch, director.watch)
    assert director.over
    assert [one.kind for one in made] == list(KINDS)
    assert_in_time(made, settings.database_url)
    total = verify(data_dir / "sim" / "ledger.jsonl", settings.database_url).total
    assert (total.wrong, total.extra, total.missing) == (0, 0, 0), total

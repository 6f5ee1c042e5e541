"""Bets while the wall clock steps or the machine is suspended: no end is told that the screen does not show."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from tests.unit.act.panel import Site, Trouble
from tests.unit.act.play import Play

from aviator.core.bets import Outcome
from aviator.core.events import KeepRequested

HOUR_S, DAY_S = 3600.0, 86_400.0
STEPS = pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S, DAY_S, -DAY_S, 90.0, -90.0])
CLOCKS = pytest.mark.parametrize("play", [False, True], ids=["stepping clock", "steady clock"], indirect=True)


@pytest.fixture
def play(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Play]:
    play = Play(tmp_path, [Site(Random(1)), Site(Random(2))], steady=getattr(request, "param", False))
    play.clock.sleep(0.3)
    yield play
    play.close()


def after_some_looks(play: Play, deed: Callable[[], object]) -> None:
    """The click is made and pictures were looked at; the site's answer is still on its way."""
    play.run(0.1)
    assert play.sites[0].clicks
    deed()


def outcomes(play: Play, order: object) -> list[Outcome | None]:
    return [bet.outcome for bet in play.changes(order)]  # type: ignore[arg-type]


@CLOCKS
@STEPS
def test_a_step_right_after_the_click_changes_nothing(play: Play, step_s: float) -> None:
    now = play.clock.elapsed()
    play.sites[0].troubles.append(Trouble("lag", now, now + 60, 1.0))
    order = play.order()
    after_some_looks(play, lambda: play.clock.step(step_s))
    play.run(40)
    assert len(play.stands()) == 1
    assert Outcome.ROLLED_BACK not in outcomes(play, order), play.story(order)
    assert play.outcome(order) is Outcome.PLACED, play.story(order)


@CLOCKS
@pytest.mark.parametrize("away_s", [20.0, 600.0, DAY_S])
@pytest.mark.parametrize("stale_s", [0.0, 6.0, 30.0])
@pytest.mark.parametrize("at_click", [False, True])
def test_after_a_suspension_an_old_picture_proves_nothing(play: Play, away_s: float, stale_s: float, at_click: bool) -> None:
    site, now = play.sites[0], play.clock.elapsed()
    site.troubles.append(Trouble("lag", now, now + 1.5, 1.0))

    def suspend() -> None:
        play.desk.on_click = lambda: None
        now = play.clock.elapsed()
        play.clock.suspend(away_s)
        site.troubles.insert(0, Trouble("lag", now, now + away_s + stale_s, away_s + stale_s + 2.0))

    if at_click:
        play.desk.on_press = lambda: setattr(play.desk, "on_click", suspend)
    order = play.order()
    if not at_click:
        after_some_looks(play, suspend)
    play.run(150)
    assert len(play.stands()) == 1
    assert Outcome.ROLLED_BACK not in outcomes(play, order), play.story(order)
    assert play.outcome(order) in (Outcome.PLACED, Outcome.UNCERTAIN), play.story(order)


@CLOCKS
@STEPS
def test_a_click_that_was_not_taken_has_its_end_within_a_minute(play: Play, step_s: float) -> None:
    now = play.clock.elapsed()
    play.sites[0].troubles.append(Trouble("deaf_button", now, now + 60))
    order = play.order()
    after_some_looks(play, lambda: play.clock.step(step_s))
    play.run(60)
    assert play.outcome(order) is Outcome.ROLLED_BACK, play.story(order)


@CLOCKS
@STEPS
def test_no_click_comes_late_when_the_clock_steps_before_it(play: Play, step_s: float) -> None:
    """The window is covered until the betting time is over; the step says that it is not."""
    site, now = play.sites[0], play.clock.elapsed()
    site.troubles.append(Trouble("popup", now, now + 5.0))
    order = play.order()
    play.clock.step(step_s)
    play.run(30)
    assert not site.clicks
    assert play.outcome(order) is Outcome.EXPIRED, play.story(order)


@CLOCKS
def test_an_order_from_before_a_suspension_is_not_carried_out_after_it(play: Play) -> None:
    site = play.sites[0]
    order = play.order()
    play.clock.suspend(11.0)
    play.run(20)
    assert not site.clicks
    assert play.outcome(order) is Outcome.EXPIRED, play.story(order)


def test_a_stopped_process_clicks_nothing_late_and_tells_the_truth(play: Play) -> None:
    """SIGSTOP: both clocks go on. Once before the click, once right after it."""
    first = play.order()
    play.clock.sleep(60.0)
    play.run(5)
    assert play.outcome(first) is Outcome.EXPIRED
    while not play.sites[0].accepting(play.clock.elapsed() + 3):
        play.run(0.1)
    play.desk.on_press = lambda: play.clock.sleep(60.0)
    second = play.order()
    play.run(5)  # it is stopped in this time
    play.run(60)
    taken = len(play.stands()) == 1
    assert play.outcome(second) is (Outcome.PLACED if taken else Outcome.ROLLED_BACK), play.story(second)


@STEPS
def test_a_click_to_keep_a_session_is_neither_lost_nor_late(play: Play, step_s: float) -> None:
    play.sites[0].troubles.append(Trouble("person", play.clock.elapsed(), play.clock.elapsed() + 30))
    play.run(1)
    now = play.clock.now()
    assert play.hands.submit(KeepRequested(play.name(0), "keep", now, now + 10))
    play.clock.step(step_s)
    play.run(40)
    assert [name for name, _ in play.kept] == ["keep"]
    assert play.kept[0][1] is False


@STEPS
def test_a_bet_that_an_earlier_life_clicked_is_looked_at_again(play: Play, step_s: float) -> None:
    order = play.order()
    play.desk.on_press = lambda: setattr(play.desk, "fuse", 0)
    play.run(1.0)
    assert play.deaths == 1
    play.clock.step(step_s)
    play.die()
    play.run(60)
    assert play.outcome(order) is (Outcome.PLACED if play.stands() else Outcome.ROLLED_BACK), play.story(order)

"""Steps of the wall clock, suspensions and any other trouble: each bet ends in one outcome, and that is what the site took."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given
from tests.property.test_act import OBEYS_S, Bettor, chance, check_outcomes, check_site, repeatable, troubles
from tests.unit.act.panel import START, Site, Trouble
from tests.unit.act.play import Play


@repeatable
@given(chance)
def test_whatever_happens_to_the_clock(rng: Random) -> None:
    pace = rng.choice((1.0, 1.0, 0.5))
    until = START + rng.randint(2, 4) * 12 * pace
    sites = [Site(Random(rng.random()), pace, troubles=troubles(rng, until)) for _ in range(rng.choice((1, 2)))]
    with TemporaryDirectory() as folder:
        play = Play(Path(folder), sites, steady=True)
        bettor = Bettor(rng, play)
        play.desk.on_click = lambda: jump(rng, play) if rng.random() < 0.15 else None
        while play.clock.elapsed() < until:
            bettor.wish()
            if rng.random() < 0.01:
                jump(rng, play)
            play.run(0.1)
        play.desk.on_click = lambda: None
        for _ in range(4):
            play.run(OBEYS_S / 4)
        check_outcomes(play)
        check_site(play)
        play.close()


def jump(rng: Random, play: Play) -> None:
    """A step of the clock, or a suspension after which the page shows old pictures for a while."""
    if rng.random() < 0.5:
        play.clock.step(rng.choice((-1, 1)) * rng.choice((2.0, 90.0, 3600.0, 86_400.0)))
        return
    now, away_s, stale_s = play.clock.elapsed(), rng.choice((2.0, 8.0, 60.0)), rng.choice((0.0, 1.0, 6.0))
    play.clock.suspend(away_s)
    for site in play.sites:
        site.troubles.insert(0, Trouble("lag", now, now + away_s + stale_s, away_s + stale_s))

"""Bets from long ago that a journal still holds without an end."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.unit.act.panel import Site, Trouble
from tests.unit.act.play import Play

from aviator.act.journal import open_bets
from aviator.core.bets import Outcome


def test_a_bet_from_long_ago_is_not_judged_by_todays_page_and_ends_when_it_is_given_up(tmp_path: Path) -> None:
    play = Play(tmp_path, [Site(Random(1))], steady=True)
    play.clock.sleep(0.3)
    now = play.clock.elapsed()
    play.sites[0].troubles.append(Trouble("lag", now, now + 60, 1.0))
    order = play.order()
    play.run(0.1)
    assert play.sites[0].clicks
    play.journal.close()
    play.clock.sleep(30 * 86_400)
    play.sites[0].advance(play.clock.elapsed())
    assert play.stands()
    play.sites[0].balance = Decimal(1000)  # as before the bet, which was lost
    play.start()
    play.run(120)
    assert play.outcome(order) is Outcome.UNCERTAIN, play.story(order)
    given_up = replace(play.changes(order)[-1], settled_at=play.clock.now())
    play.hands.settled(given_up)
    play.run(60)
    another = play.order()
    play.run(60)
    assert play.outcome(another) in (Outcome.PLACED, Outcome.EXPIRED), play.story(another)
    assert order.request_id not in [bet.begun.order.request_id for bet in open_bets(tmp_path / "bets.jsonl")]
    play.close()

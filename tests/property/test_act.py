"""Any trouble, at any time, a program killed at any step: each order ends in one outcome, and that is what the site took."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.unit.act.panel import KINDS, START, ZERO, Site, Taken, Trouble
from tests.unit.act.play import FINAL, Play

from aviator.act.journal import open_bets, told_bets
from aviator.act.kill import KillSource
from aviator.act.margin import START_S
from aviator.core.bets import BetOrder, ButtonState, Outcome, PanelView
from aviator.core.events import BetChanged
from aviator.core.types import Phase as Game

# Only a generator's seed is drawn: there is nothing to shrink.
repeatable = settings(derandomize=True, deadline=None, max_examples=60, phases=[Phase.generate])
chance = st.integers(0, 2**32 - 1).map(Random)

LENGTH_S = {"popup": 4, "blind": 4, "tied": 2, "unread": 4, "person": 4, "refuse": 6}
VALUE = {"lag": (0, 1.5), "clamp": (25, 60), "late_balance": (0, 1.5), "deaf_key": (2, 9)}
OBEYS_S = 60.0
"""After the troubles are over, so long until all must be told and put back."""


def troubles(rng: Random, until: float) -> list[Trouble]:
    found = []
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        kind, begin = rng.choice(KINDS), rng.uniform(START, until)
        low, high = VALUE.get(kind, (0, 0))
        found.append(Trouble(kind, begin, min(until, begin + rng.uniform(0.05, LENGTH_S.get(kind, 20))), rng.uniform(low, high)))
    return found


@contextmanager
def played(rng: Random, *, deaths: int = 0, killed: bool = False) -> Iterator[Play]:
    """Some rounds of betting at one or two windows; then a calm time in which all must come to an end."""
    rounds = rng.randint(1, 3)
    pace = rng.choice((1.0, 1.0, 0.5))
    until = START + rounds * 12 * pace
    sites = [Site(Random(rng.random()), pace, troubles=troubles(rng, until)) for _ in range(rng.choice((1, 1, 2)))]
    fuses = sorted(rng.randint(1, 400) for _ in range(deaths))
    kill_at = rng.uniform(START, until) if killed else float("inf")
    with TemporaryDirectory() as folder:
        play = Play(Path(folder), sites)
        bettor = Bettor(rng, play)
        while play.clock.elapsed() < until:
            if fuses and play.desk.fuse is None:
                play.desk.fuse = fuses.pop()
            bettor.wish()
            if play.clock.elapsed() >= kill_at:
                play.kill.press(KillSource.API)
            play.run(0.1)
        play.desk.fuse = None
        if killed:
            play.kill.press(KillSource.API)
            play.run(rng.uniform(0, 20))
            play.killed_at, play.armed_at = play.kill.pressed.at, play.clock.elapsed()
            play.kill.reset()
        for _ in range(4):
            play.run(OBEYS_S / 4)
        yield play
        play.close()


@dataclass
class Bettor:
    """Wishes at most one bet per panel and betting time, and none while the one before has no end."""

    rng: Random
    play: Play
    last: dict[tuple[int, int], tuple[int, BetOrder]] = field(default_factory=dict)

    def wish(self) -> None:
        for index, site in enumerate(self.play.sites):
            site.advance(self.play.clock.elapsed())
            for panel in (1, 2):
                round_number, order = self.last.get((index, panel), (0, None))
                if site.phase is not Game.BETTING or site.round == round_number or self.rng.random() < 0.8:
                    continue
                if order is not None and self.play.outcome(order) not in FINAL:
                    continue
                stake = self.rng.choice(("10.00", "20.00", "30.00", "35.50", "70.00"))
                auto = self.rng.choice((None, "1.01", "1.10", "2.00", "3.50"))
                self.last[index, panel] = (site.round, self.play.order(panel, stake, auto, index))


def check_outcomes(play: Play) -> None:
    """Exactly one end each; only UNCERTAIN may have gone before."""
    journal = {bet.request_id: bet for bet in told_bets(play.folder / "bets.jsonl")}
    for order in play.orders:
        told = [bet for bet in play.changes(order) if bet.outcome is not None]
        ends = {(b.outcome, b.stake, b.auto_cash_out) for b in told if b.outcome in FINAL}
        if not told and play.deaths:
            # Queued, or its end told to nobody but the journal, when the program was killed.
            assert order.request_id in journal or not play.changes(order), play.story(order)
            continue
        assert told, play.story(order)
        assert len(ends) <= 1, play.story(order)
        if ends:
            assert told[-1].outcome in FINAL, play.story(order)


def last(play: Play, order: BetOrder) -> Outcome | None:
    """The database's word, or the journal's where the program was killed before the database had it."""
    told = {bet.request_id: bet for bet in told_bets(play.folder / "bets.jsonl")}.get(order.request_id)
    return told.outcome if told else play.outcome(order)


def check_site(play: Play) -> int:
    """PLACED <=> the site took it, with that stake and auto cash-out. The number of bets that stay uncertain."""
    told = {bet.request_id: bet for bet in told_bets(play.folder / "bets.jsonl")}
    uncertain = [order for order in play.orders if last(play, order) is Outcome.UNCERTAIN]
    everything = "\n\n".join(play.story(order) for order in play.orders)
    for index in range(len(play.sites)):
        stands = play.stands(index)
        assert len({(b.panel, b.round) for b in stands}) == len(stands), f"double: {stands}\n{everything}"
        for bet in told.values():
            if bet.outcome is Outcome.PLACED and bet.bookmaker == play.name(index):
                near = [taken for taken in stands if fits(taken, bet)]
                assert near, f"phantom or wrong: {bet}\nat the site: {stands}\n{everything}"
                stands.remove(near[0])
        doubts = [order for order in uncertain if order.bookmaker == play.name(index)]
        assert len(stands) <= len(doubts), f"unrecorded: {stands}\n{everything}"
    return len(uncertain)


def fits(taken: Taken, bet: BetChanged) -> bool:
    same = (taken.panel, taken.stake, taken.auto) == (bet.panel, bet.stake, bet.auto_cash_out)
    return same and bet.placed_at is not None and abs(taken.at - bet.placed_at) <= 5


def check_clicks(play: Play) -> None:
    """Never two clicks on a green button for one order, and none when the betting time is nearly over."""
    for index, site in enumerate(play.sites):
        own = [order for order in play.orders if order.bookmaker == play.name(index)]
        green = [(at, panel) for at, panel, button in site.clicks if button is ButtonState.BET]
        for order in own:
            mine = [at for at, panel in green if panel == order.panel and order.betting_at <= at < order.deadline]
            assert len(mine) <= 1, f"{mine}\n{play.story(order)}"
            assert all(at < order.deadline - START_S * site.pace for at in mine), play.story(order)
        assert len(green) <= len(own)


def check_panels(play: Play) -> None:
    """A panel shows what it showed before all the bets of which nothing came."""
    for index, site in enumerate(play.sites):
        for number, first in ((1, "10.00"), (2, "20.00")):
            shown: tuple[Decimal, Decimal] | None = (Decimal(first), ZERO)
            orders = [o for o in play.orders if o.bookmaker == play.name(index) and o.panel == number]
            for order in orders:
                told = {bet.request_id: bet for bet in told_bets(play.folder / "bets.jsonl")}.get(order.request_id)
                if told is not None and told.outcome is Outcome.PLACED:
                    shown = (told.stake, told.auto_cash_out or ZERO)
                elif told is not None and told.outcome is Outcome.UNCERTAIN:
                    shown = None
            if shown is not None and site.panels[number - 1].state == "idle":
                want = PanelView(*shown, ButtonState.BET)
                everything = "\n\n".join(play.story(order) for order in orders)
                assert site.panels[number - 1].view == want, f"{site.panels[number - 1].view}, not {want}\n{everything}"


@repeatable
@given(chance)
def test_whatever_troubles_a_page(rng: Random) -> None:
    with played(rng) as play:
        check_outcomes(play)
        check_site(play)
        check_clicks(play)
        check_panels(play)


@repeatable
@given(chance)
def test_wherever_the_program_is_killed(rng: Random) -> None:
    with played(rng, deaths=rng.randint(1, 3)) as play:
        check_outcomes(play)
        check_site(play)
        check_clicks(play)
        check_panels(play)
        assert not [bet for bet in open_bets(play.folder / "bets.jsonl") if bet.told is None]


@repeatable
@given(chance)
def test_whenever_the_kill_switch_is_pressed(rng: Random) -> None:
    with played(rng, killed=True) as play:
        check_outcomes(play)
        check_site(play)
        check_panels(play)
        late = [(at, what) for at, what in play.desk.inputs if play.killed_at + 0.05 < at < play.armed_at]
        assert not late

"""A program that is killed anywhere and finds any line of its journal damaged never says that a bet was not placed which was."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.unit.act.page import Died
from tests.unit.act.panel import Site
from tests.unit.act.play import Play

from aviator.act.journal import recover, told_in
from aviator.core.bets import Mode, Outcome
from aviator.core.events import BetChanged
from aviator.record.rows import UNANSWERED
from aviator.run.bet_recovery import unanswered

DENIED = (Outcome.ROLLED_BACK, Outcome.EXPIRED, Outcome.REFUSED)


def damage(path: Path, rng: Random) -> str:
    lines = path.read_bytes().splitlines(keepends=True)
    if not lines:
        return "nothing"
    telling = [i for i, line in enumerate(lines) if b'"kind":"step"' not in line]
    index = rng.choice(telling or range(len(lines)))
    line = bytearray(lines[index])
    line[rng.randrange(len(line) - 1)] ^= 1 << rng.randrange(4)
    said, lines[index] = lines[index].decode(), bytes(line)
    path.write_bytes(b"".join(lines))
    return said


@settings(derandomize=True, deadline=None, max_examples=250, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32 - 1), told_before=st.booleans())
def test_no_damaged_line_makes_a_placed_bet_one_that_was_not(seed: int, told_before: bool) -> None:
    rng = Random(seed)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bets.jsonl"
        play = Play(Path(folder), [Site(Random(1))])
        order = play.order()
        if rng.random() < 0.5:
            play.desk.fuse = rng.randint(1, 60)
        else:  # soon after the click
            play.desk.on_press = lambda: setattr(play.desk, "fuse", rng.randint(1, 12))
        try:
            while play.clock.elapsed() < order.deadline + 20:
                if not play.hands.step():
                    play.clock.sleep(0.05)
        except Died:
            play.clock.sleep(rng.choice((0.4, 3.0, 30.0)))
        play.desk.fuse = None
        play.journal.close()
        wish = BetChanged(
            order.bookmaker, order.request_id, order.panel, None, order.stake, order.auto_cash_out, Mode.LIVE, None, None, None,
            None, order.strategy, UNANSWERED, order.betting_at,
        )  # fmt: skip
        known = [play.told[-1][1]] if play.told and told_before else [wish]
        line = damage(path, rng)
        found = recover(path)
        ends = [*unanswered(known, found), *told_in(found)]
        play.told.clear()
        play.start()
        play.run(40)
        play.close()
        ends += [bet for _, bet in play.told]
        placed = bool(play.stands())
        assert len(play.sites[0].taken) <= 1
        told = [(bet.outcome, bet.reason) for bet in ends if bet.outcome is not None]
        if placed:
            assert not [end for end in told if end[0] in DENIED], f"{line}\n{told}\n{play.story(order)}"
            assert told or known[0].outcome, f"{line}: nothing told"
        else:
            assert Outcome.PLACED not in [outcome for outcome, _ in told], f"{line}\n{told}"

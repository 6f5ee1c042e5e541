"""The course of rounds as a pure state machine: the test's hand is the only clock."""

import itertools
import math
from decimal import Decimal
from random import Random

import pytest

from aviator.sim.chain import Chain
from aviator.sim.game import Game, Phase
from aviator.sim.growth import Exponential
from aviator.sim.ledger import BetLine, RoundLine
from aviator.sim.skins import SKINS, SKINS_BY_NAME

ADMIRAL = SKINS_BY_NAME["Admiral"]
T0 = 1_700_000_000.0


def new_game(seed: str = "game", speed: float = 1.0, skin=ADMIRAL) -> Game:
    return Game(skin, Chain(seed, length=500), Random(seed), speed)


def rounds(lines) -> list[RoundLine]:
    return [line for line in lines if isinstance(line, RoundLine)]


def test_nothing_happens_before_the_start() -> None:
    game = new_game()
    assert game.due_at == math.inf
    assert game.advance(T0 + 1e6) == []
    assert game.phase is Phase.CLOSED


@pytest.mark.parametrize("skin", SKINS, ids=lambda s: s.slug)
@pytest.mark.parametrize("speed", [1.0, 20.0])
def test_the_interval_between_rounds_is_a_plus_12_ln_m(skin, speed: float) -> None:
    game = new_game(skin=skin, speed=speed)
    lines = rounds([*game.start(T0), *game.advance(T0 + 4000 / speed)])
    assert len(lines) > 50
    for line, following in itertools.pairwise(lines):
        assert line.started_at - line.betting_at == pytest.approx(skin.timing.betting_s / speed, abs=1e-5)
        assert line.ended_at - line.started_at == pytest.approx(12 * math.log(line.multiplier) / speed, abs=1e-5)
        interval = (skin.timing.a_s + 12 * math.log(line.multiplier)) / speed
        assert following.betting_at - line.betting_at == pytest.approx(interval, abs=1e-5)


def test_late_and_punctual_stepping_give_the_same_lines() -> None:
    late, punctual = new_game(), new_game()
    late.start(T0)
    punctual.start(T0)
    stepped = [line for tick in range(2000) for line in punctual.advance(T0 + tick * 0.25)]
    assert late.advance(T0 + 1999 * 0.25) == stepped


def test_phases_follow_each_other_and_the_history_grows_at_the_crash() -> None:
    game = new_game("phases")
    game.start(T0)
    seen = [game.phase]
    for _ in range(8):
        before = game.history[0]
        lines = rounds(game.advance(game.due_at))
        seen.append(game.phase)
        assert game.history[0] == (lines[0].multiplier if game.phase is Phase.ENDED else before)
    assert seen == [*[Phase.BETTING, Phase.PLAYING, Phase.ENDED, Phase.BLACK] * 2, Phase.BETTING]


def test_the_multiplier_rises_by_the_clock_and_ends_at_the_rounds() -> None:
    game = next(g for g in (new_game(str(i)) for i in range(50)) if g.start(T0) == [] and g._crash > 3)
    takeoff = game.due_at
    game.advance(takeoff)
    assert [game.multiplier(takeoff + s) for s in (0, 1, 8.3178)] == [Decimal("1.00"), Decimal("1.08"), Decimal("2.00")]
    crash_at = game.due_at
    assert game.multiplier(crash_at + 99) == game._crash
    (line,) = rounds(game.advance(crash_at))
    assert game.multiplier(crash_at) == line.multiplier
    assert line.ended_at == crash_at


def test_flight_time_and_multiplier_are_inverse() -> None:
    for cents in (100, 101, 137, 200, 1_000, 12_345, 9_999_999):
        multiplier = Decimal(cents).scaleb(-2)
        assert Exponential().shown(Exponential().seconds(multiplier)) == multiplier


def test_a_round_of_one_has_no_flight() -> None:
    game = new_game("ones")
    lines = rounds([*game.start(T0), *game.advance(T0 + 20_000)])
    ones = [line for line in lines if line.multiplier == 1]
    assert ones
    assert all(line.started_at == line.ended_at and line.total_win == 0 for line in ones)


def test_players_join_while_betting_and_win_in_flight() -> None:
    game = next(
        g for g in (new_game(str(i), skin=SKINS_BY_NAME["Mozzart"]) for i in range(50)) if g.start(T0) == [] and g._crash > 4
    )
    joined = [game.players(T0 + s) for s in (0, 1, 3, 5)]
    assert joined == sorted(joined)
    assert joined[0] < joined[-1] <= game.crowd.size
    assert game.total_win(T0 + 1) == 0
    game.advance(game.due_at)
    at = [game.total_win(game._started_at + s) for s in range(12)]
    assert at == sorted(at)
    assert at[-1] > 0
    (line,) = rounds(game.advance(game.due_at))
    assert (line.players, line.total_win) == (game.players(line.ended_at), game.total_win(line.ended_at))
    assert game.total_players >= line.players


def test_clicks_in_the_last_moment_of_betting_are_ignored() -> None:
    for before_takeoff, taken in ((0.31, 1), (0.29, 0)):
        game = new_game()
        game.start(T0)
        lines = game.press(1, game.due_at - before_takeoff)
        assert len(lines) == taken


def test_an_auto_cash_out_happens_at_its_own_moment_even_on_the_crash_itself() -> None:
    game = next(g for g in (new_game(str(i)) for i in range(50)) if g.start(T0) == [] and g._crash > 2)
    game.bets.set_auto_cash_out(1, game._crash)
    game.bets.set_auto_cash_out(2, game._crash + Decimal("0.01"))
    game.press(1, T0 + 1)
    game.press(2, T0 + 1)
    lines = [line for line in game.advance(T0 + 1000) if isinstance(line, BetLine) and line.round == 61]
    by_panel = {line.panel: line for line in lines if line.type == "settle"}
    assert by_panel[1].payout == (by_panel[1].stake * game.bets.panels[0].auto_cash_out).quantize(Decimal("0.01"))
    assert by_panel[2].payout == 0

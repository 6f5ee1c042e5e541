from decimal import Decimal

from aviator.see.look import Look
from aviator.see.phase import Sight
from aviator.see.stillness import FROZEN_S, Stillness


def look(at: float, sight: Sight, score: str | None) -> Look:
    return Look(at, sight, None if score is None else Decimal(score), 1.0, None, {})


def test_a_score_in_flight_that_stands_still_is_a_frozen_page():
    still = Stillness(pace=1.0)
    assert still.judge(look(0.0, Sight.FLYING, "1.50")) is Sight.FLYING
    assert still.judge(look(FROZEN_S - 0.1, Sight.FLYING, "1.50")) is Sight.FLYING
    assert still.judge(look(FROZEN_S + 0.1, Sight.FLYING, "1.50")) is Sight.FROZEN
    assert still.judge(look(FROZEN_S + 0.2, Sight.FLYING, "1.51")) is Sight.FLYING


def test_a_fast_game_is_frozen_sooner():
    still = Stillness(pace=0.25)
    still.judge(look(0.0, Sight.FLYING, "1.50"))
    assert still.judge(look(0.25 * FROZEN_S + 0.01, Sight.FLYING, "1.50")) is Sight.FROZEN


def test_the_end_and_what_cannot_be_read_may_stand_still():
    still = Stillness(pace=1.0)
    for sight, score in ((Sight.ENDED, "1.50"), (Sight.FLYING, None), (Sight.WAITING, None)):
        for at in (0.0, 10.0, 20.0):
            assert still.judge(look(at, sight, score)) is sight

"""The self-check over random play: whatever ordinary play brings, the window fits; and what comes and goes is followed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.see.test_selfcheck import look_of

from aviator.core.types import Field
from aviator.see.phase import Sight
from aviator.see.selfcheck import FOUND_S, LOST_S, SelfCheck, Sign

STEADY = (Field.BALANCE, Field.PLAYERS, Field.TOTAL_WIN, Field.BET_AMOUNT_1, Field.BET_AMOUNT_2)

paces = st.floats(0.25, 1.0)
rates = st.floats(5.0, 60.0)
chance = st.integers(0, 2**32 - 1).map(Random)
repeatable = settings(derandomize=True, deadline=None, max_examples=60)


@dataclass
class Play:
    """Random rounds with everything that happens anyway; times in seconds of a game at its usual pace."""

    rng: Random
    pace: float
    hz: float
    at: float = 1_700_000_000.0
    toast: bool = False
    history: list[str] = field(default_factory=lambda: ["1.05", "8.80", "2.61"])

    def ticks(self, seconds: float) -> Iterator[None]:
        for _ in range(max(1, round(seconds * self.pace * self.hz))):
            self.at += 1 / self.hz
            yield

    def show(self, check: SelfCheck, seconds: float, sight: Sight, score: str | None, others: Sign = Sign.READ) -> bool:
        """Does the window fit all the time? `others`: the sign of all fields but the strip."""
        always = True
        for _ in self.ticks(seconds):
            faint = self.rng.choice(STEADY) if self.rng.random() < 0.2 else None  # dimmed, or in the middle of a change
            signs = {f: Sign.NOTHING if f is faint else others for f in STEADY}
            covered = self.toast or others is not Sign.READ
            signs[Field.HISTORY] = Sign.OTHER if covered else Sign.READ
            values = () if covered else tuple(self.history)
            unread = self.rng.random() < 0.1
            look = look_of(self.at, Sight.NOTHING if unread else sight, None if unread else score, values)
            always &= check.step(look, self.rng.random() < 0.7, lambda signs=signs: signs).fit
        return always

    def round(self, check: SelfCheck) -> bool:
        rng = self.rng
        self.toast = rng.random() < 0.3
        fits = self.show(check, rng.uniform(4, 15), Sight.WAITING, None)
        if rng.random() < 0.2:
            fits &= self.show(check, rng.uniform(1, 10), Sight.NOTHING, None, rng.choice([Sign.OTHER, Sign.GONE, Sign.NOTHING]))
            fits &= self.show(check, rng.uniform(5, 10), Sight.WAITING, None)
        fits &= self.show(check, rng.expovariate(1 / 8), Sight.FLYING, "1.28")
        end = f"{rng.randint(100, 2000) / 100:.2f}"
        self.history = [end, *self.history][:12]
        fits &= self.show(check, rng.uniform(2, 4), Sight.ENDED, end)
        return fits & self.show(check, rng.uniform(0, 3), Sight.DARK, None, Sign.NOTHING)


@repeatable
@given(chance, paces, rates)
def test_in_ordinary_play_it_always_fits(rng: Random, pace: float, hz: float):
    play, check = Play(rng, pace, hz), SelfCheck(pace)
    for _ in range(15):
        assert play.round(check)


@repeatable
@given(chance, paces, rates)
def test_it_follows_a_window_that_changes_and_changes_back(rng: Random, pace: float, hz: float):
    play, check = Play(rng, pace, hz), SelfCheck(pace)
    for _ in range(4):
        for _ in range(rng.randint(3, 6)):
            play.round(check)
        assert check.verdict.fit
        wrong = rng.choice([Sign.OTHER, Sign.GONE])
        play.show(check, LOST_S + 2, rng.choice([Sight.NOTHING, Sight.WAITING, Sight.DARK]), None, wrong)
        assert not check.verdict.fit
        play.show(check, rng.uniform(0, 60), Sight.NOTHING, None, wrong)
        assert not check.verdict.fit, "and stays so for as long as it lasts"
        play.toast = False
        play.show(check, FOUND_S + 2, Sight.WAITING, None)
        assert check.verdict.fit

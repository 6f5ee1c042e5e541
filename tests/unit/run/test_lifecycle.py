"""The table of a worker's life: complete enough to be lived, closed against nonsense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.errors import IllegalTransition
from aviator.run.lifecycle import ALIVE, LIFECYCLE, Life, Turn, new_life


def test_every_state_can_be_reached_and_only_the_end_is_final() -> None:
    reached = {Life.STARTING} | set(LIFECYCLE.values())
    assert reached == set(Life)
    assert {life for life in Life if not any(state is life for state, _ in LIFECYCLE)} == {Life.STOPPED}


@given(st.lists(st.sampled_from(list(Turn)), max_size=60))
def test_illegal_turns_raise_and_change_nothing(turns: list[Turn]) -> None:
    life = new_life()
    for turn in turns:
        before = life.state
        if life.can(turn):
            assert life.fire(turn) is LIFECYCLE[before, turn]
        else:
            with pytest.raises(IllegalTransition):
                life.fire(turn)
            assert life.state is before


@pytest.mark.parametrize("life", sorted(ALIVE - {Life.STOPPING}))
def test_whatever_lives_can_die_and_be_stopped(life: Life) -> None:
    assert LIFECYCLE[life, Turn.DIED] is Life.CRASHED
    assert LIFECYCLE[life, Turn.STOP] is Life.STOPPING
    assert LIFECYCLE[life, Turn.OVER] is Life.STOPPED

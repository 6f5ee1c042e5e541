"""SharedGameState: a fold that counts each round once and survives restarts of a worker."""

from decimal import Decimal

from aviator.core.events import FitChanged, GapFound, PhaseChanged, RoundEnded, ScreenRead, WorkerBeat
from aviator.core.types import BookmakerId, Phase, Source
from aviator.run.lifecycle import Life
from aviator.run.state import RECENT, BookmakerState, SharedGameState, fold, turned

NAME = BookmakerId("Admiral")


def ended(at: float, multiplier: str = "1.50", source: Source = Source.LIVE) -> RoundEnded:
    return RoundEnded(NAME, at - 5, at, Decimal(multiplier), 90, None, None, source, 0.99)


def beat(ticks: int, skipped: int = 0, agreed: int = 0, disagreed: int = 0) -> WorkerBeat:
    return WorkerBeat(NAME, 100.0, 42, ticks, skipped, 0.4, 0, 0, 0, 0, 0, agreed, disagreed)


def picture(balance: str | None) -> ScreenRead:
    value = None if balance is None else Decimal(balance)
    return ScreenRead(NAME, 100.0, Phase.PLAYING, Decimal("1.20"), value, 91, None, None, ())


def test_rounds_are_counted_and_kept_newest_first() -> None:
    state = BookmakerState(NAME)
    for event in (ended(30), ended(10, "2.00", Source.STRIP), ended(50, "3.00")):
        state = fold(state, event)
    assert (state.rounds, state.from_strip) == (3, 1)
    assert [at for _, at in state.recent] == [50, 30, 10]


def test_only_as_many_rounds_are_remembered_as_a_strip_shows() -> None:
    state = BookmakerState(NAME)
    for at in range(RECENT + 20):
        state = fold(state, ended(float(at)))
    assert len(state.recent) == RECENT
    assert state.rounds == RECENT + 20


def test_an_unread_balance_keeps_the_last_one() -> None:
    state = fold(fold(BookmakerState(NAME), picture("827.60")), picture(None))
    assert state.balance == Decimal("827.60")


def test_a_restarted_worker_counts_from_zero_but_nothing_is_forgotten() -> None:
    state = turned(fold(BookmakerState(NAME), beat(100, skipped=3, agreed=9, disagreed=1)), Life.RUNNING)
    state = turned(turned(turned(state, Life.CRASHED, "signal SIGKILL"), Life.RESTARTING), Life.STARTING)
    assert (state.restarts, state.beat_at) == (1, None)
    state = fold(state, beat(50, skipped=1, agreed=10))
    assert (state.tally.ticks, state.tally.ticks_skipped) == (150, 4)
    assert state.accuracy == 19 / 20


def test_gaps_add_up() -> None:
    state = fold(fold(BookmakerState(NAME), GapFound(NAME, 1, 2, 3, "covered")), GapFound(NAME, 5, 6, 1, "covered"))
    assert (state.gaps, state.rounds_lost) == (2, 4)


def test_snapshots_do_not_change_afterwards() -> None:
    shared = SharedGameState([NAME], {NAME: ((Decimal("2.00"), 5.0),)})
    before = shared.all()
    shared.apply(ended(30))
    shared.turn(NAME, Life.RUNNING)
    assert before[0].rounds == 0
    assert shared.of(NAME).recent == ((Decimal("1.50"), 30), (Decimal("2.00"), 5.0))
    assert shared.of(NAME).life is Life.RUNNING


def test_a_window_is_a_misfit_until_it_fits_again_or_its_worker_starts_anew() -> None:
    misfit = fold(BookmakerState(NAME, life=Life.RUNNING), FitChanged(NAME, 1.0, False, "the zoom has changed"))
    assert misfit.misfit == "the zoom has changed"
    assert fold(misfit, FitChanged(NAME, 2.0, True, "it looks right again")).misfit == ""
    assert turned(turned(misfit, Life.CRASHED), Life.STARTING).misfit == ""


def test_a_game_is_offline_for_its_reason_until_another_phase_is_seen() -> None:
    lost = fold(BookmakerState(NAME), PhaseChanged(NAME, 1.0, Phase.PLAYING, Phase.OFFLINE, "the page is blank"))
    assert lost.offline == "the page is blank"
    assert fold(lost, PhaseChanged(NAME, 2.0, Phase.OFFLINE, Phase.BETTING)).offline == ""


def test_shares_are_of_all_readings_and_unknown_before_the_first() -> None:
    tally = BookmakerState(NAME).tally
    assert (tally.read_share, tally.fallback_share) == (None, None)
    state = fold(BookmakerState(NAME), WorkerBeat(NAME, 100.0, 42, 10, 0, 0.4, 200, 50, 4, 2, 0, 0, 0))
    assert (state.tally.read_share, state.tally.fallback_share) == (0.99, 0.02)

"""What became of a click, told from pictures: one case for each thing that they can say."""

from decimal import Decimal

import pytest

from aviator.act.margin import START_S, Margin
from aviator.act.watch import Became, TakeBack, Watch, was_taken
from aviator.core.bets import BetOrder, ButtonState, Outcome, PanelView, WindowView
from aviator.core.types import BookmakerId, Phase

BASE, STAKE, AUTO = Decimal("1000.00"), Decimal("30.00"), Decimal("2.00")
PAID = BASE - STAKE
CLICKED, DEADLINE = 100.0, 104.0
IDLE = PanelView(Decimal("20.00"), Decimal("0.00"), ButtonState.BET)
ORDER = BetOrder("a", BookmakerId("Admiral"), 1, STAKE, AUTO, 99.0, DEADLINE)


class Looking:
    """A watch that is shown the same picture for some time."""

    def __init__(self, *credits_due: str) -> None:
        due = tuple(map(Decimal, credits_due))
        self.watch = Watch(ORDER, CLICKED, BASE, pace=1.0, lag_s=0.0, credits_due=due)
        self.now = CLICKED

    def show(
        self,
        button: ButtonState | None,
        balance: Decimal | str | None,
        seconds: float,
        phase: Phase = Phase.BETTING,
        amount: Decimal | None = STAKE,
        auto: Decimal | None = AUTO,
        in_place: bool = True,
    ) -> TakeBack | Became | None:
        """The first answer while it is shown."""
        money = None if balance is None else Decimal(balance)
        for _ in range(round(seconds / 0.05)):
            self.now += 0.05
            view = WindowView(self.now, in_place, phase, money, (PanelView(amount, auto, button), IDLE))
            if answer := self.watch.see(view, self.now, 0.5):
                return answer
        return None


@pytest.fixture
def looking() -> Looking:
    return Looking()


BET, CANCEL, CASH_OUT = ButtonState.BET, ButtonState.CANCEL, ButtonState.CASH_OUT


def test_a_red_button_and_the_stake_gone_are_a_bet(looking: Looking) -> None:
    answer = looking.show(CANCEL, PAID, 0.1)
    assert isinstance(answer, Became)
    assert (answer.outcome, answer.stake, answer.auto_cash_out, answer.reason) == (Outcome.PLACED, STAKE, AUTO, "")
    assert answer.placed_at == pytest.approx(CLICKED + 0.05)


def test_one_picture_alone_is_not_believed(looking: Looking) -> None:
    assert looking.show(CANCEL, PAID, 0.05) is None


def test_a_late_balance_is_waited_for(looking: Looking) -> None:
    assert looking.show(CANCEL, BASE, 3.0) is None
    answer = looking.show(CASH_OUT, PAID, 0.2, Phase.PLAYING)
    assert isinstance(answer, Became)
    assert (answer.outcome, answer.placed_at) == (Outcome.PLACED, pytest.approx(CLICKED + 0.05))


def test_an_orange_button_is_a_bet_even_if_the_balance_never_says_so(looking: Looking) -> None:
    assert looking.show(CASH_OUT, None, 1.0, Phase.PLAYING) is None
    answer = looking.show(CASH_OUT, None, 1.0, Phase.PLAYING)
    assert isinstance(answer, Became)
    assert (answer.outcome, answer.placed_at) == (Outcome.PLACED, CLICKED)


@pytest.mark.parametrize(
    ("amount", "auto", "balance"), [("25.00", "2.00", "975.00"), ("30.00", "1.01", "970.00"), ("30.00", "2.00", "900.00")]
)
def test_a_bet_that_is_not_the_one_ordered_is_taken_back(looking: Looking, amount: str, auto: str, balance: str) -> None:
    assert looking.show(CANCEL, balance, 0.2, amount=Decimal(amount), auto=Decimal(auto)) is None
    assert isinstance(looking.show(CANCEL, balance, 0.3, amount=Decimal(amount), auto=Decimal(auto)), TakeBack)
    looking.watch.cancelled(looking.now)
    assert looking.show(CANCEL, balance, 1.0, amount=Decimal(amount), auto=Decimal(auto)) is None, "never clicked again"
    answer = looking.show(BET, BASE, 1.5)
    assert isinstance(answer, Became)
    assert answer.outcome is Outcome.ROLLED_BACK


def test_where_it_is_too_late_to_take_it_back_the_truth_is_told(looking: Looking) -> None:
    looking.now = DEADLINE - 0.6
    answer = looking.show(CANCEL, "975.00", 0.55, amount=Decimal("25.00"))
    assert isinstance(answer, Became)
    assert (answer.outcome, answer.stake) == (Outcome.PLACED, Decimal("25.00"))


def test_nothing_is_clicked_for_a_bet_that_hands_must_let_be(looking: Looking) -> None:
    looking.watch.hands_off()
    answer = looking.show(CANCEL, "975.00", 1.0, amount=Decimal("25.00"))
    assert isinstance(answer, Became)
    assert answer.stake == Decimal("25.00")


def test_a_click_that_changes_nothing_was_not_taken(looking: Looking) -> None:
    assert looking.show(BET, BASE, 3.9) is None
    answer = looking.show(BET, BASE, 3.0, Phase.PLAYING)
    assert isinstance(answer, Became)
    assert (answer.outcome, answer.reason) == (Outcome.ROLLED_BACK, "the site did not take it")


def test_a_round_that_was_over_before_anybody_looked_is_told_by_the_money(looking: Looking) -> None:
    looking.now = DEADLINE + 3
    for balance in (PAID, PAID + STAKE * AUTO):
        again = Looking()
        again.now = DEADLINE + 3
        answer = again.show(BET, balance, 5.0, Phase.ENDED)
        assert isinstance(answer, Became)
        assert (answer.outcome, answer.placed_at) == (Outcome.PLACED, CLICKED)


def test_money_that_nothing_explains_is_a_doubt_said_once(looking: Looking) -> None:
    looking.now = DEADLINE
    answer = looking.show(BET, "999.00", 5.0, Phase.ENDED)
    assert isinstance(answer, Became)
    assert answer.outcome is Outcome.UNCERTAIN
    assert looking.show(BET, "999.00", 5.0, Phase.ENDED) is None
    assert not looking.watch.over
    for _ in range(5):
        looking.show(BET, "999.00", 6.0, Phase.PLAYING)
        looking.show(BET, "999.00", 6.0, Phase.ENDED)
    assert looking.watch.over


@pytest.mark.parametrize(
    ("phase", "in_place", "button"), [(Phase.OFFLINE, True, BET), (Phase.PLAYING, False, BET), (Phase.PLAYING, True, None)]
)
def test_a_window_that_cannot_be_read_is_a_doubt(
    looking: Looking, phase: Phase, in_place: bool, button: ButtonState | None
) -> None:
    assert looking.show(button, BASE, 2.9, phase, in_place=in_place) is None
    answer = looking.show(button, BASE, 1.0, phase, in_place=in_place)
    assert isinstance(answer, Became)
    assert answer.outcome is Outcome.UNCERTAIN


def test_a_bet_kept_for_the_next_round_is_taken_back_in_flight(looking: Looking) -> None:
    looking.now = DEADLINE
    assert looking.show(CANCEL, BASE, 0.6, Phase.PLAYING) is None, "it may turn orange yet"
    assert isinstance(looking.show(CANCEL, BASE, 0.5, Phase.PLAYING), TakeBack)
    looking.watch.cancelled(looking.now)
    assert looking.show(BET, BASE, 3.0, Phase.PLAYING) is None, "its answer may still be on its way"
    answer = looking.show(BET, BASE, 2.0, Phase.ENDED)
    assert isinstance(answer, Became)
    assert answer.outcome is Outcome.ROLLED_BACK


def test_a_bet_kept_for_the_next_round_and_not_taken_back_is_told_as_placed_then(looking: Looking) -> None:
    looking.watch.hands_off()
    looking.now = DEADLINE
    assert looking.show(CANCEL, BASE, 5.0, Phase.PLAYING) is None
    opened = looking.now
    answer = looking.show(CANCEL, PAID, 1.0)
    assert isinstance(answer, Became)
    assert (answer.outcome, answer.placed_at) == (Outcome.PLACED, pytest.approx(opened + 0.05))
    assert "the round after" in answer.reason


@pytest.mark.parametrize(
    ("balance", "credits_due", "taken"),
    [
        ("1000", (), False),
        ("970", (), True),
        ("1030", (), True),
        ("1044", ("44",), False),
        ("1014", ("44",), True),
        ("1005", ("44",), None),
        ("970", ("60",), True),
        ("1030", ("60",), True),
        ("1060", ("60", "90"), None),
    ],
)
def test_what_the_money_says(balance: str, credits_due: tuple[str, ...], taken: bool | None) -> None:
    due = tuple(map(Decimal, credits_due))
    assert was_taken(Decimal(balance), Decimal(1000), Decimal(30), Decimal(60), due) is taken


def test_a_margin_widens_by_what_came_too_late_and_narrows_when_nothing_is_dared() -> None:
    margin = Margin()
    assert margin.click_s(1.0) == START_S
    assert margin.click_s(0.25) == START_S / 4
    margin.late()
    assert margin.click_s(1.0) > START_S
    margin.turned(1.2)
    assert margin.click_s(1.0) == pytest.approx(1.5)
    margin.typed(0.4)
    assert margin.begin_s(1.0) == pytest.approx(1.9)
    for _ in range(20):
        margin.missed()
    assert margin.begin_s(1.0) == START_S

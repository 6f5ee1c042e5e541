"""A strategy may do what it likes: it harms nothing but itself, and what went wrong is one sentence."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from decimal import Decimal
from typing import Any

import pytest

from aviator.core.bets import Decision, Played, StrategyState
from aviator.decide.executor import StrategyExecutor, StrategyFailed

STATE = StrategyState(None)
GOOD = Decision((Decimal(10),), (Decimal(2),))


class _Does:
    def __init__(self, what: Callable[[], Any]) -> None:
        self.what = what

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        return self.what()  # type: ignore[no-any-return]


@pytest.fixture
def executor() -> Iterator[Callable[..., StrategyExecutor]]:
    with ExitStack() as stack:
        yield lambda what, limit_s=30.0: stack.enter_context(closing(StrategyExecutor(_Does(what), limit_s)))


def _raise(error: BaseException) -> Any:
    raise error


def test_a_decision_comes_back_from_a_thread_of_its_own(executor: Callable[..., StrategyExecutor]) -> None:
    threads = set()
    made = executor(lambda: threads.add(threading.current_thread()) or GOOD)
    assert [made.decide((), STATE) for _ in range(3)] == [GOOD] * 3
    assert len(threads) == 1
    assert threads != {threading.current_thread()}


@pytest.mark.parametrize("error", [ZeroDivisionError("division by zero"), SystemExit(3), KeyboardInterrupt()])
def test_what_it_raises_is_its_failure_alone(executor: Callable[..., StrategyExecutor], error: BaseException) -> None:
    made = executor(lambda: _raise(error))
    with pytest.raises(StrategyFailed, match=rf"in line \d+ of test_executor.py \({type(error).__name__}.*\)\.$"):
        made.decide((), STATE)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (17, "answered int instead of a Decision"),
        (Decision((Decimal(-1),), (Decimal(2),)), "stake is -1, allowed: 0.01 and more"),
        (Decision((Decimal("1.005"),), (Decimal(2),)), "stake is 1.005"),
        (Decision((Decimal("NaN"),), (Decimal(2),)), "no Decimal number"),
        (Decision((2.5,), (Decimal(2),)), "stake is 2.5, which is no Decimal number"),  # type: ignore[arg-type]
        (Decision((Decimal(1),), (Decimal(1),)), "auto cash-out is 1, allowed: 1.01"),
    ],
)
def test_nonsense_is_no_decision(executor: Callable[..., StrategyExecutor], answer: Any, words: str) -> None:
    with pytest.raises(StrategyFailed, match=words):
        executor(lambda: answer).decide((), STATE)


def test_a_loop_without_end_is_broken_off_and_never_asked_again(executor: Callable[..., StrategyExecutor]) -> None:
    threads: list[threading.Thread] = []

    def loop() -> None:
        threads.append(threading.current_thread())
        while True:
            pass

    made = executor(loop, 0.05)
    for _ in range(2):
        with pytest.raises(StrategyFailed, match=r"took longer than 0\.05 s"):
            made.decide((), STATE)
    threads[0].join(30.0)
    assert not threads[0].is_alive()
    assert len(threads) == 1


class _Mute(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


class _OwnDecimal(Decimal):
    pass


def _decision(stakes: Any = (Decimal(10),), autos: Any = (Decimal(2),), index: Any = 0) -> Decision:
    """Also what the constructor of `Decision` does not accept."""
    made = object.__new__(Decision)
    for name, value in (("bet_amounts", stakes), ("auto_stops", autos), ("current_index", index)):
        object.__setattr__(made, name, value)
    return made


_BAD_NUMBERS: tuple[Any, ...] = (
    0, 1, 1.5, True, None, "10", b"10", 1j, [], {}, _OwnDecimal(10), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"),
    Decimal("-Infinity"), Decimal(0), Decimal(-10), Decimal("1.005"), Decimal("1e26"), Decimal("1e999999"),
    Decimal("1e-999999"), Decimal("9" * 40),
)  # fmt: skip
_BAD_ANSWERS = [
    *(_decision(stakes=(n,)) for n in _BAD_NUMBERS),
    *(_decision(autos=(n,)) for n in _BAD_NUMBERS),
    *(_decision(index=i) for i in (0.0, Decimal(0), False, None, "0", -1, 1, 10**100, ())),
    *(_decision(stakes=s) for s in ({Decimal(10)}, {0: Decimal(10)}, None, 10, "1", (), (Decimal(1),) * 2000)),
    *(17, 1.5, "bet", {}, {1}, [], (), object(), Decision, _decision),
]


@pytest.mark.parametrize("answer", _BAD_ANSWERS, ids=range(len(_BAD_ANSWERS)))
def test_every_bad_answer_is_the_failure_of_the_strategy(executor: Callable[..., StrategyExecutor], answer: Any) -> None:
    with pytest.raises(StrategyFailed) as failure:
        executor(lambda: answer).decide((), STATE)
    assert len(str(failure.value)) <= 300


@pytest.mark.parametrize("error", [_Mute(), ValueError("\x1b[2J" + "x" * 10**6)])
def test_the_text_of_an_error_is_short_and_harmless(executor: Callable[..., StrategyExecutor], error: BaseException) -> None:
    with pytest.raises(StrategyFailed) as failure:
        executor(lambda: _raise(error)).decide((), STATE)
    assert len(str(failure.value)) <= 300
    assert str(failure.value).isprintable()

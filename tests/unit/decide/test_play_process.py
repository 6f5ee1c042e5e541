"""A user's strategy in a process of its own: whatever it does, it is ended, said in one sentence, and nothing is left of it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from aviator.core.bets import Decision, Outcome, OwnBet, Played, StrategyState
from aviator.core.errors import UserMistake
from aviator.decide.executor import StrategyFailed
from aviator.decide.strategies.play_process import PlayProcess

GOOD = Decision((Decimal(10),), (Decimal(2),))
ROUNDS = (Played(Decimal(2), 1.0),)
NOW = StrategyState(Decimal(777))
"""Trials on made-up rounds have another balance: what is bad below is so only when it is asked in earnest."""
LIMIT_S = 0.5
WAIT_S = 20.0
TEXT = """\
import ctypes, gc, json, os, re, signal, socket, subprocess, sys, threading, time
from decimal import Decimal
from pathlib import Path
from aviator.core.bets import Decision
FILE = Path(__file__)
GOOD = Decision((Decimal(10),), (Decimal(2),))
class Mine:
    def decide(self, history, state):
        if state.balance != 777:
            return None
        {}
        return GOOD
def strategy(parameters):
    return Mine()
"""
Made = Callable[[str], PlayProcess]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    with ExitStack() as stack:

        def make(body: str) -> PlayProcess:
            path = tmp_path / "mine.py"
            path.write_text(TEXT.replace("{}", body.replace("\n", "\n        ")), encoding="utf-8")
            return stack.enter_context(closing(PlayProcess(str(path), "", {}, LIMIT_S)))

        yield make


def _gone(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        process.wait(WAIT_S)
    except (psutil.NoSuchProcess, psutil.TimeoutExpired):
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def test_it_decides_from_what_it_is_told(made: Made) -> None:
    play = made("return Decision((Decimal(len(history)), history[-1].multiplier), (state.bets[0].stake, Decimal(3)), 1)")
    assert play.kind == "Mine"
    bet = OwnBet("a", Decimal("1.10"), None, Outcome.REFUSED, None, 5.0)
    rounds = [Played(Decimal(n), float(n)) for n in range(2, 150)]
    for n in range(1, 140):
        history = rounds[max(0, n - 100) : n]
        answer = play.decide(history, StrategyState(Decimal(777), (bet,)))
        assert answer == Decision((Decimal(len(history)), Decimal(n + 1)), (Decimal("1.10"), Decimal(3)), 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("while True: pass", "took longer than 0.5 s"),
        (
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass",
            "longer",
        ),
        ("re.match('(a+)+$', 'a' * 64 + 'b')", "took longer"),
        ("pow(10**9, 10**8)", "took longer|MemoryError"),
        ("gc.disable(); ctypes.PyDLL(None).sleep(999)", "took longer"),
        ("os._exit(0)", "process of the strategy ended"),
        ("ctypes.string_at(0)", "process of the strategy ended"),
        ("os.kill(os.getpid(), signal.SIGSTOP)", "took longer"),
        (
            "for fd in range(3, 50):\n    try: os.write(fd, b'x' * 500)\n    except OSError: pass",
            "what is no answer|took longer|ended",
        ),
        ("os.closerange(0, 50)", "ended|took longer"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_what_breaks_its_process_ends_it_for_good(made: Made, body: str, words: str) -> None:
    play = made(body)
    with pytest.raises(StrategyFailed, match=words):
        play.decide(ROUNDS, NOW)
    assert _gone(play.pid)
    with pytest.raises(StrategyFailed, match=words):
        play.decide(ROUNDS, NOW)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit(3)", "line 11 of mine.py .SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return 5", "answered int instead of a Decision"),
        ("return Decision((Decimal('1.001'),), (Decimal(2),))", "stake is 1.001"),
        ("bytearray(2 << 30)", "MemoryError"),
    ],
)
def test_what_fails_inside_is_one_sentence(made: Made, body: str, words: str) -> None:
    play = made(body)
    with pytest.raises(StrategyFailed, match=words):
        play.decide(ROUNDS, NOW)


def test_its_prints_and_reads_disturb_nothing(made: Made) -> None:
    play = made("for _ in range(2000): print('x' * 1000)\nsys.stdin.read()\nsys.stdout.close()\nos.close(1)")
    assert play.decide(ROUNDS, NOW) == GOOD


@pytest.mark.skipif(sys.platform != "linux", reason="marks in /proc")
@pytest.mark.parametrize("leave", ["pass", "os.setsid()", "os.setsid(); os.fork() and os._exit(0)"])
def test_the_processes_that_it_starts_end_with_it(made: Made, tmp_path: Path, leave: str) -> None:
    body = (
        f"if os.fork() == 0:\n    {leave}\n    FILE.with_name('pid').write_text(str(os.getpid()))\n    while True: time.sleep(9)"
    )
    wait = "while not FILE.with_name('pid').exists() or not FILE.with_name('pid').read_text(): pass"
    play = made(f"{body}\n{wait}")
    assert play.decide(ROUNDS, NOW) == GOOD
    pid = int((tmp_path / "pid").read_text())
    assert psutil.pid_exists(pid)
    play.close()
    assert _gone(pid)
    assert _gone(play.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_fork_of_it_answers_nothing(made: Made) -> None:
    play = made("os.fork()\nreturn Decision((Decimal(len(history)),), (Decimal(2),))")
    for n in range(1, 6):
        answer = play.decide(ROUNDS * n, NOW)
        assert answer is not None
        assert answer.stake == n


_FORGED = """\
import json, struct
b = json.dumps({}).encode()
for fd in range(3, 9):
    try: os.write(fd, struct.pack('>I', len(b)) + b)
    except OSError: pass"""


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors")
@pytest.mark.parametrize(
    "answer",
    [
        "{'number': 1, 'answer': [['9'], ['2'], 0]}",
        "{'number': 1, 'answer': [['1e99999999'], ['sNaN'], 0]}",
        "{'number': 1, 'answer': [['9'], ['2'], 0.0]}",
        "{'number': 1, 'answer': {'a': 1}}",
        "{'number': 1}",
        "{'number': 2, 'answer': None}",
        "[]",
        "{chr(0) + 'type': 'Decimal', 'text': 'x'}",
    ],
)
def test_forged_and_late_answers_are_never_taken_for_a_later_question(made: Made, answer: str) -> None:
    play = made(_FORGED.replace("{}", answer))
    with suppress(StrategyFailed):
        first = play.decide(ROUNDS, NOW)
        assert first is not None
        assert first.stake == 9
    with pytest.raises(StrategyFailed):
        play.decide(ROUNDS, NOW)
    assert _gone(play.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_it_holds_nothing_of_its_parent(made: Made, tmp_path: Path) -> None:
    report = (
        "{'modules': [*sys.modules], 'files': [os.readlink(p) for n in os.listdir('/proc/self/fd') "
        "if os.path.lexists(p := f'/proc/self/fd/{n}')]}"
    )
    left, right = os.pipe()
    os.set_inheritable(left, True)  # as a socket would be that somebody made inheritable
    try:
        play = made(f"FILE.with_name('report').write_text(json.dumps({report}))")
        assert play.decide(ROUNDS, NOW) == GOOD
        held = str(Path(f"/proc/self/fd/{left}").readlink())
    finally:
        os.close(left)
        os.close(right)
    text = (tmp_path / "report").read_text()
    assert not [name for name in ("numpy", "cv2", "sqlalchemy", "psutil", "mss") if f'"{name}"' in text]
    assert held not in text
    assert '"socket:[' not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("while True: pass", "cannot be loaded: its import took longer than 0.5 s; large libraries can be imported inside"),
        ("import time; time.sleep(999)", "its import took longer than 0.5 s;"),
        ("import ctypes; ctypes.PyDLL(None).sleep(999)", "its import took longer than 0.5 s;"),
        ("pow(10**9, 10**8)", "its import took longer than 0.5 s;"),
        ("import os; os._exit(0)", "cannot be loaded: the process of the strategy ended."),
        ("import sys; sys.exit(0)", "line 1, cannot be loaded: SystemExit: 0."),
        ("raise KeyboardInterrupt", "line 1, cannot be loaded: KeyboardInterrupt."),
        ("def strategy(p):\n    while True: pass", "longer than 2 s to be built"),
    ],
)
def test_what_hangs_or_ends_at_its_import_is_a_mistake_of_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserMistake) as mistake:
        PlayProcess(str(path), "", {})
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.skipif(sys.platform != "linux", reason="marks in /proc")
@pytest.mark.parametrize("hang", ["while True: pass", "ctypes.PyDLL(None).sleep(999)"])
def test_nothing_is_left_of_an_import_that_hangs(tmp_path: Path, hang: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "import ctypes, os, time\n"
        f"note = open({str(tmp_path / 'pids')!r}, 'a')\n"
        "if child := os.fork():\n"
        "    print(os.getpid(), child, file=note, flush=True)\n"
        f"    {hang}\n"
        "os.setsid()\n"
        "time.sleep(999)\n"
    )
    with pytest.raises(UserMistake, match=r"longer than 0\.5 s"):
        PlayProcess(str(path), "", {})
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    assert all(map(_gone, pids))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("body", ["", "while True: pass", "ctypes.PyDLL(None).sleep(999)"])
def test_it_ends_when_its_parent_is_killed(tmp_path: Path, body: str) -> None:
    if "sleep" in body and sys.platform != "linux":
        pytest.skip("only Linux ends a process in a call that does not return")
    path = tmp_path / "mine.py"
    path.write_text(TEXT.replace("{}", body), encoding="utf-8")
    program = (
        "import sys; from aviator.core.bets import StrategyState; from decimal import Decimal\n"
        "from aviator.decide.strategies.play_process import PlayProcess\n"
        "play = PlayProcess(sys.argv[1], '', {}, 999.0); print(play.pid, flush=True)\n"
        "play.decide((), StrategyState(Decimal(777))); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
    assert _gone(pid)

"""Lifecycle, restart policy and supervisor over random events: no illegal move, and a history that can be believed."""

from collections import deque
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aviator.core.clock import ManualClock
from aviator.core.errors import EXIT_CRASH, EXIT_ENGINE_GONE, EXIT_OK, EXIT_OVER, EXIT_USER_MISTAKE
from aviator.core.events import Command, Fact, LifeChanged, PauseWorker, ResumeWorker, StopWorker, WorkerBeat
from aviator.core.types import BookmakerId
from aviator.run.heart import FIRST_BEAT_S, IDLE_S, PATIENCE_S, STILL_AFTER_S
from aviator.run.launch import Exertion
from aviator.run.lifecycle import LIFECYCLE, Life, Pulse
from aviator.run.processes import SEE
from aviator.run.restart import GiveUp, RestartIn, RestartPolicy, RestartRule
from aviator.run.state import SharedGameState
from aviator.run.supervisor import Job, Supervisor

RULE = RestartRule()
A = BookmakerId("A")
crash_codes = st.sampled_from([EXIT_OK, EXIT_CRASH, -9, -11])
pauses_s = st.floats(min_value=0, max_value=2000)
STEP_S = 0.1


@given(st.lists(st.tuples(crash_codes, pauses_s, st.floats(min_value=0, max_value=1)), max_size=60))
def test_policy(history: list[tuple[int, float, float]]) -> None:
    """Five deaths in ten minutes end it; else the delay doubles from 1 to 60 s, and begins anew after a minute
    of work."""
    policy, at, deaths, streak = RestartPolicy(RULE), 0.0, deque[float](maxlen=5), 0
    for code, pause, share in history:
        at, worked = at + pause, pause * share
        calm = not deaths or worked >= 60 or at - deaths[-1] > 600
        streak = 1 if calm else streak + 1
        deaths.append(at)
        verdict = policy.died(code, at, worked)
        if len(deaths) == 5 and at - deaths[0] <= 600:
            assert isinstance(verdict, GiveUp)
        else:
            assert verdict == RestartIn(min(60.0, 2.0 ** (streak - 1)))


@given(st.lists(pauses_s, max_size=20), st.lists(pauses_s, max_size=20))
def test_what_is_forgotten_makes_no_difference(before: list[float], after: list[float]) -> None:
    old, new, at = RestartPolicy(RULE), RestartPolicy(RULE), 0.0
    for pause in before:
        at += pause
        old.died(EXIT_CRASH, at)
    old.forget()
    for pause in after:
        at += pause
        assert old.died(EXIT_CRASH, at) == new.died(EXIT_CRASH, at)


class _Process:
    """A process as the supervisor sees it; what it does is up to the rules below."""

    pid = 1

    def __init__(self, *_: object) -> None:
        self.exit_code: int | None = None
        self.killed = False
        self.seen = Exertion(1.0, stopped=False, busy=False)

    def exertion(self) -> Exertion | None:
        return self.seen if self.exit_code is None else None

    def kill(self) -> None:
        self.killed = True
        if self.exit_code is None:
            self.exit_code = -9

    def wait(self) -> None: ...
    def close(self) -> None: ...


class _Hub:
    """A switchboard whose pipes end with their processes."""

    def __init__(self) -> None:
        self.turns = 0
        self.told: list[LifeChanged] = []
        self.sent: list[Command] = []
        self.open = False

    def attach(self, _: BookmakerId, connection: Any) -> None:
        connection.close()
        self.open = True

    def attached(self, _: BookmakerId) -> bool:
        return self.open

    def send(self, _: BookmakerId, command: Command) -> bool:
        self.sent.append(command)
        return True

    def tell(self, fact: Fact) -> None:
        assert isinstance(fact, LifeChanged)
        self.told.append(fact)


def test_whatever_is_told_since_a_worker_was_given_its_settings_reaches_it() -> None:
    hub, open_then = _Hub(), list[bool]()
    job = Job(A, SEE, lambda: open_then.append(hub.open))
    Supervisor([job], hub, SharedGameState([A]), ManualClock(), process=_Process).start()  # type: ignore[arg-type]
    assert open_then == [True]


class OneWorker(RuleBasedStateMachine):
    """A supervisor with one worker that beats, dies, hangs and obeys at random; the user pauses, resumes and stops it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.hub = ManualClock(), _Hub()
        self.state = SharedGameState([A])
        self.processes: list[_Process] = []
        self.starts: list[float] = []
        self.beats = self.stopping = False
        self.supervisor = Supervisor(
            [Job(A, replace(SEE, restart=RULE), lambda: None)],
            self.hub,
            self.state,
            self.clock,
            process=self._start,  # type: ignore[arg-type]
        )

    def _start(self, *_: object) -> _Process:
        self.processes.append(_Process())
        self.starts.append(self.clock.now())
        self.beats = True
        return self.processes[-1]

    @property
    def life(self) -> Life:
        return self.state.of(A).life

    @property
    def lives(self) -> bool:
        return bool(self.processes) and self.processes[-1].exit_code is None and self.life is not Life.FAULTED

    def _step(self) -> None:
        self.hub.turns += 1
        if self.lives and self.beats:
            self.state.apply(WorkerBeat(A, self.clock.now(), 1, *[0] * 10))
        if not self.lives:
            self.hub.open = False
        self.supervisor.step()

    @initialize()
    def start(self) -> None:
        self.supervisor.start()

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 15.0, 70.0, 700.0]))
    def time_goes_by(self, seconds: float) -> None:
        until = self.clock.now() + seconds
        step = max(STEP_S, min(0.5, seconds / 40))
        while self.clock.now() < until:
            self.clock.sleep(step)
            self._step()

    @rule()
    def the_machine_sleeps(self) -> None:
        alive, starts = self.lives, len(self.starts)
        self.clock.sleep(3600)
        self.supervisor.step()  # before any beat could be heard
        if alive and self.life is not Life.STOPPING:
            assert self.lives, "killed for the engine's own absence"
            assert len(self.starts) == starts

    @rule(code=st.sampled_from([EXIT_OK, EXIT_CRASH, -9, EXIT_USER_MISTAKE, EXIT_ENGINE_GONE, EXIT_OVER]))
    @precondition(lambda self: self.lives)
    def dies(self, code: int) -> None:
        self.processes[-1].exit_code = code
        self._step()

    @rule(stopped=st.booleans())
    @precondition(lambda self: self.lives and self.beats and self.life in {Life.RUNNING, Life.PAUSED})
    def hangs(self, stopped: bool) -> None:
        self._step()
        hung, self.beats, began = self.processes[-1], False, self.clock.now()
        hung.seen = Exertion(1.0, stopped=stopped, busy=False)
        allowed = STILL_AFTER_S + (0 if stopped else IDLE_S) + 3 * STEP_S
        while not hung.killed and self.clock.now() - began <= allowed:
            self.clock.sleep(STEP_S)
            self._step()
        assert hung.killed
        assert self.clock.now() - began >= STILL_AFTER_S

    @rule()
    @precondition(lambda self: self.lives)
    def is_slow_for_a_while(self) -> None:
        """Silent, but at work, and not for ever: nobody dies of that."""
        slow, self.beats, began = self.processes[-1], False, self.clock.now()
        slow.seen = Exertion(1.0, stopped=False, busy=True)
        patience = PATIENCE_S - 2 if self.state.of(A).beat_at is not None else FIRST_BEAT_S / 2
        while self.clock.now() - began < patience - 1:
            self.clock.sleep(STEP_S)
            self._step()
        assert not slow.killed or self.hub.sent[-1:] == [StopWorker()], "killed, though it was not told to leave"
        self.beats = True
        self._step()

    @rule(paused=st.booleans(), start=st.booleans())
    @precondition(lambda self: not self.stopping)
    def the_user_wishes(self, paused: bool, start: bool) -> None:
        self.supervisor.heed(frozenset({A} if paused else ()), frozenset({A} if start else ()))
        if start:
            assert self.life is not Life.FAULTED
        for _ in range(6):  # a worker that is just being started is launched, heard, and told in steps of their own
            self._step()
        if self.lives and self.life in {Life.RUNNING, Life.PAUSED}:
            assert (self.life is Life.PAUSED) is paused

    @rule(obeys=st.booleans())
    @precondition(lambda self: self.lives)
    def is_renewed(self, obeys: bool) -> None:
        self.supervisor.renew(A, "too big")
        if self.life is Life.STOPPING and obeys:
            self.processes[-1].exit_code = EXIT_OK
            self._step()

    @rule()
    def the_engine_stops(self) -> None:
        self.stopping = True
        self.supervisor.ask_to_stop()
        starts = len(self.starts)
        for _ in range(3):
            self._step()
        self.supervisor.kill()
        self._step()
        assert not self.supervisor.running()
        assert not self.supervisor.any_left()
        assert len(self.starts) == starts, "nobody is started by a stop"

    @invariant()
    def what_was_told_is_one_history_along_the_table(self) -> None:
        told = self.hub.told
        moves = {(str(before), str(after)) for (before, _), after in LIFECYCLE.items()}
        for earlier, later in pairwise(told):
            assert later.from_state == earlier.to_state
            assert (later.from_state, later.to_state) in moves
            assert later.at >= earlier.at
        if told:
            assert told[-1].to_state == self.life

    @invariant()
    def one_process_at_a_time(self) -> None:
        assert all(process.exit_code is not None for process in self.processes[:-1])

    @invariant()
    def pulse_and_life_agree(self) -> None:
        if self.life in {Life.RESTARTING, Life.FAULTED, Life.STOPPED}:
            assert self.state.of(A).pulse is Pulse.NONE

    @invariant()
    def pauses_and_their_ends_take_turns(self) -> None:
        told = [c for c in self.hub.sent if isinstance(c, PauseWorker | ResumeWorker)]
        lives = [fact.to_state for fact in self.hub.told]
        assert sum(isinstance(c, PauseWorker) for c in told) == lives.count(Life.PAUSED)

    def teardown(self) -> None:
        self.supervisor.ask_to_stop()
        self.supervisor.kill()


OneWorker.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestOneWorker = OneWorker.TestCase

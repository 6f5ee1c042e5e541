"""Two times that go their own ways: steps of the wall clock, suspensions, and the shift of a simulation."""

from pathlib import Path

import pytest

from aviator.core.clock import Deadline, JumpDetector, ManualClock, ShiftedClock, SteadyClock, SystemClock, steady

START = 1_700_000_000.0


def test_a_manual_clock_steps_and_suspends() -> None:
    clock = ManualClock(START)
    clock.sleep(1)
    clock.step(-3600)
    assert (clock.now(), clock.monotonic(), clock.elapsed()) == (START - 3599, START + 1, START + 1)
    clock.suspend(60)
    assert (clock.now(), clock.monotonic(), clock.elapsed()) == (START - 3539, START + 1, START + 61)


def test_steady_time_ignores_steps_and_counts_suspensions() -> None:
    machine = ManualClock(START)
    clock = steady(machine)
    assert steady(clock) is clock
    machine.step(86_400)
    assert (clock.now(), clock.wall_ahead_s, clock.wall_now()) == (START, 86_400, START + 86_400)
    machine.sleep(5)
    machine.suspend(60)
    assert (clock.now(), clock.monotonic()) == (START + 65, START + 5)


def test_processes_with_one_epoch_have_one_time() -> None:
    machine = ManualClock(START)
    engine = steady(machine)
    machine.step(-3600)
    assert SteadyClock(machine, engine.epoch).now() == engine.now()


def test_the_machines_elapsed_time_goes_on() -> None:
    clock = SystemClock()
    before = clock.elapsed()
    assert clock.elapsed() >= before
    assert SteadyClock(clock).now() == pytest.approx(clock.now(), abs=1.0)


@pytest.mark.parametrize("step_s", [3600.0, -3600.0])
def test_a_deadline_is_never_later_than_either_clock_says(step_s: float) -> None:
    clock = ManualClock(START)
    deadline = Deadline(clock, START + 5)
    clock.step(step_s)
    clock.sleep(4)
    assert deadline.left_s() <= 1
    clock.step(-step_s)
    clock.sleep(1)
    assert deadline.left_s() <= 0


def test_a_deadline_is_over_after_a_suspension_and_at_most_so_far_away() -> None:
    clock = ManualClock(START)
    deadline = Deadline(clock, START + 5)
    clock.suspend(10)
    assert deadline.left_s() <= 0
    assert Deadline(clock, START + 3600, 5.0).left_s() == 5.0


def test_jumps_are_told_once() -> None:
    clock = ManualClock(START)
    jumps = JumpDetector(clock)
    clock.sleep(100)
    clock.step(0.5)
    assert jumps.jumped_s() == 0
    clock.suspend(60)
    assert jumps.jumped_s() == pytest.approx(60)
    assert jumps.jumped_s() == 0


def test_a_simulation_shifts_the_clock_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShiftedClock, "EVERY_S", 0.0)
    file = tmp_path / "clock"
    clock, machine = ShiftedClock(file), SystemClock()
    assert clock.now() == pytest.approx(machine.now(), abs=1)
    file.write_text("3600 0")
    assert clock.now() - machine.now() == pytest.approx(3600, abs=1)
    before = clock.monotonic()
    file.write_text("0 30")
    assert clock.monotonic() == pytest.approx(before, abs=1), "it never runs backwards"
    assert clock.now() == pytest.approx(machine.now(), abs=1)
    file.write_text("nonsense")
    assert clock.now() == pytest.approx(machine.now(), abs=1)

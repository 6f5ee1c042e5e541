"""SIGKILL at each boundary of a click: a real process with a simulated window that outlives it, and a real journal file."""

import copyreg
import json
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from tests.unit.act.panel import Site
from tests.unit.act.play import Play

from aviator.act.journal import Kind, told_bets
from aviator.core.bets import ButtonState, Outcome
from aviator.core.clock import ManualClock

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL"),
]

copyreg.pickle(ManualClock, lambda clock: (ManualClock, (clock.now(),)))  # its lock cannot be copied
CONTEXT = multiprocessing.get_context("spawn")
CALM_S = 60.0


class Life(Play):
    """A program at a window that was there before it."""

    def __post_init__(self) -> None:
        world = self.folder / "world"
        super().__post_init__()
        if world.exists():
            self.journal.close()
            self.sites, self.clock, self.desk = pickle.loads(world.read_bytes())
            self.own_clock = self.clock
            self.start()

    def keep(self) -> None:
        """What does not end with the process: the window, the time, and what was told."""
        self.desk.on_click = print
        self.desk.on_press = print
        (self.folder / "world").write_bytes(pickle.dumps((self.sites, self.clock, self.desk)))
        with (self.folder / "told").open("a") as file:
            file.writelines(json.dumps([bet.request_id, bet.outcome]) + "\n" for _, bet in self.told)

    def kill_here(self) -> None:
        self.keep()
        os.kill(os.getpid(), signal.SIGKILL)


def arm(play: Life, place: str) -> None:
    """Kill this process at that place."""
    write, moment, kind = play.journal.write, place.partition(" ")[0], Kind(place.rpartition(" ")[2])

    def killing(what: Kind, request_id: str, entry: object = None, **more: object) -> None:
        if what is not kind:
            return write(what, request_id, entry, **more)  # type: ignore[arg-type]
        if moment == "half":
            size, note = (play.folder / "bets.jsonl").stat().st_size, play.folder / "bets.size"
            noted = note.read_bytes()  # only after a whole line it is another
            write(what, request_id, entry, **more)  # type: ignore[arg-type]
            os.truncate(play.folder / "bets.jsonl", size + 40)
            note.write_bytes(noted)
        elif moment == "after":
            write(what, request_id, entry, **more)  # type: ignore[arg-type]
        return play.kill_here()

    play.journal.write = killing  # type: ignore[method-assign, assignment]


def live(folder: str, place: str, wish: bool) -> None:
    """One life: until it is killed at `place`, or for a calm time."""
    play = Life(Path(folder), [Site(Random(1))])
    if place == "after the input":
        play.desk.on_click = lambda: play.kill_here() if play.sites[0].clicks else None
    elif place:
        arm(play, place)
    if wish:
        play.order()
    play.run(CALM_S)
    play.close()
    play.keep()


def run(folder: Path, place: str, *, wish: bool = False) -> int | None:
    """The exit code of a life in a process of its own."""
    process = CONTEXT.Process(target=live, args=(str(folder), place, wish))
    process.start()
    process.join(30)
    assert not process.is_alive()
    return process.exitcode


def window(folder: Path) -> Site:
    site: Site = pickle.loads((folder / "world").read_bytes())[0][0]
    return site


def damage_the_beginning(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"kind":"begin"', b'"kind":"bezin"', 1))


def nothing(_: Path) -> None: ...


@pytest.mark.parametrize("between", [nothing, damage_the_beginning])
@pytest.mark.parametrize(
    ("place", "outcome"),
    [
        ("before the line click", Outcome.ROLLED_BACK),
        ("half of the line click", Outcome.ROLLED_BACK),
        ("after the line click", Outcome.ROLLED_BACK),
        ("after the input", Outcome.PLACED),
        ("before the line outcome", Outcome.PLACED),
        ("after the line outcome", Outcome.PLACED),
    ],
)
def test_a_process_that_is_killed_at_a_click(
    tmp_path: Path, place: str, outcome: Outcome, between: Callable[[Path], None]
) -> None:
    journal = tmp_path / "bets.jsonl"
    assert run(tmp_path, place, wish=True) == -signal.SIGKILL
    clicked = bool(window(tmp_path).clicks)
    assert clicked is (outcome is Outcome.PLACED)
    between(journal)
    live(str(tmp_path), "", wish=False)
    site = window(tmp_path)
    green = [button for _, _, button in site.clicks if button is ButtonState.BET]
    assert (len(green), len(site.taken)) == (int(clicked), int(clicked))
    told = {Outcome(end) for _, end in map(json.loads, (tmp_path / "told").read_text().splitlines()) if end}
    told |= {bet.outcome for bet in told_bets(journal) if bet.outcome is not None}
    assert told <= {outcome, Outcome.UNCERTAIN}
    if between is nothing or clicked:
        assert [bet.outcome for bet in told_bets(journal)] == [outcome]
    live(str(tmp_path), "", wish=False)
    assert len(window(tmp_path).clicks) == len(site.clicks), "a third life has nothing to do"


def test_a_process_that_is_killed_again_while_it_recovers(tmp_path: Path) -> None:
    assert run(tmp_path, "after the input", wish=True) == -signal.SIGKILL
    for place in ("before the line outcome", "half of the line outcome"):
        assert run(tmp_path, place) == -signal.SIGKILL
    live(str(tmp_path), "", wish=False)
    assert [bet.outcome for bet in told_bets(tmp_path / "bets.jsonl")] == [Outcome.PLACED]
    assert len(window(tmp_path).taken) == 1

"""A real window, filmed while it is also read live: what the film gives is what happened, and what was read live."""

import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.known import PROFILES
from tests.replay.filming import film, playing, to_folder, to_video

from aviator.cli.app import app, guarded
from aviator.cli.demo import demo_settings
from aviator.core.errors import EXIT_OK
from aviator.core.types import BookmakerId
from aviator.record.queries import PastRound, last_rounds
from aviator.record.store import open_reader
from aviator.record.verify import verify
from aviator.run.engine import Engine
from aviator.run.signals import StopSwitch
from aviator.see.ink import Image

pytestmark = pytest.mark.e2e

NAME = "BalkanBet"
SPEED, FPS = 4, 20
ROUNDS = 5


def recorded(folder: Path) -> list[PastRound]:
    """Oldest first."""
    with closing(open_reader(f"sqlite:///{folder}/aviator.db")) as store:
        return last_rounds(store, BookmakerId(NAME), 1000)[::-1]


def filmed_live(folder: Path) -> tuple[float, list[Image]]:
    """The film of `ROUNDS` rounds and when it began; the same rounds are recorded live in FOLDER."""
    switch, films = StopSwitch(), []
    with playing(folder, NAME, SPEED) as running:

        def take() -> None:
            try:
                films.append(film(running, folder, FPS, ROUNDS))
            finally:
                switch.press()

        camera = threading.Thread(target=take)
        camera.start()
        Engine(demo_settings(running, folder, PROFILES)).run(switch=switch)
        camera.join()
    return films[0]


@pytest.mark.timeout(300)
def test_a_film_gives_the_rounds_that_were_read_live(data_dir: Path) -> None:
    start_at, frames = filmed_live(data_dir)
    live = recorded(data_dir)
    ledger = data_dir / "sim" / "ledger.jsonl"
    for source in (to_folder(frames, data_dir / "frames"), to_video(frames, data_dir / "film.avi", FPS)):
        record = data_dir / f"record of {source.name}"
        profile = PROFILES / f"{NAME.lower()}.toml"
        options = ["--profile", profile, "--name", NAME, "--growth-s", 12 / SPEED, "--fps", FPS, "--data-dir", record]
        arguments = ["replay", source, *options, "--start", _utc(start_at)]
        assert guarded(lambda a=arguments: app([str(x) for x in a], standalone_mode=False)) == EXIT_OK
        total = verify(ledger, f"sqlite:///{record}/aviator.db").total
        assert (total.missing, total.wrong, total.extra) == (0, 0, 0), total
        assert total.happened >= ROUNDS - 2
        replayed = recorded(record)
        # The engine began a little later than the camera, and ended a little later.
        common = [r for r in replayed if live[0].ended_at - 0.5 <= r.ended_at <= live[-1].ended_at + 0.5]
        both = [r for r in live if replayed[0].ended_at - 0.5 <= r.ended_at <= replayed[-1].ended_at + 0.5]
        assert both
        assert [r.multiplier for r in common] == [r.multiplier for r in both]
        assert len(common) >= ROUNDS - 2


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f%z")

"""`aviator replay` as a whole: painted recordings go through a real worker and engine into a database."""

import json
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from math import log
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.known import PROFILES
from tests.unit.see.game import GROWTH_S, Game
from tests.unit.see.painting import profile

from aviator.cli.app import app, guarded
from aviator.core.clock import ManualClock
from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE
from aviator.core.types import BookmakerId, Source
from aviator.record.queries import PastRound, last_rounds
from aviator.record.store import open_reader

pytestmark = pytest.mark.process

FPS = 20
START = 1_700_000_000
ROUNDS = ["1.35", "1.00", "2.10", "1.18"]
ADMIRAL = ("--profile", str(PROFILES / "admiral.toml"), "--name", "Admiral", "--growth-s", str(GROWTH_S))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures of `Game` from its beginning to the darkness after the last round."""
    folder = tmp_path_factory.mktemp("film")
    clock, over = ManualClock(START), []
    game = Game(clock, ROUNDS, lambda: over.append(True))
    size, place = profile("admiral").window, profile("admiral").extent()
    game.window.rect = game.window.rect.moved(-100, -50)
    picture = np.zeros((size[1], size[0], 4), np.uint8)
    number = 0
    while not over:
        picture[place.y : place.bottom, place.x : place.right] = game.grab(game.window.rect).pixels
        cv2.imwrite(str(folder / f"{number}.png"), picture[:, :, :3], [cv2.IMWRITE_PNG_COMPRESSION, 1])
        number += 1
        clock.sleep(1 / FPS)
    return folder


def replay(*arguments: str | Path) -> int:
    return guarded(lambda: app(["replay", *map(str, arguments)], standalone_mode=False, prog_name="aviator"))


def recorded(data_dir: Path, name: str = "Admiral") -> list[PastRound]:
    """Oldest first."""
    with closing(open_reader(f"sqlite:///{data_dir}/aviator.db")) as store:
        return last_rounds(store, BookmakerId(name), 100)[::-1]


def test_the_rounds_of_a_recording(film: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "trace.jsonl"
    began = ("--fps", FPS, "--start", "2023-11-14T22:13:20+0000")
    assert replay(film, *ADMIRAL, *began, "--data-dir", data_dir, "--trace", trace) == EXIT_OK
    rounds = recorded(data_dir)
    assert [str(r.multiplier) for r in rounds] == ROUNDS
    assert {r.source for r in rounds} == {Source.LIVE}
    end = START
    for past in rounds:
        flight = GROWTH_S * log(past.multiplier)
        assert past.ended_at == pytest.approx(end + 1.3 + flight, abs=2 / FPS), "in the recording's own time"
        end += flight + 2.6
    said = capsys.readouterr()
    assert "4 rounds of Admiral recorded." in said.out
    assert "1.35 1.00 2.10 1.18" in said.out
    assert said.err == ""
    log_text = (data_dir / "logs" / "engine.log").read_text()
    assert "every recording is over" in log_text
    assert "WARNING" not in log_text
    assert "ERROR" not in log_text

    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert [line["frame"] for line in lines] == list(range(len(list(film.iterdir())))), "each frame once"
    assert [line["at"] for line in lines] == [pytest.approx(START + i / FPS) for i in range(len(lines))]
    assert {line["score"] for line in lines if line["phase"] == "ENDED"} == {None, *ROUNDS}
    in_flight = [Decimal(line["score"]) for line in lines if line["phase"] == "PLAYING" and line["score"]]
    assert len(in_flight) > FPS
    assert max(in_flight) == Decimal("2.10")
    assert lines[-1]["history"][:4] == ROUNDS[::-1]

    again = replay(film, *ADMIRAL, *began, "--data-dir", data_dir)
    assert again == EXIT_USER_MISTAKE, "no round twice"
    assert "holds rounds of Admiral from the time of" in capsys.readouterr().err
    assert recorded(data_dir) == rounds


def test_at_a_lower_rate_it_finds_the_same(film: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(film, *ADMIRAL, "--fps", FPS, "--hz", 10, "--data-dir", data_dir) == EXIT_OK
    assert [str(r.multiplier) for r in recorded(data_dir)] == ROUNDS
    count = len(list(film.iterdir()))
    assert f"{(count + 1) // 2} looks" in capsys.readouterr().out


def test_what_was_seen_before_a_recording_breaks_off_counts(
    film: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken right after an end, when the worker still waits for more frames of it: its round is recorded nevertheless."""
    broken = tmp_path / "broken"
    broken.mkdir()
    last = int(FPS * (2.6 + GROWTH_S * log(1.35) + 2.6 + 1.3 + GROWTH_S * log(2.10) + 0.15)) + 1
    for number in range(last):
        (broken / f"{number}.png").symlink_to(film / f"{number}.png")
    (broken / f"{last}.png").write_bytes(b"torn")
    assert replay(broken, *ADMIRAL, "--fps", FPS, "--data-dir", data_dir) == EXIT_USER_MISTAKE
    assert [str(r.multiplier) for r in recorded(data_dir)] == ROUNDS[:3]
    said = capsys.readouterr()
    assert said.err == f"{broken / f'{last}.png'} cannot be read as a picture: PNG, JPEG, WebP, BMP, GIF and TIFF can.\n"
    assert "3 rounds of Admiral recorded." in said.out


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x18ftypmp42 and no more", b"RIFF\x10\0\0\0AVI LIST"])
def test_a_broken_video_is_one_sentence_and_leaves_nothing(content: bytes, tmp_path: Path) -> None:
    """In a process of its own: libraries write to its standard error directly."""
    (tmp_path / "film.mp4").write_bytes(content)
    command = [sys.executable, "-m", "aviator", "replay", "film.mp4", "--profile", str(PROFILES / "admiral.toml")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_USER_MISTAKE, "", "film.mp4 cannot be read as a video.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]

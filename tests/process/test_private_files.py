"""Every file and folder that a command creates is for its user only, whatever the user's umask is."""

import os
import pty
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import cv2
import pytest
from tests.process.test_replay import ADMIRAL, FPS, film
from tests.unit.calibrate.windows import Site, rounds

from aviator.core.errors import EXIT_OK

__all__ = ["film"]

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")]

USUAL_UMASK = 0o022


def open_to_others(*folders: Path) -> Iterator[str]:
    for folder in folders:
        for path in folder.rglob("*"):
            mode = path.lstat().st_mode
            if mode & 0o077 and not stat.S_ISLNK(mode):
                yield f"{path}: {stat.S_IMODE(mode):o}"


def run(folder: Path, *arguments: object, typed: str | None = None) -> str:
    """What a command says that must succeed. `typed`: by a person at a terminal."""
    command = [sys.executable, "-m", "aviator", *map(str, arguments)]
    screen, terminal = pty.openpty() if typed is not None else (-1, None)
    try:
        if typed is not None:
            os.write(screen, f"{typed}\n".encode())
        done = subprocess.run(command, cwd=folder, stdin=terminal, capture_output=True, text=True, check=False, umask=USUAL_UMASK)
    finally:
        for descriptor in (screen, terminal):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)
    assert done.returncode == EXIT_OK, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, of which the profiles' and the state's are parts."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("AVIATOR_PROFILES", str(folder / "profiles"))
    monkeypatch.setenv("AVIATOR_STATE", str(folder / "state"))
    return folder


def test_settings_consent_and_a_kill(home: Path) -> None:
    run(home, "init")
    run(home, "accept", typed="I CONFIRM")
    run(home, "config")
    run(home, "kill")
    (home / "data").mkdir(mode=0o700)
    run(home, "kill", "--data-dir", "data")
    made = {path.name for path in home.rglob("*")}
    assert {"aviator.toml", "state", "kill", "control"} <= made
    assert not list(open_to_others(home))
    run(home, "kill", "--off", "--data-dir", "data")
    assert not list(open_to_others(home))


def test_an_engine_and_what_is_taken_from_its_record(film: Path, home: Path) -> None:
    run(home, "replay", film, *ADMIRAL, "--fps", FPS, "--data-dir", "data", "--trace", "trace.jsonl")
    run(home, "export", "rounds", "--data-dir", "data", "-o", "rounds.csv")
    made = {str(path.relative_to(home)) for path in home.rglob("*")}
    assert {"data/aviator.db", "data/logs/engine.log", "trace.jsonl", "rounds.csv"} <= made
    assert not list(open_to_others(home))


def test_a_profile_and_a_marked_picture(home: Path) -> None:
    site, screens = Site("meridian"), home / "screens"
    screens.mkdir(mode=0o700)
    paths = []
    for i, moment in enumerate(m for m in rounds(Random(8), 3, 1) if m.phase != "waiting"):
        paths.append(screens / f"{i}.png")
        cv2.imwrite(str(paths[-1]), site.picture(moment)[:, :, :3])
        paths[-1].chmod(0o600)
    run(home, "calibrate", "My Site", *(part for path in paths for part in ("--image", path)))
    run(home, "read", paths[0], "--picture", "marked.png")
    assert {path.name for path in (home / "profiles").iterdir()} == {"my site.toml", "my site.png", "my site-found.png"}
    assert not list(open_to_others(home))

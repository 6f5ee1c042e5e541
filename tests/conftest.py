"""What every test gets: nothing it starts may outlive it, and a display or a data folder for those that ask."""

import multiprocessing.util
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

# How long an example takes says nothing on a machine that has other work as well.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

# A run that was started in the background ignores Ctrl-C, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The fork server outlives single tests on purpose, and so does the folder of its socket: it must not lie in a test's own.
multiprocessing.util.get_temp_dir()

_PATIENCE_S = 5.0
_OUTLIVE_TESTS = ("multiprocessing.forkserver", "multiprocessing.resource_tracker", "multiprocessing.spawn")


def _children() -> set[psutil.Process]:
    found = set()
    for child in psutil.Process().children(recursive=True):
        try:
            if child.status() != psutil.STATUS_ZOMBIE and not any(name in " ".join(child.cmdline()) for name in _OUTLIVE_TESTS):
                found.add(child)
        except psutil.NoSuchProcess:
            continue
    return found


def _told(path: Path) -> str:
    """A file's name; of a command that crashed also what it wrote down."""
    return f"file {path}" + (f":\n{path.read_text(encoding='utf-8')}" if path.suffix == ".log" else "")


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that leaves a thread, a child process or a temporary file behind fails."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    state = tmp_path_factory.mktemp("state")  # never the user's own
    (state / "apart").touch()  # nor are the user's engines stopped, or stop these
    monkeypatch.setenv("AVIATOR_STATE", str(state))
    monkeypatch.setenv("AVIATOR_CONFIG", str(temporary / "no-settings.toml"))
    threads, children = set(threading.enumerate()), _children()
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(_PATIENCE_S)
    left = [f"thread {thread.name}" for thread in set(threading.enumerate()) - threads]
    _, alive = psutil.wait_procs(_children() - children, timeout=_PATIENCE_S)
    left += [f"process {child.pid} ({child.name()})" for child in alive]
    # A killed process cannot remove the folder of its fork server's socket.
    left += [_told(path) for path in temporary.iterdir() if not path.name.startswith("pymp-")]
    for child in alive:
        child.kill()
    assert not left, f"left behind: {', '.join(left)}"


@pytest.fixture
def display() -> Iterator[str]:
    """A hidden display, named by DISPLAY while the test runs."""
    from aviator.sim.display import hidden_display

    with hidden_display((1920, 1080)) as name:
        assert os.environ["DISPLAY"] == name
        yield name


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty folder for a database, logs and evidence."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder

"""Commands are printed as the user can paste them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text

from aviator.cli.console import Console
from aviator.cli.demo import next_commands
from aviator.cli.invocation import program, quoted, user_path, with_program
from aviator.core.bets import Mode
from aviator.record.store import open_store

PROGRAM = Path(sys.executable).with_name("aviator.exe" if os.name == "nt" else "aviator")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The program of an environment that is not on the path, in a folder below the user's."""
    path = tmp_path / ".venv" / "bin" / "aviator"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("AVIATOR_CALLED_FROM", raising=False)
    monkeypatch.setattr(sys, "argv", [".venv/bin/aviator", "demo"])
    return path


def test_a_program_that_is_not_on_the_path_is_called_by_its_own(started: Path) -> None:
    assert program() == ".venv/bin/aviator"
    assert with_program("try `aviator run`; aviator is `aviator`") == "try `.venv/bin/aviator run`; aviator is `aviator`"


def test_a_program_on_the_path_is_called_by_its_name(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(started.parent))
    monkeypatch.setattr(sys, "argv", [str(started), "demo"])
    assert program() == "aviator"


def test_another_program_on_the_path_is_not_taken_for_this_one(
    started: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "aviator"
    other.parent.mkdir()
    other.symlink_to(started)
    monkeypatch.setenv("PATH", str(other.parent))
    assert program() == ".venv/bin/aviator"


def test_from_another_folder_the_shorter_path_is_shown(started: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `./dev demo` does, which changes the folder."""
    away = tmp_path / "a b"
    away.mkdir()
    monkeypatch.setenv("AVIATOR_CALLED_FROM", str(away))
    assert program() == "../.venv/bin/aviator"
    assert user_path(Path("data x")) == "'../data x'"
    monkeypatch.delenv("AVIATOR_CALLED_FROM")
    assert user_path(Path("data x")) == "'data x'"


def test_a_module_is_called_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import aviator

    monkeypatch.setattr(sys, "argv", [str(Path(aviator.__file__).with_name("__main__.py"))])
    monkeypatch.setenv("PATH", "/nowhere")
    assert program().endswith(" -m aviator")
    said = subprocess.run(f"{program()} --version", shell=True, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("aviator ")


def test_another_program_that_calls_this_one_says_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pytest"])
    assert program() == "aviator"


@pytest.mark.usefixtures("started")
def test_the_console_shows_commands_as_called(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(width=200)
    console.print("plain: `aviator run`")
    console.print(Text.assemble(("styled", "bold"), ": `aviator run` and ", ("`aviator doctor`", "red")))
    assert capsys.readouterr().out.splitlines() == [
        "plain: `.venv/bin/aviator run`",
        "styled: `.venv/bin/aviator run` and `.venv/bin/aviator doctor`",
    ]


@pytest.mark.skipif(not PROGRAM.exists(), reason="the program is not installed here")
@pytest.mark.timeout(120)
def test_the_commands_that_a_demo_ends_with_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my data" / "demo"
    folder.mkdir(parents=True)
    open_store(f"sqlite:///{folder}/aviator.db").close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "argv", [str(PROGRAM)])
    commands = [command for command, _ in next_commands(Path("my data/demo"), tmp_path / "profiles", Mode.PAPER)]
    assert [command.split(" --")[0].removeprefix(program()).split()[0] for command in commands] == [
        "stats", "bets", "rounds", "export", "demo",
    ]  # fmt: skip
    for command in commands:
        whole = f"{command} --help" if " demo " in command else command
        done = subprocess.run(whole, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)
    assert (tmp_path / "rounds.csv").exists()
    assert quoted(folder) not in program()

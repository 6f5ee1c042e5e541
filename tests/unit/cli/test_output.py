"""What commands write: foreign text as it is, in every encoding, without passwords and without control of the terminal."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.table import Table

from aviator.cli.app import guarded
from aviator.cli.console import Console
from aviator.cli.output import echo
from aviator.core.safe_text import bounded, printable, redacted, shown
from aviator.run.logs import failures


@pytest.fixture(autouse=True)
def no_data_folder_yet() -> Iterator[None]:
    """Tracebacks go to the user's own state folder, whatever an earlier test ran."""
    before = failures.set(None)
    yield
    failures.reset(before)


HOSTILE = "[red]A[/wrong] :bomb: \x1b]0;title\x07\x1b[2J\x9b31m\u202eB"
SEEN = "[red]A[/wrong] :bomb: ]0;title[2J31mB"


def test_names_with_markup_and_escapes_are_shown_as_they_are() -> None:
    page = io.StringIO()
    table = Table("name")
    table.add_row(HOSTILE)
    console = Console(file=page, width=100)
    console.print(HOSTILE, soft_wrap=True)
    console.print(table)
    assert page.getvalue().count(SEEN) == 2
    assert not set(page.getvalue()) & set("\x1b\x07\x9b\u202e")


def test_a_sentence_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    echo(HOSTILE)
    assert capsys.readouterr().out == f"{SEEN}\n"


def test_only_one_module_writes_to_the_terminal() -> None:
    folder = Path(__file__).parents[3] / "src" / "aviator" / "cli"
    for path in folder.glob("*.py"):
        if path.name not in {"output.py", "console.py", "kill.py"}:  # kill imports nothing that is not needed
            text = path.read_text(encoding="utf-8")
            found = re.search(r"typer\.echo|rich\.console import Console|(?<![.\w])print\(|\[(dim|bold|/)\]", text)
            assert not found, f"{path.name} uses {found}"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437", "utf-8"])
@pytest.mark.parametrize("command", [["doctor"], ["--help"], ["strategies"]])
def test_no_encoding_of_the_output_is_an_error(encoding: str, command: list[str], tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "COLUMNS": "100"}
    ran = subprocess.run(
        [sys.executable, "-m", "aviator", *command], cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False
    )
    said = ran.stderr.decode(encoding)
    assert "unexpected" not in said
    assert ran.stdout.decode(encoding).strip()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3cret@host/name",
        "postgresql//user:s3cret@host/name",
        "postgresql://user:s3c/r@et#s3cret@host:bad/name",
        "postgresql:/user:s3cret@host",
        "postgresql://host/name?password=s3cret&x=1",
        "host=a password='s3cret' user=b",
    ],
)
def test_a_password_is_never_shown(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError(f"cannot use {url!r}")

    assert "s3cret" not in redacted(f"{url!r} is wrong")
    guarded(fail)
    log = Path(os.environ["AVIATOR_STATE"]) / "errors.log"
    assert "s3cret" not in log.read_text() + capsys.readouterr().err


def test_the_error_log_follows_no_link_and_is_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    log = Path(os.environ["AVIATOR_STATE"]) / "errors.log"
    guarded(fail)
    assert log.stat().st_mode & 0o777 == 0o600
    victim = tmp_path / "victim"
    victim.write_text("mine")
    log.unlink()
    log.symlink_to(victim)
    guarded(fail)
    assert victim.read_text() == "mine"
    assert "could not even be written" in capsys.readouterr().err


@pytest.mark.parametrize("value", [[16**5000], [[[[1]]]], "x" * 10_000], ids=["int", "deep", "long"])
def test_every_value_has_a_short_form(value: object) -> None:
    assert len(shown(value)) <= 80


def test_long_text_is_bounded() -> None:
    assert len(bounded("a\n" * 1_000_000)) <= 400
    assert printable("\ud800") == "?"

"""Database URLs that cannot be used: one sentence, and no password in it, wherever it is told."""

import json
import logging
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.unit.cli.test_commands import called

from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE, UserMistake
from aviator.core.logs import LONGEST_MESSAGE, LONGEST_TRACEBACK, JsonLines
from aviator.core.safe_text import redacted_url
from aviator.record.store import open_reader, open_store, reason_of

SECRET = "s3cret"
URLS = (
    "postgresql://user:s3cret@localhost:port/name",
    "postgresql://user:s3cret@[::1/name",
    "postgresql://user:p@s3cret@localhost/name",
    "postgresql://user:my s3cret@localhost:1/name",
    "postgresql://user:s3cret@host/name?host=a&host=b&port=1&port=zz",
    "postgresql:user:s3cret@localhost",
    "postgresql//user:s3cret@localhost/name",
    "sqlite://user:s3cret@host/name",
    "mysql://user:s3cret@host/name",
    "postgresql+none://user:s3cret@host/name",
    "user:s3cret@host",
    "sqlite:///a\0b.db",
    f"sqlite:///{'n' * 300}",
    f"sqlite:///{'n/' * 3000}",
    "sqlite://",
)


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_cannot_be_used_is_one_sentence_without_its_password(url: str, tmp_path: Path) -> None:
    for opened in (open_store, open_reader):
        with pytest.raises(UserMistake) as mistake:
            opened(url)
        told = str(mistake.value)
        assert SECRET not in told
        assert "\n" not in told
        assert len(told) < 600


@pytest.mark.parametrize("url", [url for url in URLS if SECRET in url])
@pytest.mark.parametrize("command", [["config"], ["config", "--json"], ["stats"], ["doctor"], ["status"], ["run"]])
def test_no_command_shows_a_password(
    url: str, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    path = tmp_path / "aviator.toml"
    path.write_text(f"[record]\ndatabase = {json.dumps(url)}\n[[bookmakers]]\nname = 'A'\ncell = 'TL'\n")
    code = called(*command, "-c", str(path))
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert "unexpected" not in said.err
    if command[0] == "config":
        assert code == EXIT_OK
    if command[0] in {"stats", "run"}:
        assert code == EXIT_USER_MISTAKE


def test_a_whole_url_hides_whatever_stands_before_its_last_at() -> None:
    assert redacted_url("postgresql://me:my 'own' s3cret@there/name") == "postgresql://***@there/name"
    assert redacted_url("sqlite:////folder/file.db") == "sqlite:////folder/file.db"


def test_what_a_database_says_is_short_and_without_the_password() -> None:
    engine = sa.create_engine("sqlite://")
    engine.url = sa.make_url("postgresql://user:pass%40word@host/name")
    cause = RuntimeError(f"no login for pass@word in {'x' * 100_000}\nDETAIL: more")
    error = sa.exc.OperationalError("INSERT INTO rounds " + "?, " * 10_000, {}, cause)
    said = reason_of(error, engine)
    assert "pass@word" not in said
    assert said.startswith("no login for *** in xxx")
    assert len(said) <= 400
    assert reason_of(sa.exc.OperationalError("", {}, RuntimeError("")), engine) == "OperationalError"


def test_a_line_of_a_log_is_bounded_and_has_no_password() -> None:
    def fail() -> None:
        raise ValueError("y" * 10_000_000)

    try:
        fail()
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("a", logging.ERROR, __file__, 1, "%s postgresql://u:s3cret@h/n", ("z" * 10_000_000,), info)
    line = JsonLines().format(record)
    assert SECRET not in line
    assert line.count("z") <= LONGEST_MESSAGE
    assert line.count("y") <= LONGEST_TRACEBACK
    assert "fail()" in line

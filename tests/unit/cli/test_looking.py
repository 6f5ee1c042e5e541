"""`aviator rounds`, `logs`, `config` as a user meets them."""

import json
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.unit.cli.test_commands import called

from aviator.cli.logs import LogLine, _Tail
from aviator.cli.times import moment
from aviator.core.config import BookmakerSettings, Settings, template
from aviator.core.errors import EXIT_USER_MISTAKE, UserMistake
from aviator.record.schema import rounds
from aviator.record.store import open_store

AT = "2026-01-01T00:00:0"
NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC).timestamp()


@pytest.fixture
def recorded(data_dir: Path) -> Path:
    store = open_store(f"sqlite:///{data_dir / 'aviator.db'}")
    rows = [
        {"bookmaker": name, "started_at": 1000.0 + i, "ended_at": 1005.5 + i, "multiplier": Decimal(100 + i) / 100,
         "source": "live", "confidence": 1.0, "site": "local", "players": 7, "total_players": 9, "total_win": Decimal("12.50"),
         "worker_start": 1.0, "seq": 2 * i + (name == "Admiral")}
        for i in range(30)
        for name in ("Admiral", "Balkan [Bet]")
    ]  # fmt: skip
    with store.engine.begin() as connection:
        connection.execute(sa.insert(rounds), [{k: v for k, v in row.items() if k in rounds.c} for row in rows])
    store.close()
    return data_dir


def test_rounds_shows_the_latest_last(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert called("rounds", "--last", "3", "--bookmaker", "ADMIRAL", "--data-dir", str(recorded)) == 0
    said = capsys.readouterr().out
    assert [word for word in said.split() if word.endswith("x")] == ["1.27x", "1.28x", "1.29x"]
    assert "3 rounds of 30" in said
    assert all(len(line) <= 80 for line in said.splitlines())


def test_rounds_as_json_are_exact(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("rounds", "--json", "--last", "1", "--bookmaker", "Balkan [Bet]", "--data-dir", str(recorded)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["count"] == 30
    assert told["rounds"][0]["multiplier"] == "1.29"
    assert told["rounds"][0]["bookmaker"] == "Balkan [Bet]"


MISTAKES = (["--since", "noon"], ["--last", "0"], ["--bookmaker", "Nobody"], ["--since", "9" * 99 + "d"])


@pytest.mark.parametrize("options", MISTAKES)
def test_a_mistake_in_a_question_is_one_sentence(options: list[str], recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("rounds", *options, "--data-dir", str(recorded)) == EXIT_USER_MISTAKE
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_since_leaves_out_what_is_older(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("rounds", "--since", "1h", "--data-dir", str(recorded)) == 0
    assert "No such round" in capsys.readouterr().out
    assert called("rounds", "--json", "--since", "1970-01-01T00:17:00+00:00", "--data-dir", str(recorded)) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90min", NOW - 5400),
        ("90 min ago", NOW - 5400),
        ("2d", NOW - 172_800),
        ("1.5 hours", NOW - 5400),
        ("2026-03-04T15:00:00+00:00", NOW - 1800),
        ("2026-03-04T15:00Z", NOW - 1800),
    ],
)
def test_moments_as_people_write_them(text: str, expected: float) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "x", "5", "-1h", "5 parsecs", "0001-01-01", "9999-12-31T23:59", "99999999999w"])
def test_no_text_of_a_moment_is_unexpected(text: str) -> None:
    try:
        assert isinstance(moment(text, NOW), float)
    except UserMistake as mistake:
        assert "--since" in str(mistake)  # noqa: PT017 - either is right


def write_log(folder: Path, name: str, *messages: tuple[str, str, str]) -> Path:
    path = folder / "logs" / name
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps({"at": at, "level": level, "from": "x", "message": message}) for at, level, message in messages]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_logs_of_all_processes_are_one_story(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(data_dir, "engine.log", (AT + "1+00:00", "INFO", "first"), (AT + "3+00:00", "ERROR", "third"))
    write_log(data_dir, "see-admiral.log", ("2026-01-01T00:00:02+00:00", "WARNING", "second\x1b[2J"))
    assert called("logs", "--data-dir", str(data_dir)) == 0
    said = capsys.readouterr().out
    assert [line.rsplit(maxsplit=1)[-1] for line in said.splitlines()] == ["first", r"second\x1b[2J", "third"]
    assert called("logs", "--level", "error", "--data-dir", str(data_dir)) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert called("logs", "--bookmaker", "Admiral", "--data-dir", str(data_dir)) == 0
    assert "second" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--bookmaker", "Nobody"], ["--level", "loud"], ["--last", "-1"]])
def test_logs_that_are_not_there(options: list[str], data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(data_dir, "engine.log")
    assert called("logs", *options, "--data-dir", str(data_dir)) == EXIT_USER_MISTAKE
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_following_a_log_over_its_rotation(data_dir: Path) -> None:
    path = write_log(data_dir, "engine.log", ("2026-01-01T00:00:01+00:00", "INFO", "old"))
    tail = _Tail(path)
    assert [line.message for line in tail.read(5)] == ["old"]
    with path.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-01-01T00:00:02+00:00", "level": "INFO", "from": "x", ')
    assert not list(tail.new_lines())
    with path.open("a", encoding="utf-8") as file:
        file.write('"message": "torn"}\n')
    assert [line.message for line in tail.new_lines()] == ["torn"]
    path.rename(path.with_suffix(".log.1"))
    assert not list(tail.new_lines())
    write_log(data_dir, "engine.log", ("2026-01-01T00:00:03+00:00", "INFO", "new"))
    assert [line.message for line in tail.new_lines()] == ["new"]


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"at": 1}', "[" * 9999, '{"at": "x", "level": "y", "message": null}'])
def test_any_line_of_a_log_can_be_shown(text: str) -> None:
    assert isinstance(str(LogLine.parse(text, "engine")), str)


def test_following_ends_at_ctrl_c(data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write_log(data_dir, "engine.log", ("2026-01-01T00:00:01+00:00", "INFO", "old"))

    def interrupted(seconds: float) -> None:
        assert threading.current_thread() is threading.main_thread()
        raise KeyboardInterrupt

    monkeypatch.setattr("aviator.cli.logs.time.sleep", interrupted)
    assert called("logs", "-f", "--data-dir", str(data_dir)) == 0
    assert "old" in capsys.readouterr().out


def test_config_says_where_each_value_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "aviator.toml"
    path.write_text(
        'site = "home"\n[limits]\nstake = 5\n[record]\ndatabase = "postgresql://me:se:cr@et@there/x"\n'
        '[[bookmakers]]\nname = "Admiral"\ncell = "TL"\n',
        encoding="utf-8",
    )
    assert called("config", "-c", str(path), "--json") == 0
    out = capsys.readouterr().out
    told = json.loads(out)["settings"]
    assert told["site"] == {"value": "home", "from": "file"}
    assert told["limits.stake"]["from"] == "file"
    assert told["limits.loss_per_day"]["from"] == "default"
    assert told["bookmakers[1].name"] == {"value": "Admiral", "from": "file"}
    assert told["data_dir"]["from"] == "default"
    assert "se:cr" not in out
    assert "et@" not in out
    assert called("config", "-c", str(path), "--data-dir", "elsewhere") == 0
    said = capsys.readouterr().out
    assert "option" in said
    assert all(len(line) <= 80 for line in said.splitlines())


def test_config_lists_every_key_of_the_settings_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "aviator.toml"
    path.write_text(template(Settings(bookmakers=(BookmakerSettings("A", cell="TL"),))), encoding="utf-8")
    assert called("config", "-c", str(path), "--json") == 0
    told = json.loads(capsys.readouterr().out)["settings"]
    for line in path.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key = line.partition("=")[0].strip()
            assert any(name.rpartition(".")[2] == key and one["from"] == "file" for name, one in told.items()), key

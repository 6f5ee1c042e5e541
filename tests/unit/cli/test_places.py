"""Which settings and data a command works on: what is named comes first, then ./aviator.toml, the user's own, the last run's."""

from pathlib import Path

import pytest
from tests.unit.cli.test_commands import called

from aviator.cli.invocation import quoted
from aviator.cli.places import DEFAULT_CONFIG, last_run, remember_run, settings_file, settings_of, user_config_file
from aviator.core.config import Settings, load, template
from aviator.core.errors import EXIT_USER_MISTAKE, UserMistake
from aviator.core.files import user_state_dir
from aviator.record.store import open_store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def record(folder: Path) -> Path:
    """An empty record in `folder`."""
    folder.mkdir(parents=True)
    open_store(f"sqlite:///{folder / 'aviator.db'}").close()
    return folder


def write_settings(path: Path, **settings: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template(Settings(**settings)), encoding="utf-8")  # type: ignore[arg-type]
    return path


def test_stats_finds_the_last_demo_and_says_where(here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = record(tmp_path / "demo")
    assert called("stats") == EXIT_USER_MISTAKE
    remember_run(folder)
    capsys.readouterr()
    for command in (["stats"], ["bets"], ["rounds"], ["export", "rounds", "-o", "all.csv"]):
        assert called(*command) == 0
        said = capsys.readouterr()
        assert str(folder) in said.err
        assert "Data of the last run" not in said.out


def test_what_is_named_comes_first(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember_run(record(tmp_path / "last"))
    own = write_settings(tmp_path / "own" / "aviator.toml", data_dir=tmp_path / "of-the-user")
    assert settings_of(None, DEFAULT_CONFIG).data_dir == tmp_path / "last"
    monkeypatch.setenv("AVIATOR_CONFIG", str(own))
    assert settings_of(None, DEFAULT_CONFIG).data_dir == tmp_path / "of-the-user"
    write_settings(here / "aviator.toml", data_dir=tmp_path / "of-this-folder")
    assert settings_of(None, DEFAULT_CONFIG).data_dir == tmp_path / "of-this-folder"
    named = write_settings(tmp_path / "named.toml", data_dir=tmp_path / "of-the-named")
    assert settings_of(None, named).data_dir == tmp_path / "of-the-named"
    assert settings_of(tmp_path, named).data_dir == tmp_path


def test_settings_that_are_named_but_missing_are_a_mistake(here: Path, tmp_path: Path) -> None:
    remember_run(record(tmp_path / "last"))
    with pytest.raises(UserMistake, match=r"no settings file nowhere\.toml"):
        settings_of(None, Path("nowhere.toml"))


def test_a_last_run_with_settings_keeps_its_database_url(here: Path, tmp_path: Path) -> None:
    path = write_settings(tmp_path / "elsewhere" / "aviator.toml", data_dir=record(tmp_path / "data"))
    text = path.read_text(encoding="utf-8").replace('database = ""', 'database = "postgresql://me@there/rounds"')
    path.write_text(text, encoding="utf-8")
    assert load(path).database_url.startswith("postgresql")
    remember_run(tmp_path / "data", path)
    assert settings_of(None, DEFAULT_CONFIG).database_url == "postgresql://me@there/rounds"


BROKEN = (b"", b"{}", b"[]", b"\xff", b'{"data_dir": 7, "settings": null}', b'{"data_dir": "x"}', b"[" * 9999)


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_note_of_the_last_run_is_as_none(content: bytes, here: Path) -> None:
    user_state_dir().mkdir(parents=True, exist_ok=True)
    (user_state_dir() / "last-run.json").write_bytes(content)
    assert last_run() is None
    assert called("stats") == EXIT_USER_MISTAKE


def test_a_last_run_whose_folder_is_gone_is_as_none(here: Path, tmp_path: Path) -> None:
    remember_run(tmp_path / "gone")
    assert last_run() is None


def test_a_state_folder_that_cannot_be_written_stops_nobody(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("AVIATOR_STATE", str(tmp_path / "a file"))
    remember_run(tmp_path)
    assert last_run() is None


def test_the_users_own_settings_are_where_the_platform_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVIATOR_CONFIG")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/x")
    assert user_config_file() == Path("/x/aviator/aviator.toml")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert user_config_file() == Path("/home/me/.config/aviator/aviator.toml")
    monkeypatch.setattr("sys.platform", "darwin")
    assert user_config_file() == Path("/home/me/Library/Application Support/aviator/aviator.toml")


def test_a_default_that_exists_nowhere_is_named_as_it_is(here: Path) -> None:
    assert settings_file(DEFAULT_CONFIG) == DEFAULT_CONFIG


def test_a_path_with_blanks_is_one_word_of_a_command() -> None:
    assert quoted(Path("/a b/c")) == "'/a b/c'"
    assert quoted(Path("/a/c")) == "/a/c"

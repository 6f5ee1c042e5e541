"""aviator.toml: every mistake is reported with file, key and what is allowed; what is written is read back the same."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.config import BookmakerSettings, ReadSettings, Settings, load, replace_data_dir, template
from aviator.core.errors import UserMistake
from aviator.core.layout import cell_names
from aviator.core.types import Rect

BOOKMAKER = '[[bookmakers]]\nname = "Admiral"\ncell = "TL"\n'

MISTAKES = {
    "not TOML": ("hz = = 3", ["not valid TOML"]),
    "unknown key": ("[read]\nhzz = 3", ["read.hzz is not a key", "did you mean hz?"]),
    "far from any key": ("xyz = 3", ["xyz is not a key", "allowed: data_dir"]),
    "wrong type": ("[read]\nhz = 'fast'", ["read.hz is 'fast'", "1 to 60"]),
    "too big": ("[read]\nhz = 61", ["read.hz is 61", "1 to 60"]),
    "true is no number": ("[read]\nevidence = true", ["read.evidence is True"]),
    "not a choice": ("[screen]\nlayout = 5", ["screen.layout is 5", "4, 6, 8"]),
    "not a level": ('log_level = "LOUD"', ["log_level is 'LOUD'", "DEBUG, INFO, WARNING, ERROR"]),
    "a table wanted": ("read = 3", ["read must be a table"]),
    "tables wanted": ("bookmakers = 3", ["bookmakers must be written as [[bookmakers]] tables"]),
    "no name": ('[[bookmakers]]\ncell = "TL"', ["bookmakers[1].name is missing"]),
    "empty name": ('[[bookmakers]]\nname = " "\ncell = "TL"', ["bookmakers[1].name is empty"]),
    "twice": (BOOKMAKER + BOOKMAKER, ["'Admiral' stands there twice"]),
    "no such cell": ('[[bookmakers]]\nname = "A"\ncell = "XX"', ["bookmakers[1].cell is 'XX'", "TL, TC, TR, BL, BC, BR"]),
    "cell of another layout": (BOOKMAKER + "[screen]\nlayout = 8", ["allowed with layout 8: 1, 2"]),
    "three numbers": ('[[bookmakers]]\nname = "A"\nwindow = [1, 2, 3]', ["bookmakers[1].window must be"]),
    "no area": ('[[bookmakers]]\nname = "A"\nwindow = [1, 2, 0, 3]', ["bookmakers[1].window has no area"]),
    "fps without a recording": (BOOKMAKER + "fps = 20", ["bookmakers[1].fps is set without a source"]),
    "no time": (BOOKMAKER + 'source = "f"\nstart = "noon"', ["bookmakers[1].start is 'noon'", "2025-10-08 10:40:58"]),
    "several at once": ("site = 3\n[read]\nhz = 0", ["site is 3", "read.hz is 0"]),
}


def written(folder: Path, text: str) -> Path:
    path = folder / "aviator.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_names_file_key_and_what_is_allowed(tmp_path: Path, name: str) -> None:
    text, expected = MISTAKES[name]
    path = written(tmp_path, text)
    with pytest.raises(UserMistake) as mistake:
        load(path)
    assert str(path) in str(mistake.value)
    for part in expected:
        assert part in str(mistake.value)
    assert "\n" not in str(mistake.value) or name == "not TOML"


def test_no_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="aviator init"):
        load(tmp_path / "aviator.toml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="cannot be read"):
        load(tmp_path)


def test_relative_folders_are_meant_from_the_file(tmp_path: Path) -> None:
    settings = load(written(tmp_path, BOOKMAKER))
    assert settings.data_dir == tmp_path / "aviator-data"
    assert settings.database_url == f"sqlite:///{(tmp_path / 'aviator-data' / 'aviator.db').as_posix()}"


def test_paths_of_a_recording_are_meant_from_the_file(tmp_path: Path) -> None:
    text = '[[bookmakers]]\nname = "A"\nsource = "films/a.mp4"\nprofile = "mine/a.toml"\ntrace = "t.jsonl"'
    (read,) = load(written(tmp_path, text)).bookmakers
    expected = tmp_path / "films" / "a.mp4", tmp_path / "mine" / "a.toml", tmp_path / "t.jsonl"
    assert (Path(read.source), Path(read.profile), Path(read.trace)) == expected
    assert read.rect(6, Rect(0, 0, 100, 50)) == Rect(0, 0, 100, 50), "without window and cell the whole picture"


@pytest.mark.parametrize("start", ["2025-10-08 10:40:58+00:00", "2025-10-08T12:40:58+02:00"])
def test_when_a_recording_began(start: str) -> None:
    assert BookmakerSettings("A", start=start).start_at == 1759920058
    assert BookmakerSettings("A").start_at is None


@pytest.mark.parametrize("thresholds", ["[2, 1.5]", "[1, 2]", "[2, 2]", "[nan]", "2", '["x"]', "[1e999]", f"{[*range(2, 30)]}"])
def test_thresholds_must_rise_from_above_1(tmp_path: Path, thresholds: str) -> None:
    with pytest.raises(UserMistake, match="thresholds"):
        load(written(tmp_path, f'[[bookmakers]]\nname = "A"\ncell = "TL"\nthresholds = {thresholds}'))


def test_thresholds_and_the_rate_of_snapshots_can_be_chosen(tmp_path: Path) -> None:
    text = '[record]\nsnapshots_hz = 5\n[[bookmakers]]\nname = "A"\ncell = "TL"\nthresholds = [1.2, 50]'
    settings = load(written(tmp_path, text))
    assert settings.record.snapshots_hz == 5
    assert settings.bookmakers[0].thresholds == (Decimal("1.2"), Decimal(50))
    assert load(written(tmp_path, template(settings))).bookmakers == settings.bookmakers


def test_a_cell_becomes_a_rectangle() -> None:
    screen = Rect(-1920, 0, 1920, 1080)
    assert BookmakerSettings("A", cell="BC").rect(6, screen) == Rect(-1280, 540, 640, 540)
    assert BookmakerSettings("A", window=(1, 2, 3, 4)).rect(6, screen) == Rect(1, 2, 3, 4)


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(str.strip)


@given(
    hz=st.floats(1, 60),
    bookmakers=st.lists(st.tuples(names, st.sampled_from(cell_names(6)), st.booleans()), max_size=6, unique_by=lambda b: b[0]),
    fps=st.floats(0, 1000),
)
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, hz: float, bookmakers: list[tuple[str, str, bool]], fps: float
) -> None:
    folder = tmp_path_factory.mktemp("toml")
    recorded = BookmakerSettings("a film", source=str(folder / "film.mp4"), fps=fps)
    live = (BookmakerSettings(name, cell=cell, enabled=enabled) for name, cell, enabled in bookmakers if name != "a film")
    settings = Settings(read=ReadSettings(hz=hz), bookmakers=(*live, recorded))
    assert load(written(folder, template(settings))) == replace_data_dir(settings, folder / "aviator-data")

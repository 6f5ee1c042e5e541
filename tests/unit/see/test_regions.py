import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.known import PROFILES
from tests.unit.see.painting import NAMES, profile

from aviator.core.errors import UserMistake
from aviator.core.types import Field, Rect
from aviator.see import floating
from aviator.see.regions import AnchorSpec, Profile, find_profile, load, own_profiles, profile_names, save


def same(a: Profile, b: Profile) -> None:
    assert replace(a, fonts={}, atlases={}) == replace(b, fonts={}, atlases={})
    assert a.atlases.keys() == b.atlases.keys()
    for name, atlas in a.atlases.items():
        assert atlas.line == b.atlases[name].line
        assert [t.char for t in atlas.templates] == [t.char for t in b.atlases[name].templates]
        for mine, other in zip(atlas.templates, b.atlases[name].templates, strict=True):
            assert np.array_equal(mine.ink, other.ink)


@pytest.mark.parametrize("name", NAMES)
def test_a_known_profile_is_whole(name):
    """Every field has its place inside the window, its colours and a font with all ten digits."""
    p = profile(name)
    assert p.name == name
    assert p.boxes().keys() == set(Field)
    assert Rect(0, 0, *p.window).contains(p.extent())
    assert p.phase.centres.keys() == {"waiting", "low", "mid", "high", "ended", "black"}
    assert all({"bet", "cancel", "cash_out"} <= b.centres.keys() for b in p.buttons.values())
    assert {i.when for i in p.fields[Field.SCORE].inks} == {"flight", "ended"}
    assert p.fields[Field.HISTORY].newest in ("left", "right")
    assert p.fields[Field.HISTORY].apart > 0
    for field, spec in p.fields.items():
        chars = {t.char for t in p.atlases[spec.font].templates}
        assert set("0123456789") <= chars, field
        if max(spec.format.decimals):
            assert spec.format.decimal in chars
        assert set("".join((spec.format.prefix + spec.format.suffix).split())) <= chars
        line = p.atlases[spec.font].line
        assert 0 <= spec.base - line.above * line.scale < spec.base + line.below * line.scale <= spec.box[3], field


@pytest.mark.parametrize("name", NAMES)
def test_saved_and_loaded_it_is_the_same(name, tmp_path):
    path = tmp_path / "folder" / f"{name}.toml"
    save(profile(name), path)
    same(load(path), profile(name))


@pytest.fixture
def anchored(tmp_path):
    """A profile with an anchor, where it was saved, and the anchor's picture."""
    picture = np.random.default_rng(2).integers(0, 256, (24, 96), np.uint8)
    path = tmp_path / "mine.toml"
    save(replace(profile(NAMES[0]), anchor=AnchorSpec((10, 20, 96, 24), picture=picture)), path)
    return path, picture


def test_an_anchor_keeps_its_place_and_picture_however_often_it_is_saved(anchored):
    path, picture = anchored
    for _ in range(3):
        loaded = load(path)
        assert loaded.anchor is not None
        assert loaded.anchor.box == (10, 20, 96, 24)
        assert np.array_equal(loaded.anchor.picture, picture)
        same(replace(loaded, anchor=None), profile(NAMES[0]))
        save(loaded, path)
    assert profile(NAMES[0]).anchor is None, "profiles from before there were anchors have none"


def test_an_anchor_that_is_not_on_the_sheet_is_the_users_mistake(anchored):
    path, _ = anchored
    path.write_text(path.read_text().replace("box = [10, 20, 96, 24]", "box = [10, 20, 9600, 24]"))
    with pytest.raises(UserMistake, match="anchor"):
        load(path)


@pytest.fixture
def rich(tmp_path):
    """A profile with a column of pills, and a score that moves and is drawn in two ways; and where it was saved."""
    known = profile(NAMES[0])
    strip, score = known.fields[Field.HISTORY], known.fields[Field.SCORE]
    pills = tuple(replace(ink, by_columns=True) for ink in strip.inks)
    column = replace(strip, box=(184, 121, 90, 150), newest="top", rows=(0, 40, 80), row_height=30, inks=pills)
    moving = replace(score, base=floating.BASE, floats=True)
    atlas = known.atlases[score.font]
    small = {score.font: type(atlas)(replace(atlas.line, scale=1), atlas.templates)}
    fields = {**known.fields, Field.HISTORY: column, Field.SCORE: moving}
    ended = replace(moving, box=(210, 340, 200, 60), inks=moving.inks[1:])
    path = tmp_path / "rich.toml"
    save(replace(known, fields=fields, scores=(ended,), atlases=known.atlases | small), path)
    return path, column, moving, ended


def test_rows_and_several_ways_to_draw_a_score_are_kept(rich, tmp_path):
    path, column, moving, ended = rich
    loaded = load(path)
    assert loaded.fields[Field.HISTORY] == column
    assert loaded.fields[Field.SCORE] == moving
    assert loaded.scores == (ended,)
    assert loaded.fields[Field.HISTORY].inks[0].ink().by_columns
    save(loaded, tmp_path / "again.toml")
    same(load(tmp_path / "again.toml"), loaded)
    assert (tmp_path / "again.toml").read_text() == path.read_text()


def test_where_the_lines_of_a_field_are_cut_from(rich):
    _, column, moving, _ = rich
    plain = profile(NAMES[0]).fields[Field.HISTORY]
    assert (column.slot, moving.slot, plain.slot) == (30, floating.ROWS, plain.box[3])
    assert [replace(plain, newest=end).last_first for end in ("left", "top", "right", "bottom")] == [False, False, True, True]
    crop = np.arange(150, dtype=np.uint8)[:, None]
    assert [row[[0, -1], 0].tolist() for row in column.cut_rows(crop)] == [[0, 29], [40, 69], [80, 109]]
    assert [len(row) for row in plain.cut_rows(crop)] == [150]


@pytest.mark.parametrize(
    ("old", "new", "about"),
    [
        ("rows = [0, 40, 80]", "rows = [0, 40, 121]", "the rows of history are not inside its box"),
        ("rows = [0, 40, 80]", "rows = [0, -1]", "rows"),
        ("rows = [0, 40, 80]", "rows = 5", "rows"),
        ("row_height = 30", "row_height = 9", "the line of history is not inside its box"),
        ("row_height = 30", "row_height = -3", "row_height"),
        ('newest = "top"', 'newest = "up"', "newest"),
        ("floats = true", "floats = 7", "floats"),
        ("by_columns = true", 'by_columns = "yes"', "by_columns"),
        ("box = [210, 340, 200, 60]", "box = [210, 340, 2000, 60]", "the box of score is not inside the window"),
        ("box = [199, 243, 423, 89]", "box = [199, 243, 0, 89]", "the box of score .* has no area"),
        ("box = [210, 340, 200, 60]", "box = [210, 340, 0, 60]", "the box of score .* has no area"),
    ],
)
def test_impossible_rows_and_scores_are_one_sentence(rich, old, new, about):
    path = rich[0]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UserMistake, match=f"cannot be used: .*{about}"):
        load(path)


def test_a_strip_that_floats_is_one_sentence(rich):
    path, column, moving, _ = rich
    loaded = load(path)
    floats = replace(column, base=moving.base, font=moving.font, floats=True)
    save(replace(loaded, fields={**loaded.fields, Field.HISTORY: floats}), path)
    with pytest.raises(UserMistake, match="the strip of past rounds cannot float"):
        load(path)


def test_other_ways_to_draw_the_score_need_a_first_one(rich):
    path = rich[0]
    loaded = load(path)
    save(replace(loaded, fields={f: spec for f, spec in loaded.fields.items() if f is not Field.SCORE}), path)
    with pytest.raises(UserMistake, match="has no field score"):
        load(path)


def test_another_way_to_draw_the_score_needs_its_font_too(rich):
    path = rich[0]
    before, _, scores = path.read_text().partition("[[scores]]")
    path.write_text(before + "[[scores]]" + scores.replace('font = "score"', 'font = "lost"', 1))
    with pytest.raises(UserMistake, match="names the font 'lost' but does not have it"):
        load(path)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "mine.toml"
    save(profile(NAMES[0]), path)
    return path


@pytest.mark.parametrize(
    ("old", "new", "about"),
    [
        ("[fields.score]", "[fields.score", "line"),
        ("window = [", "windows = [", "window"),
        ('name = "', "name = 5 # ", "name"),
        ("[fields.balance]", "[fields.wallet]", "wallet"),
    ],
)
def test_a_broken_profile_is_the_users_mistake(saved, old, new, about):
    text = saved.read_text()
    assert old in text
    saved.write_text(text.replace(old, new, 1))
    with pytest.raises(UserMistake, match=f"{saved} cannot be used: .*{about}"):
        load(saved)


def test_a_missing_profile_is_the_users_mistake(tmp_path):
    with pytest.raises(UserMistake, match=r"nowhere.toml cannot be used: .*No such file"):
        load(tmp_path / "nowhere.toml")


def test_a_profile_of_other_bytes_is_the_users_mistake(saved):
    saved.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserMistake, match="cannot be used"):
        load(saved)


def test_without_its_sheet_a_profile_is_nothing(saved):
    sheet = saved.with_suffix(".png")
    sheet.write_text("no picture")
    with pytest.raises(UserMistake, match=r"mine.png is missing or no picture\.$"):
        load(saved)
    sheet.unlink()
    with pytest.raises(UserMistake, match=r"mine.png is missing or no picture\.$"):
        load(saved)


def test_a_sheet_of_another_profile_is_the_users_mistake(saved):
    cv2.imwrite(str(saved.with_suffix(".png")), np.zeros((20, 20), np.uint8))
    with pytest.raises(UserMistake):
        load(saved)


def test_a_wrong_colour_is_the_users_mistake(saved):
    saved.write_text(saved.read_text().replace('colour = "#', 'colour = "!', 1))
    with pytest.raises(UserMistake):
        load(saved)


def test_an_unknown_font_is_the_users_mistake(saved):
    saved.write_text(saved.read_text().replace('font = "score"', 'font = "scores"', 1))
    with pytest.raises(UserMistake):
        load(saved)


def test_profiles_are_found_by_name_and_size(tmp_path):
    window = Rect(10, 20, 800, 600)
    (tmp_path / "admiral.toml").touch()
    assert find_profile("admiral", window, tmp_path) == tmp_path / "admiral.toml"
    (tmp_path / "admiral-800x600.toml").touch()
    assert find_profile("admiral", window, tmp_path) == tmp_path / "admiral-800x600.toml"
    assert find_profile("admiral", Rect(0, 0, 801, 600), tmp_path) == tmp_path / "admiral.toml"


def test_profiles_lie_in_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AVIATOR_PROFILES", str(PROFILES))
    assert find_profile("admiral", Rect(0, 0, 640, 540)) == PROFILES / "admiral.toml"
    assert profile_names() == NAMES
    monkeypatch.delenv("AVIATOR_PROFILES")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert own_profiles() == tmp_path / "aviator" / "profiles"
    assert profile_names() == []


def test_an_unknown_name_is_the_users_mistake(tmp_path):
    window = Rect(0, 0, 1, 1)
    with pytest.raises(UserMistake, match=r"no profile 'admiralty' in .*, did you mean 'admiral' \(there are: admiral, "):
        find_profile("admiralty", window, PROFILES)
    with pytest.raises(UserMistake, match=r"'qqq' in .* \(there are: admiral.*\): learn it with `aviator calibrate qqq`\.$"):
        find_profile("qqq", window, PROFILES)
    with pytest.raises(UserMistake, match=r"missing \(there are none yet\): learn it"):
        find_profile("qqq", window, tmp_path / "missing")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"inks = \[.*?\n\]", "inks = []"),
        (r"window = \[640, 540\]", "window = [-640, 540]"),
        (r"box = \[\d+, \d+, \d+, \d+\]", "box = [1, 1, 0, 5]"),
        (r"box = \[\d+, \d+, \d+, \d+\]", "box = [1, 1, -7, 5]"),
        (r"scale = \d+", "scale = 1000000000"),
        (r"scale = \d+", "scale = 0"),
        (r"space = [0-9.]+", "space = nan"),
        (r"decimal = \"\.\"", 'decimal = ""'),
        (r"above = \d+", "above = -3"),
        (r"y = \d+", "y = -1"),
        (r"base = \d+", "base = 0xffffffffffffffffffff"),
        (r"suffix = ", "surprise = [1]\nsuffix = "),
    ],
)
def test_an_impossible_profile_is_one_sentence(saved, old, new):
    text = saved.read_text()
    changed = re.sub(old, lambda _: new, text, count=1, flags=re.DOTALL)
    assert changed != text
    saved.write_text(changed)
    with pytest.raises(UserMistake, match="cannot be used"):
        load(saved)

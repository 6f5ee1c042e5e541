"""A chain that other processes extend: what was added is read once, and another file is never taken for the one that was read."""

from pathlib import Path

from aviator.core.growing_chain import GrowingChain
from aviator.core.hash_chain import Chain, Link, append_locked


def written(path: Path, *names: str) -> bytes:
    """A chain of these entries, from its beginning."""
    path.unlink(missing_ok=True)
    append_locked(path, Chain(), *({"name": name} for name in names))
    return path.read_bytes()


def names(entries: tuple) -> list[str]:
    return [one.entry["name"] for one in entries if isinstance(one, Link)]


def test_what_another_process_adds_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    written(path, "a", "b")
    mine, other = GrowingChain(path), GrowingChain(path)
    assert names(mine.read().entries) == ["a", "b"]
    other.read()
    other.append({"name": "c"})
    news = mine.read()
    assert (names(news.entries), news.goes_on) == (["c"], True)
    assert mine.read().entries == ()


def test_a_file_made_anew_is_noticed_although_number_and_size_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    first = written(path, "a", "b")
    mine = GrowingChain(path)
    mine.read()
    second = written(tmp_path / "new", "c", "d")
    assert len(first) == len(second)
    with path.open("r+b") as file:  # the same file, so that its number stays
        file.write(second)
    news = mine.read()
    assert (names(news.entries), news.goes_on) == (["c", "d"], False)
    mine.append({"name": "e"})
    again = GrowingChain(path).read()
    assert names(again.entries) == ["c", "d", "e"]
    assert len(again.entries) == 3

"""`aviator bets|audit` as a user meets them: tables, sentences, JSON, and which bet is meant."""

import csv
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.unit.cli.test_commands import called

from aviator.cli.bets import bets_table
from aviator.core.bets import Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE
from aviator.core.events import BetChanged, BetStepTaken, Fact
from aviator.core.types import BookmakerId
from aviator.record.bets import Numbered
from aviator.record.committer import Committer
from aviator.record.rows import Record
from aviator.record.store import open_store

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")
AT = 1_700_000_000.0

STAKE, AUTO = Decimal("1020.00"), Decimal("2.20")
WISH = BetChanged(A, "admiral-1-1700000000000", 1, None, STAKE, AUTO, Mode.LIVE, None, None, None, None, "ladder", "", AT)
PLACED = replace(WISH, outcome=Outcome.PLACED, placed_at=AT + 0.5)
WON = replace(PLACED, settled_at=AT + 20, payout=Decimal("2244.00"))
LOST = replace(WON, request_id="admiral-2-1700000000000", panel=2, payout=Decimal("0.00"))
REFUSED = replace(WISH, bookmaker=B, request_id="balkanbet-1-1700000030000", outcome=Outcome.REFUSED, reason="[limit] too much")
PAPER = replace(WON, request_id="admiral-1-1700000060000", mode=Mode.PAPER)
UNDER_WAY = replace(WISH, request_id="admiral-1-1700000090000")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command says that must succeed."""

    def say(*arguments: object) -> str:
        assert called(*map(str, arguments)) == EXIT_OK
        out = capsys.readouterr()
        assert out.err == ""
        return out.out

    return say


def mistake(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert called(*map(str, arguments)) == EXIT_USER_MISTAKE
    out = capsys.readouterr()
    assert out.out == ""
    return out.err.strip()


def record(data_dir: Path, *facts: Fact) -> None:
    with (
        closing(open_store(f"sqlite:///{data_dir}/aviator.db")) as store,
        closing(Committer(store, "local", ManualClock(), lambda: True)) as committer,
    ):
        committer.commit([Record(1.0, seq, fact) for seq, fact in enumerate(facts, 1)])


@pytest.fixture
def recorded(data_dir: Path) -> Path:
    record(data_dir, WISH, PLACED, WON, LOST, REFUSED, PAPER, UNDER_WAY)
    return data_dir


def row(text: str, number: int) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [str(number)])


def test_a_row_for_each_bet(recorded: Path, said: Callable[..., str]) -> None:
    text = said("bets", "--data-dir", recorded)
    assert row(text, 1)[3:] == ["Admiral", "1", "1,020.00", "2.20x", "won", "+1,224.00", "2,244.00", "live", "ladder"]
    assert row(text, 2)[3:] == ["Admiral", "2", "1,020.00", "2.20x", "lost", "−1,020.00", "0.00", "live", "ladder"]
    assert row(text, 3)[3:] == [
        "BalkanBet",
        "1",
        "1,020.00",
        "2.20x",
        "refused",
        "–",
        "–",
        "live",
        "ladder",
        "[limit]",
        "too",
        "much",
    ]
    assert row(text, 5)[7:] == ["under", "way", "–", "–", "live", "ladder"]


def test_real_money_and_paper_are_never_added_up(recorded: Path, said: Callable[..., str]) -> None:
    text = said("bets", "--data-dir", recorded, "--last", 1)
    rows = [line for line in text.splitlines()[:-4] if "Admiral" in line]
    assert len(rows) == 1, "of the others the summary alone tells"
    paper, live, other, why = text.splitlines()[-4:]
    assert paper.startswith(
        "paper Admiral: 1 bet; staked 1,020.00, returned 2,244.00, profit +1,224.00 (+120.0% of the stakes); 100.0% placed"
    )
    assert live.startswith(
        "live Admiral: 3 bets; staked 2,040.00, returned 2,244.00, profit +204.00 (+10.0% of the stakes); 66.7% placed"
    )
    assert "33.3% under way" in live
    assert other == "live BalkanBet: 1 bet; 100.0% refused"
    assert why == "No settings name the currency of Admiral, BalkanBet: what was bet there is not added up with other money."


def test_money_of_one_currency_is_added_up_and_of_others_not(recorded: Path, said: Callable[..., str], tmp_path: Path) -> None:
    settings = tmp_path / "mine.toml"
    bookmaker = '[[bookmakers]]\nname = "{}"\nwindow = [0, 0, 100, 100]\ncurrency = "{}"\n'
    settings.write_text(bookmaker.format("Admiral", "RSD") + bookmaker.format("BalkanBet", "RSD"))
    options = ("--data-dir", recorded, "-c", settings)
    assert said("bets", *options).splitlines()[-1].startswith("live: 4 bets; staked 2,040.00")
    tallies = json.loads(said("bets", *options, "--json"))["tallies"]
    assert not any({"currency", "bookmaker"} & one.keys() for one in tallies)
    settings.write_text(bookmaker.format("Admiral", "RSD") + bookmaker.format("Others", "EUR"))
    *_, live, other, why = said("bets", *options).splitlines()
    assert live.startswith("live RSD: 3 bets")
    assert other == "live BalkanBet: 1 bet; 100.0% refused"
    assert why.startswith("No settings name the currency of BalkanBet:")
    tallies = json.loads(said("bets", *options, "--json"))["tallies"]
    assert {(one.get("currency"), one.get("bookmaker")) for one in tallies} == {("RSD", None), (None, "BalkanBet")}


def test_what_is_open_and_what_is_in_doubt_is_neither_won_nor_lost(data_dir: Path, said: Callable[..., str]) -> None:
    record(data_dir, PLACED, replace(UNDER_WAY, outcome=Outcome.UNCERTAIN, stake=Decimal("7.50")))
    (line,) = (line for line in said("bets", "--data-dir", data_dir).splitlines() if line.startswith("live"))
    assert line.startswith("live: 2 bets; open 1,020.00; in doubt 7.50; 50.0%")


def test_one_bookmaker(recorded: Path, said: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said("bets", "--data-dir", recorded, "--bookmaker", "balkanbet")
    assert row(text, 3)[3] == "BalkanBet"
    assert "Admiral" not in text
    assert text.splitlines()[-1] == "live: 1 bet; 100.0% refused"
    told = mistake(capsys, "bets", "--data-dir", recorded, "--bookmaker", "Nobody")
    assert told == "No bet at Nobody is on record; there are bets at Admiral, BalkanBet."


def test_no_bet_yet(data_dir: Path, said: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    record(data_dir)
    assert said("bets", "--data-dir", data_dir) == "No bet is on record yet.\n"
    assert said("bets", "--data-dir", data_dir, "--bookmaker", "Admiral") == "No bet is on record yet.\n"
    told = mistake(capsys, "audit", "1", "--data-dir", data_dir)
    assert told == "There is no bet '1' on record: `aviator bets` shows what there is."


@pytest.mark.parametrize("width", [60, 80, 100, 130, 150, 200])
def test_it_fits_any_terminal(width: int) -> None:
    shown = [Numbered(n, bet) for n, bet in enumerate((WON, LOST, REFUSED), 1)]
    console = Console(width=width, file=StringIO())
    console.print(bets_table(shown, width))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= width
    for part in ("Admiral", "BalkanBet", "1,020.00", "11-1"):
        assert any(part in line for line in lines)
    assert "…" not in "".join(lines)


def test_bets_as_json(recorded: Path, said: Callable[..., str]) -> None:
    plain = json.loads(said("bets", "--data-dir", recorded, "--json", "--last", 2))
    assert [bet["number"] for bet in plain["bets"]] == [4, 5]
    assert plain["bets"][0] | {"payout": "2244.00", "outcome": "PLACED", "requested_at": AT} == plain["bets"][0]
    assert {(one["mode"], one["outcome"], one["count"]) for one in plain["tallies"]} >= {("live", "PLACED", 2), ("live", None, 1)}


def steps(*told: tuple[int, float, str, str | None, str]) -> Sequence[BetStepTaken]:
    return [BetStepTaken(A, WISH.request_id, step, AT + at, intent, result, detail) for step, at, intent, result, detail in told]


@pytest.fixture
def audited(data_dir: Path) -> Path:
    taken = steps(
        (1, 0.25, "look at [panel] 1", None, ""), (1, 0.31, "look at [panel] 1", "done", "green, 20.00"),
        (2, 0.35, "click the button", None, ""),
    )  # fmt: skip
    record(data_dir, WISH, *taken, replace(WISH, outcome=Outcome.UNCERTAIN, reason="the page is gone"), LOST)
    folder = data_dir / "evidence" / "bets" / WISH.request_id
    folder.mkdir(parents=True)
    for name in ("02-balance", "01-bet_amount_1"):
        (folder / f"{name}.png").touch()
    return data_dir


@pytest.mark.parametrize("name", ["1", "admiral-1-1700000000000", "admiral-1", "1-1700000000000"])
def test_the_story_of_a_bet(name: str, audited: Path, said: Callable[..., str]) -> None:
    text = said("audit", name, "--data-dir", audited)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == "Bet 1 at Admiral, panel 1, live admiral-1-1700000000000"
    assert lines[1].startswith("1,020.00 with auto cash-out at 2.20x, wished by ladder at 2023-11-1")
    assert lines[2] == "uncertain: the page is gone"
    assert "1 +0.000 60 look at [panel] 1 done green, 20.00" in lines
    assert "2 +0.100 – click the button not known" in lines
    folder = audited / "evidence" / "bets" / WISH.request_id
    assert lines[-2:] == [f"bet_amount_1 {folder / '01-bet_amount_1.png'}", f"balance {folder / '02-balance.png'}"]


def test_a_bet_without_steps(audited: Path, said: Callable[..., str]) -> None:
    text = said("audit", 2, "--data-dir", audited)
    assert "lost, placed at " in text
    assert ": paid 0.00, profit −1,020.00" in text
    assert text.splitlines()[-1] == "No step of it is on record."


def test_more_than_one_may_be_meant(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = mistake(capsys, "audit", "admiral", "--data-dir", recorded)
    names = "1 (admiral-1-1700000000000), 2 (admiral-2-1700000000000), 4 (admiral-1-1700000060000) and more"
    assert told == f"'admiral' may be any of the bets {names}: name one by its number."


def test_a_story_as_json(audited: Path, said: Callable[..., str]) -> None:
    plain = json.loads(said("audit", "1", "--data-dir", audited, "--json"))
    assert (plain["number"], plain["outcome"], plain["stake"]) == (1, "UNCERTAIN", "1020.00")
    assert [(step["intent"], step["result"]) for step in plain["steps"]] == [
        ("look at [panel] 1", "done"),
        ("click the button", None),
    ]
    assert [crop["field"] for crop in plain["crops"]] == ["bet_amount_1", "balance"]


def test_bets_are_exported_like_rounds(recorded: Path, tmp_path: Path, said: Callable[..., str]) -> None:
    target = tmp_path / "bets.csv"
    assert said("export", "bets", "-o", target, "--data-dir", recorded).startswith("5 rows of bets")
    first = next(csv.DictReader(target.read_text().splitlines()))
    assert (first["request_id"], first["stake"], first["payout"], first["outcome"]) == (
        WON.request_id,
        "1020.00",
        "2244.00",
        "PLACED",
    )

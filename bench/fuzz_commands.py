"""Whole commands on damaged files, in this process, for `./dev bench fuzz`.

In: a folder for a record, a journal, a limits history and settings. Out: kinds of inputs, each with the command that gets it.
A command fails here when its exit code is not 0, 1 or 2, when a mistake is not one sentence, when something unexpected or an
escape sequence is shown, or when a file lies outside the folder afterwards (which the caller checks).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np

from aviator.act.journal import Begun, Clicked, Journal
from aviator.act.journal import Kind as Entry
from aviator.cli.app import app, guarded
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.config import BookmakerSettings, LimitSettings, MetricsSettings, PlaySettings, Settings, template
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE, UserMistake
from aviator.core.events import BetChanged, BetStepTaken, RoundEnded
from aviator.core.types import BookmakerId, Source

AT = 1.7e9
NAME = BookmakerId("Admiral")
ORDER = BetOrder("admiral-1-1700000000000", NAME, 1, Decimal("10.00"), Decimal("2.00"), AT, AT + 5)
BET = BetChanged(
    NAME, ORDER.request_id, 1, None, ORDER.stake, ORDER.auto_cash_out, Mode.LIVE, None, None, None, None, "fixed", "", AT
)
PLACED = replace(BET, outcome=Outcome.PLACED, placed_at=AT + 0.5)
STEP = BetStepTaken(NAME, ORDER.request_id, 1, AT, "click the button", "done", "10.00")


class Kind:
    """One kind of input: whole examples, and what reads them. `read` gets a path in the folder of the run."""

    def __init__(self, name: str, share: int, suffix: str, seeds: list[bytes], read: Callable[[Path], Any]) -> None:
        self.name, self.share, self.suffix, self.seeds, self.read = name, share, suffix, seeds, read


def seed_journal(path: Path) -> bytes:
    """A journal as hands write it: a bet that was placed, one that was not clicked, and one without an end."""
    with closing(Journal(path)) as journal:
        for number, last in enumerate((Outcome.PLACED, Outcome.EXPIRED, None), 1):
            name = f"{ORDER.request_id}-{number}"
            order = replace(ORDER, request_id=name)
            journal.write(Entry.BEGIN, name, Begun(order, AT, Decimal(1), Decimal(1)))
            journal.write(Entry.STEP, name, replace(STEP, request_id=name))
            if last is not Outcome.EXPIRED:
                journal.write(Entry.CLICK, name, Clicked(AT + 0.5, Decimal(1000)), sync=True)
            if last is not None:
                journal.write(Entry.OUTCOME, name, replace(BET, request_id=name, outcome=last, placed_at=AT), owes=True)
                journal.write(Entry.RESTORED, name)
    return path.read_bytes()


def _record(data_dir: Path) -> None:
    from aviator.record.committer import Committer
    from aviator.record.rows import Record
    from aviator.record.store import open_store
    from aviator.run.consent import give_consent
    from aviator.run.limits_history import Moment

    give_consent(LimitSettings(), Moment(AT))
    rounds = [
        RoundEnded(NAME, AT + 20 * i, AT + 20 * i + 5, Decimal(i % 9 + 1), 91, 100, Decimal("4074.05"), Source.LIVE, 0.9)
        for i in range(40)
    ]
    facts = [BET, PLACED, STEP, replace(PLACED, settled_at=AT + 20, payout=Decimal("20.00")), *rounds]
    with (
        closing(open_store(f"sqlite:///{data_dir / 'aviator.db'}")) as store,
        closing(Committer(store, "local", ManualClock(AT), lambda: False)) as committer,
    ):
        committer.commit([Record(1.0, i, fact) for i, fact in enumerate(facts, 1)])


def called(*arguments: str) -> None:
    """Run a command. Raises `UserMistake` with what it says where its exit code is 2, `AssertionError` for what must not be."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = guarded(lambda: app(list(arguments), standalone_mode=False, prog_name="aviator"))
    said = out.getvalue() + err.getvalue()
    assert code in {EXIT_OK, EXIT_CRASH, EXIT_USER_MISTAKE}, f"exit code {code}"
    assert "unexpected" not in said, said[-300:]
    assert "Traceback" not in said, said[-300:]
    assert not set("\x1b\x07\x9b\u202e") & set(said), "an escape sequence"
    if code == EXIT_USER_MISTAKE:
        mistake = err.getvalue().strip()
        assert mistake, "no sentence"
        assert "\n" not in mistake.replace("Data of the last run", ""), mistake[:300]
        raise UserMistake(mistake)


@contextmanager
def command_kinds(folder: Path) -> Iterator[list[Kind]]:
    """The user's state and profiles lie in `folder` as well, and there is no display."""
    places = {"AVIATOR_STATE": "state", "AVIATOR_PROFILES": "profiles", "AVIATOR_CONFIG": "none.toml"}
    changed = {name: str(folder / place) for name, place in places.items()} | {"DISPLAY": ""}
    data, settings = folder / "data", folder / "aviator.toml"
    (data / "journal").mkdir(parents=True)
    journal, database = data / "journal" / "bets.jsonl", data / "aviator.db"
    with patch.dict(os.environ, changed):
        _record(data)
        seed_journal(journal)
        own = Settings(
            data_dir=data, metrics=MetricsSettings(port=0), bookmakers=(BookmakerSettings(NAME, cell="TL"),),
            plays=(PlaySettings(NAME, parameters={"stake": 20, "auto_cash_out": 2.0}),),
        )  # fmt: skip
        settings.write_text(template(own), encoding="utf-8")
        history = next(path for path in (folder / "state").rglob("*.jsonl"))
        yield _kinds(settings, {"journal": journal, "database": database, "history": history})


def _kinds(settings: Path, stores: dict[str, Path]) -> list[Kind]:
    profile = Path(__file__).parents[1] / "tests" / "profiles" / "admiral.toml"
    picture = np.random.default_rng(1).integers(0, 255, (540, 640, 3), np.uint8)
    pictures = [cv2.imencode(f".{kind}", picture)[1].tobytes() for kind in ("png", "jpg")]
    rounds = [b"multiplier,ended_at\n" + b"".join(b"%d.%02d,%d\n" % (i % 9 + 1, i, 1_700_000_000 + 20 * i) for i in range(60))]

    def placed(store: str, *commands: list[str]) -> Callable[[Path], None]:
        whole = stores[store].read_bytes()

        def read(path: Path) -> None:
            for leftover in (f"{stores[store]}-wal", f"{stores[store]}-shm"):
                Path(leftover).unlink(missing_ok=True)
            shutil.copyfile(path, stores[store])
            try:
                for command in commands:
                    called(*command, "-c", str(settings))
            finally:
                stores[store].write_bytes(whole)

        return read

    def asked(path: Path) -> None:
        for command in ("config", "doctor", "status"):
            called(command, "-c", str(path))

    verify = ["audit", "--verify"]
    database = placed("database", ["bets"], ["stats", "--json"], ["rounds"], verify)
    return [
        Kind("commands on rounds files", 2, ".csv", rounds, lambda path: called("stats", "--file", str(path))),
        Kind("commands on pictures", 1, ".png", pictures, lambda path: called("read", str(path), "--profile", str(profile))),
        Kind("commands on settings", 2, ".toml", [settings.read_bytes()], asked),
        Kind("commands on journals", 2, ".jsonl", [stores["journal"].read_bytes()], placed("journal", verify)),
        Kind("commands on databases", 2, ".db", [stores["database"].read_bytes()], database),
        Kind("commands on limits histories", 1, ".jsonl", [stores["history"].read_bytes()], placed("history", verify)),
    ]  # fmt: skip

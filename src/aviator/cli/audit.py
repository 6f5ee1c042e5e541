"""`aviator audit --verify`: is everything that was recorded of bets and limits still as it was written?

In: the user's histories of limits and bets, a data folder's database, journals and heads. Out: one line for each fault and
remark on standard output; exit code 0 where nothing was changed, 1 where something was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import sqlalchemy as sa

from aviator.act.journal_check import journal_faults
from aviator.cli.output import echo
from aviator.core.config import Settings
from aviator.core.errors import EXIT_CRASH, EXIT_OK, UserMistake
from aviator.core.files import STATE_VARIABLE, user_state_dir
from aviator.core.hash_chain import Chain, read_chain
from aviator.core.words import counted
from aviator.record.integrity import Problem, RecordCheck, check_record
from aviator.record.row_chain import BETS, LIMITS, read_outside
from aviator.record.store import open_reader, reason_of
from aviator.run.accepted_limits import Accepted
from aviator.run.history_entries import LOST, Broken, accepted_in, entries_in, missing_from
from aviator.run.limits_history import LimitsHistory, head_files, history_file, noted_state_folder
from aviator.run.user_bets_file import bets_file


def verify(settings: Settings, *, as_json: bool = False) -> int:
    """Check everything, print what is wrong."""
    noted = noted_state_folder(settings)
    # Who names a state folder means that one; else it is the one that the record was written with.
    state = noted if noted and noted != user_state_dir() and not os.environ.get(STATE_VARIABLE) else None
    problems: list[Problem] = []
    remarks = [f"The user's state is that in {state}, with which this record was written."] if state else []
    files = {LIMITS: history_file(state), BETS: bets_file(state)}
    histories = {name: _history(path, problems, remarks) for name, path in files.items()}
    remarks += _losses(files[LIMITS], histories[LIMITS])
    problems += _limits_problems(LimitsHistory(files[LIMITS]), histories[LIMITS])
    lines = _journals(settings, problems, remarks)
    record = _record(settings, histories, state)
    problems += record.problems
    remarks += record.remarks
    if as_json:
        told = {"intact": not problems, "problems": [asdict(one) for one in problems], "remarks": remarks}
        echo(json.dumps(told))
    else:
        for problem in problems:
            echo(f"✗ {problem}.")
        for remark in remarks:
            echo(f"– {remark}")
        echo(_conclusion(len(problems), histories, record.entries, lines))
    return EXIT_CRASH if problems else EXIT_OK


def _history(path: Path, problems: list[Problem], remarks: list[str]) -> Chain:
    """Check one of the user's histories."""
    try:
        chain = read_chain(path)
    except OSError as error:
        raise UserMistake(f"{path} cannot be read ({error.strerror}).") from None
    problems += [Problem(f"{path} line {fault.line}", fault.problem) for fault in chain.faults]
    if chain.torn:
        remarks.append(f"{path} ends with {chain.torn} bytes of an entry that was never confirmed.")
    for link in chain.links:
        if link.entry.get("kind") == LOST:
            told = link.entry.get("position")
            remarks.append(f"{path} line {link.line} says that an earlier file with {told} entries was removed or replaced.")
    return chain


def _limits_problems(history: LimitsHistory, chain: Chain) -> Iterator[Problem]:
    """What is wrong with the limits history beyond its hashes."""
    faulty = {fault.line for fault in chain.faults}
    for line, entry in enumerate(entries_in(chain), 1):
        if isinstance(entry, Broken) and line not in faulty:
            yield Problem(f"{history.path} line {line}", entry.problem)
    noted = history.noted()
    if noted and noted.head.position < 0:
        yield Problem(f"{history.head_path} line 1", "was changed: it is not what was written")
    elif noted and missing_from(chain, [noted.head]) and missing_from(history.read(), [noted.head]):
        text = f"names entry {noted.head.position} of the limits history, which lacks it: lines were removed or replaced"
        yield Problem(str(history.head_path), text)


def _losses(path: Path, chain: Chain) -> Iterator[str]:
    """Entries that were lost and made up for: since then at most the built-in and the lost limits hold."""
    for line, entry in enumerate(entries_in(chain), 1):
        if isinstance(entry, Accepted) and entry.lost:
            lost = max(head.position for head in entry.lost)
            yield f"{path} line {line} says that entry {lost} was lost before it: the strictest limits known hold since."


def _conclusion(problems: int, histories: Mapping[str, Chain], entries: int, lines: int) -> str:
    if problems:
        return f"{counted(problems, 'place')} changed since it was written."
    accepted = counted(len(accepted_in(histories[LIMITS])), "acceptance")
    limits, bets = (len(histories[name].links) for name in (LIMITS, BETS))
    return (
        f"Nothing was changed: {accepted} and {limits} entries of the limits history, {bets} of the bets history, "
        f"{entries} entries of bets, steps and blocks, {counted(lines, 'line')} of journals."
    )


def _journals(settings: Settings, problems: list[Problem], remarks: list[str]) -> int:
    """Check the journals of hands; the number of their lines."""
    lines = 0
    for path in sorted((settings.data_dir / "journal").glob("*.jsonl")):
        try:
            changed, cut, missing = journal_faults(path)
            lines += path.read_bytes().count(b"\n")
        except OSError as error:
            raise UserMistake(f"The journal {path} cannot be read ({error.strerror}).") from None
        problems += [Problem(f"{path} line {number}", "was changed: its checksum is another") for number in changed]
        remarks += [f"{path} line {number} was cut off by a crash." for number in cut]
        remarks += [f"{path} line {n} stands for lines that were lost: the file was removed or replaced." for n in missing]
    return lines


def _record(settings: Settings, histories: Mapping[str, Chain], state: Path | None) -> RecordCheck:
    files = head_files(settings, state)
    outside = [(str(path), head) for path in files if (head := read_outside(path)) is not None]
    try:
        store = open_reader(settings.database_url, as_it_is=True)
    except UserMistake as mistake:
        if not outside and " is of version " in str(mistake):  # there is no chain to check yet
            raise
        if not outside and "no database" in str(mistake):
            return RecordCheck((), 0, (f"{mistake} Only the histories of limits and bets were checked.",))
        return RecordCheck((Problem("the database", f"cannot be read: {mistake}".rstrip(".")),), 0)
    with closing(store):
        try:
            return check_record(store, outside, histories)
        except (sa.exc.DBAPIError, store.engine.dialect.loaded_dbapi.Error, ValueError) as error:
            return RecordCheck((Problem("the database", f"cannot be read: {reason_of(error, store.engine)}"),), 0)

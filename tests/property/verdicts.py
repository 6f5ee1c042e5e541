"""What a collector records of a game that is watched, against what happened in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from random import Random

from tests.property.lives import TOAST_S, Game, Kind, Round, Spell, Watch, looks

from aviator.core.events import EarningNoted, Fact, GapFound, RoundEnded
from aviator.core.types import BookmakerId, Source
from aviator.see.look import Look
from aviator.see.phase import PhaseMachine
from aviator.see.rounds import OVERLAP, REST_S, MainCollector
from aviator.see.stillness import Stillness

Past = list[tuple[Decimal, float]]
"""Multipliers and ends of rounds, newest first."""


@dataclass
class Kill:
    """A collector dies `at` a moment, with the facts of the last `unsent_s`; the next one begins `down_s` later with what is
    recorded."""

    at: float
    down_s: float
    unsent_s: float = 0.0


def collected(game: Game, watch: Watch, rng: Random, recent: Past | None = None, kills: Sequence[Kill] = ()) -> list[Fact]:
    """Everything that came to be recorded."""
    facts: list[tuple[float, Fact]] = []
    left = list(kills)
    begin_at, seer = watch.begin, _Seer(game, recent or [])
    for look, moved in looks(game, watch, rng):
        if left and look.at >= left[0].at:
            kill = left.pop(0)
            facts = [(at, fact) for at, fact in facts if at < look.at - kill.unsent_s]
            past = [(f.multiplier, f.ended_at) for _, f in facts if isinstance(f, RoundEnded)][::-1] + (recent or [])
            begin_at, seer = kill.at + kill.down_s, _Seer(game, past[:60])
        if look.at >= begin_at:
            facts += [(look.at, fact) for fact in seer.see(look, moved)]
    return [fact for _, fact in facts] + seer.collector.finish()


class _Seer:
    def __init__(self, game: Game, recent: Past) -> None:
        self.collector = MainCollector(BookmakerId("Admiral"), 12 * game.pace, recent)
        self._phases, self._stillness = PhaseMachine(game.pace), Stillness(game.pace)

    def see(self, look: Look, moved: bool) -> list[Fact]:
        return self.collector.step(look, self._phases.step(self._stillness.judge(look, moved), look.at))


@dataclass
class Verdict:
    first: int
    """Number of the first round on record."""
    missing: list[list[Round]]
    """Runs of rounds between recorded ones that are not on record."""


def judged(game: Game, watch: Watch, facts: list[Fact]) -> Verdict:
    """Fails on anything that is wrong: a value, an order, a time, an extra round, a round missing without a gap that says so."""
    recorded = [f for f in facts if isinstance(f, RoundEnded)]
    gaps = [f for f in facts if isinstance(f, GapFound)]
    assert recorded, "nothing recorded"
    assert all(a.ended_at < b.ended_at for a, b in pairwise(recorded)), "not in order"
    numbers = _numbers(game, watch, recorded, gaps)
    missing = [game.rounds[a + 1 : b] for a, b in pairwise(numbers) if b - a > 1]
    assert len(missing) == len(gaps), f"{missing} missing, but {gaps}"
    for lost, gap in zip(missing, gaps, strict=True):
        assert gap.from_at - 1 <= lost[0].ended_at <= lost[-1].ended_at <= gap.to_at
        assert len(lost) / 2 - 2 <= gap.rounds_missing <= len(lost) * 2 + 2
    for number, fact in zip(numbers, recorded, strict=True):
        _right(game.rounds[number], game, watch, fact)
    ends = {f.ended_at: game.rounds[n] for n, f in zip(numbers, recorded, strict=True)}
    earnings = [(ends[f.at], f.balance) for f in facts if isinstance(f, EarningNoted)]
    assert all(balance == 1000 + true.number for true, balance in earnings if not _touched(true, watch))
    return Verdict(numbers[0], missing)


def _numbers(game: Game, watch: Watch, recorded: list[RoundEnded], gaps: list[GapFound]) -> list[int]:
    """Which round each record is: those seen live by their time, those between them in turn."""
    numbers: list[int | None] = [None] * len(recorded)
    gaps_from = {gap.from_at for gap in gaps}
    for i, fact in enumerate(recorded):
        if fact.source is Source.LIVE:
            near = [r for r in game.rounds if r.ended_at <= fact.ended_at < r.black_at]
            assert near, f"{fact} ended when no round was at its end"
            hidden = any(
                spell.begin <= near[0].ended_at + game.fade_s + 2 / watch.hz and near[0].ended_at < spell.end
                for spell in watch.blind
            )
            assert hidden or fact.ended_at - near[0].ended_at <= game.fade_s + 3 / watch.hz
            numbers[i] = near[0].number
    for i in range(len(recorded) - 1, 0, -1):
        if numbers[i - 1] is None and numbers[i] is not None and recorded[i - 1].ended_at not in gaps_from:
            numbers[i - 1] = numbers[i] - 1
    for i in range(1, len(recorded)):
        if numbers[i] is None and numbers[i - 1] is not None:
            numbers[i] = numbers[i - 1] + 1
    found = [n for n in numbers if n is not None]
    assert len(found) == len(recorded), "nothing was seen live"
    assert all(a < b for a, b in pairwise(found)), f"{found}: twice, or one too many"
    wrong = [(game.rounds[n], f) for n, f in zip(found, recorded, strict=True) if game.rounds[n].multiplier != f.multiplier]
    assert not wrong, f"wrong: {wrong}"
    return found


def _right(true: Round, game: Game, watch: Watch, fact: RoundEnded) -> None:
    assert fact.started_at is None or fact.started_at <= fact.ended_at
    if fact.source is Source.LIVE and not _touched(true, watch):
        assert fact.players == true.number
        if true.ended_at - true.started_at < 3 / watch.hz:
            return
        assert fact.started_at is not None
        assert abs(fact.started_at - true.started_at) <= 0.3 * game.pace + game.fade_s + 2 / watch.hz


def _touched(true: Round, watch: Watch) -> bool:
    """Was a part of this round not seen?"""
    return watch.begin > true.started_at or any(s.begin < true.black_at and s.end > true.betting_at for s in watch.blind)


def nothing_lacks(game: Game, watch: Watch, facts: list[Fact], first: int, last: int) -> None:
    verdict = judged(game, watch, facts)
    assert verdict.missing == []
    assert verdict.first <= first
    assert verdict.first + sum(isinstance(f, RoundEnded) for f in facts) > last


def exact(game: Game, watch: Watch, facts: list[Fact], kills: Sequence[Kill]) -> None:
    """Fails on anything wrong or extra, on what lacks outside gaps, and on gaps that need not be."""
    downs = [Spell(kill.at - 2 / watch.hz, kill.at + kill.down_s, Kind.DROPPED) for kill in kills]
    seen = replace(watch, blind=[*watch.blind, *downs])
    recorded = [f for f in facts if isinstance(f, RoundEnded)]
    gaps = [f for f in facts if isinstance(f, GapFound)]
    assert all(a.ended_at < b.ended_at for a, b in pairwise(recorded)), "not in order"
    numbers = _numbers(game, seen, recorded, gaps)
    assert numbers[0] == 0
    assert numbers[-1] >= len(game.rounds) - 2
    missing = [game.rounds[a + 1 : b] for a, b in pairwise(numbers) if b - a > 1]
    for lost in missing:
        assert all(any(g.from_at - 1 <= r.ended_at <= g.to_at for g in gaps) for r in lost), f"{lost} lack outside {gaps}"
        assert not (shown := _still_shown(game, seen, lost)), f"{lost} lack, but stood on the strip in betting {shown}: {gaps}"
    for gap in gaps:
        assert gap.rounds_missing > 0
        assert any(gap.from_at - 1 <= r.ended_at <= gap.to_at for lost in missing for r in lost), f"nothing lacks in {gap}"


def _still_shown(game: Game, watch: Watch, lost: list[Round]) -> list[int]:
    """The bettings in which a clear strip, seen for long enough, still showed these rounds and what was surely on record then."""
    first = lost[0].number
    if not all(_clear(game, watch, r) for r in game.rounds[max(0, first - OVERLAP) : first]):
        return []
    last = min(first - OVERLAP + game.shown - 1, len(game.rounds) - 1)
    return [r.number for r in game.rounds[lost[-1].number + 1 : last + 1] if _clear(game, watch, r)]


def _clear(game: Game, watch: Watch, r: Round) -> bool:
    begin, end = r.betting_at - 1.0 * game.pace, r.betting_at + REST_S * game.pace
    hidden = [(s.begin, s.end) for s in watch.blind] + watch.covers
    hidden += [(at, at + TOAST_S * game.pace) for at, _ in watch.toasts]
    return not any(a < end and b > begin for a, b in hidden)

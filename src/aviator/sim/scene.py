"""What a page shows at one moment, and the same in the page's own words.

In: a game and the time (or a pose). Out: a `Scene` of plain values, and the `view`: a flat dict of ready texts that the page
puts up as they are. Pure; runs in the `sim` process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from aviator.sim.bets import Button
from aviator.sim.crowd import Punter
from aviator.sim.game import Game, Phase
from aviator.sim.skins import Skin

STRIP_LENGTH = 25
View = dict[str, object]


@dataclass(frozen=True)
class PanelScene:
    """One bet panel. A locked panel has a bet on its way, so its fields cannot be edited."""

    stake: Decimal
    auto_cash_out: Decimal | None
    button: Button
    auto_bet: bool = False


@dataclass(frozen=True)
class Scene:
    """Everything on a page. `history` is newest first; `share` is how much of the betting time is over."""

    phase: Phase
    multiplier: Decimal
    share: float
    round: int
    history: Sequence[Decimal]
    balance: Decimal
    players: int
    total_players: int | None
    total_win: Decimal
    panels: tuple[PanelScene, ...]
    rows: Sequence[Punter]


def scene_of(game: Game, now: float) -> Scene:
    share = game.betting_share(now)
    return Scene(
        phase=game.phase,
        multiplier=game.multiplier(now),
        share=share,
        round=game.round,
        history=list(game.history)[:STRIP_LENGTH],
        balance=game.bets.balance,
        players=game.players(now),
        total_players=game.total_players,
        total_win=game.total_win(now),
        panels=tuple(PanelScene(p.stake, p.auto_cash_out, p.button, p.auto_bet) for p in game.bets.panels),
        rows=[p for p in game.crowd.shown if p.joins <= share],
    )


def band(multiplier: Decimal) -> str:
    """LOW < 2 ≤ MID < 10 ≤ HIGH."""
    return "low" if multiplier < 2 else "mid" if multiplier < 10 else "high"


def view(scene: Scene, skin: Skin) -> View:
    """The scene as the page gets it; only keys that changed are sent."""
    numbers, texts = skin.numbers, skin.texts
    shows_score = scene.phase in (Phase.PLAYING, Phase.ENDED)
    return {
        "phase": scene.phase.value,
        "round": scene.round,
        "score": numbers.multiplier(scene.multiplier) if shows_score else "",
        "height": float(scene.multiplier) if shows_score else 1.0,
        "band": band(scene.multiplier),
        "message": {Phase.BETTING: texts.waiting, Phase.ENDED: texts.flew_away}.get(scene.phase, ""),
        "progress": round(scene.share * 50) * 2,
        "history": [[numbers.multiplier(m, skin.strip_decimals), band(m)] for m in scene.history],
        "balance": numbers.money(scene.balance),
        "players": skin.players(scene.players, scene.total_players),
        "total_win": numbers.amount(scene.total_win),
        "rows": [_row(punter, scene, skin) for punter in scene.rows],
        "panel_1": _panel(scene.panels[0], scene, skin),
        "panel_2": _panel(scene.panels[1], scene, skin),
    }


def _row(punter: Punter, scene: Scene, skin: Skin) -> list[str]:
    """Name, stake, and for those who cashed out: where and how much."""
    numbers = skin.numbers
    won = scene.phase in (Phase.PLAYING, Phase.ENDED) and punter.target <= scene.multiplier
    cells = (numbers.multiplier(punter.target), numbers.amount(punter.win)) if won else ("", "")
    return [punter.name, numbers.amount(punter.stake), *cells]


def _panel(panel: PanelScene, scene: Scene, skin: Skin) -> dict[str, object]:
    numbers, texts = skin.numbers, skin.texts
    if panel.button is Button.BET:
        label, sub = texts.bet, numbers.money(panel.stake)
    elif panel.button is Button.CANCEL:
        label, sub = texts.cancel, texts.queued
    else:
        label, sub = texts.cash_out, numbers.money((panel.stake * scene.multiplier).quantize(Decimal("0.01"), ROUND_FLOOR))
    return {
        "amount": numbers.amount(panel.stake),
        "auto": None if panel.auto_cash_out is None else numbers.amount(panel.auto_cash_out),
        "button": panel.button.value,
        "label": label,
        "sub": sub,
        "locked": panel.button is not Button.BET,
        "auto_bet": panel.auto_bet,
    }

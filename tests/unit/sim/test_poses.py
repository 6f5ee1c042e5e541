"""Poses: any screen on order, and random ones that cover what a page can show."""

from decimal import Decimal
from random import Random

import pytest

from aviator.sim.game import Phase
from aviator.sim.poses import BadPoseError, random_pose, scene_of_pose
from aviator.sim.scene import view
from aviator.sim.skins import SKINS, SKINS_BY_NAME


@pytest.mark.parametrize("skin", SKINS, ids=lambda s: s.slug)
def test_random_poses_cover_all_digits_magnitudes_phases_and_buttons(skin) -> None:
    rng = Random(1)
    views = [view(scene_of_pose(random_pose(skin, rng)), skin) for _ in range(200)]
    scores = [v["score"] for v in views if v["score"]]
    assert {len(score) - len(skin.numbers.suffix) for score in scores} >= {4, 5, 6, 8, 9}
    for key in ("score", "balance", "players", "total_win"):
        assert set("0123456789") <= set("".join(str(v[key]) for v in views))
    assert {v["phase"] for v in views} == {"betting", "flying", "ended", "black"}
    assert {v["panel_1"]["button"] for v in views} == {"bet", "cancel", "cash_out"}
    assert {v["panel_2"]["auto"] is None for v in views} == {True, False}


def test_a_pose_is_shown_in_the_sites_own_words() -> None:
    pose = {
        "phase": "ended",
        "multiplier": "1234.56",
        "history": ["1234.56", "1.00"],
        "balance": "1234.50",
        "players": 91,
        "total_players": 732,
        "total_win": "4074.05",
        "bet_amounts": ["10.00", "20.00"],
        "auto_cash_outs": ["2.00", None],
        "buttons": ["bet", "cancel"],
    }
    shown = view(scene_of_pose(pose), SKINS_BY_NAME["Mozzart"])
    assert (shown["score"], shown["message"], shown["balance"]) == ("1.234,56x", "ODLETEO!", "1.234,50 RSD")
    assert (shown["players"], shown["total_win"]) == ("91/732", "4.074,05")
    assert shown["history"] == [["1.234,56x", "high"], ["1,00x", "low"]]
    assert (shown["panel_1"]["amount"], shown["panel_1"]["auto"], shown["panel_1"]["label"]) == ("10,00", "2,00", "ULOŽI")
    assert (shown["panel_2"]["auto"], shown["panel_2"]["label"], shown["panel_2"]["locked"]) == (None, "OTKAŽI", True)


def test_an_empty_pose_has_harmless_values() -> None:
    scene = scene_of_pose({"phase": "black"})
    assert (scene.phase, scene.multiplier, len(scene.panels)) == (Phase.BLACK, Decimal("1.00"), 2)


@pytest.mark.parametrize("wrong", [{"phase": "sleeping"}, {"multiplier": "many"}, {"buttons": ["bet"]}, {"players": None}])
def test_a_wrong_pose_is_named(wrong) -> None:
    with pytest.raises(BadPoseError, match="cannot be taken"):
        scene_of_pose(wrong)

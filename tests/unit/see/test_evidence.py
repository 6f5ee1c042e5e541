import logging

import cv2
import numpy as np

from aviator.core.types import Field
from aviator.see.evidence import EVERY_S, Evidence

CROP = np.full((6, 9, 4), (10, 20, 30, 255), np.uint8)
AT = 1_700_000_000.0


def test_a_crop_is_kept_as_it_was(tmp_path):
    folder = tmp_path / "evidence" / "admiral"
    Evidence(folder, 10).keep(Field.SCORE, CROP, AT, "0.42")
    (file,) = folder.iterdir()
    assert file.name == "score-1700000000.00-0.42.png"
    picture = cv2.imread(str(file))
    assert picture is not None
    assert np.array_equal(picture, CROP[:, :, :3])


def test_a_field_is_kept_only_now_and_then(tmp_path):
    evidence = Evidence(tmp_path, 100)
    for i in range(31):
        evidence.keep(Field.SCORE, CROP, AT + i * EVERY_S / 10, "0.10")
        evidence.keep(Field.BALANCE, CROP, AT + i * EVERY_S / 10, "0.10")
    assert sorted(p.name.partition("-")[0] for p in tmp_path.iterdir()) == ["balance"] * 4 + ["score"] * 4


def test_the_folder_is_bounded_and_the_oldest_go(tmp_path):
    evidence = Evidence(tmp_path, 3)
    for i in range(8):
        evidence.keep(Field.SCORE, CROP, AT + i * EVERY_S, f"{i}")
        assert len(list(tmp_path.iterdir())) == min(3, i + 1)
    assert sorted(p.stem.rpartition("-")[2] for p in tmp_path.iterdir()) == ["5", "6", "7"]


def test_no_evidence_is_wanted(tmp_path):
    Evidence(tmp_path / "none", 0).keep(Field.SCORE, CROP, AT, "0.10")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_the_crop_only(tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.touch()
    evidence = Evidence(blocked / "folder", 10)
    with caplog.at_level(logging.WARNING):
        for i in range(3):
            evidence.keep(Field.SCORE, CROP, AT + i * EVERY_S, "0.10")
    assert len(caplog.records) == 1, "said once, not every time"
    blocked.unlink()
    evidence.keep(Field.SCORE, CROP, AT + 3 * EVERY_S, "0.10")
    assert len(list((blocked / "folder").iterdir())) == 1


def test_a_crop_that_cannot_be_written_is_told_and_the_bound_holds(tmp_path, caplog):
    (tmp_path / "score-1700000000.00-0.10.png").mkdir()
    evidence = Evidence(tmp_path, 3)
    with caplog.at_level(logging.WARNING):
        evidence.keep(Field.SCORE, CROP, AT, "0.10")
    assert len(caplog.records) == 1
    (tmp_path / "score-1700000000.00-0.10.png").rmdir()
    for i in range(1, 6):
        evidence.keep(Field.SCORE, CROP, AT + i * EVERY_S, f"{i}")
    assert sorted(p.stem.rpartition("-")[2] for p in tmp_path.iterdir()) == ["3", "4", "5"]


def test_what_an_earlier_process_kept_counts(tmp_path):
    for i in range(4):
        Evidence(tmp_path, 3).keep(Field.SCORE, CROP, AT + i * EVERY_S, f"{i}")
    assert sorted(p.stem.rpartition("-")[2] for p in tmp_path.iterdir()) == ["1", "2", "3"]

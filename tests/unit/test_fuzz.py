"""A short run of `./dev bench fuzz`: no hostile input is an unexpected error."""

from pathlib import Path

import pytest
from bench.fuzz import fuzz


@pytest.mark.parametrize("seed", [7, 8])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_hostile_input_is_an_unexpected_error(seed: int, tmp_path: Path) -> None:
    figures = fuzz(seed, 250, tmp_path / "kept")
    assert figures["failures"] == []
    assert len(figures["tried"]) == 13

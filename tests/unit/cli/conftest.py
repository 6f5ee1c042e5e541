from collections.abc import Iterator

import pytest

from aviator.run.logs import failures


@pytest.fixture(autouse=True)
def wide_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output as wide as needed; tests of narrow output set their own width."""
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture(autouse=True)
def no_data_folder_of_another_test() -> Iterator[None]:
    """Where tracebacks go is remembered from the last run in this process."""
    before = failures.set(None)
    yield
    failures.reset(before)

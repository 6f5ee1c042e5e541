import pytest

from aviator.calibrate.teacher import Teacher


@pytest.fixture(scope="session")
def teacher() -> Teacher:
    """The recogniser that calibrates in earnest; loading it takes a second."""
    return Teacher()

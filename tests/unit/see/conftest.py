import multiprocessing
from collections.abc import Iterator

import pytest


@pytest.fixture
def pipe() -> Iterator[tuple]:
    engine, worker = multiprocessing.Pipe()
    yield engine, worker
    engine.close()
    worker.close()

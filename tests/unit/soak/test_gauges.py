"""Memory of processes that come and go while a soak runs."""

import os
import subprocess
import sys

import pytest
from tools.soak.gauges import own_memory_mb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the soak runs on Linux only")


def test_a_living_process_has_memory() -> None:
    assert own_memory_mb(os.getpid()) > 1


def test_a_process_that_ended_and_was_not_asked_how_has_none() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    try:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ProcessLookupError):
            own_memory_mb(child.pid)
    finally:
        child.wait()

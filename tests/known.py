"""Known good profiles, of the six simulated bookmakers: what tests and benches read by."""

from pathlib import Path

PROFILES = Path(__file__).parent / "profiles"

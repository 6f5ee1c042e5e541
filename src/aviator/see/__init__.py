"""Pixels in, facts out: capture, reading, phases, rounds. Runs in one worker process per bookmaker."""

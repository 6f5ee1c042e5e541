"""Whether to bet, how much, and what became of it: pure state machines fed with events. No clock, no I/O, no chance."""

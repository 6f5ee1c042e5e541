"""Types, events, ports, clock, state machines, settings and errors; standard library only, shared by every room."""

"""Starts, supervises and stops everything: the only room that wires the others together."""

"""Bets carried out: plans, transactions, mouse and keyboard. Runs in the engine process, thread `hands`."""

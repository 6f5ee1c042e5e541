"""The record: schema, the writer thread that alone writes it, and what reads it: queries, export, verify."""

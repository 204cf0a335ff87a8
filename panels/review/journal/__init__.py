"""The session at work: one thread that reads and writes the journal."""

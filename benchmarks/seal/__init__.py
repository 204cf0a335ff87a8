"""Single-byte changes of sealed packages, and how fast packages are sealed and checked."""

"""How good and how fast: detection and speed, always beside the peers."""

"""What is decided about findings, by whom, and how many agree."""

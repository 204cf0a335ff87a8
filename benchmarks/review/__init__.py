"""How fast the review's queue is on 100,000 findings, and whether the window ever stands still."""

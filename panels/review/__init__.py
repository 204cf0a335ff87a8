"""The review room: a ranked queue, the evidence for each finding, and decisions about it."""

"""The queue: what to look at next, found and filtered."""

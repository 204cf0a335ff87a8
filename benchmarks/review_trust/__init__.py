"""Whether decisions can be lost, changed unseen, or come together wrongly: tried, and counted."""

"""The Verify panel: choose a package, run our own algorithm, look at what was found."""

"""The Processing provider: one thin algorithm per file."""

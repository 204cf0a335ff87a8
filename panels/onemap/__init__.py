"""The One Map panel: sign in, find, load, see what is loaded, deliver."""

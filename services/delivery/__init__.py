"""Bringing sealed packages to the platform: a queue that forgets nothing, and its courier."""

"""The delivery queue as a page of the One Map panel."""

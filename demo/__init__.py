"""A county that does not exist on terrain that does, and the main job done on it."""

"""The evidence for one finding: words, charts, photos, map."""

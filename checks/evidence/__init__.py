"""Everything needed to decide one finding: numbers in words, charts, photos, shapes, links."""

"""From facts to findings; one small module per family."""

"""The county's side: fix, check again, until nothing is left."""

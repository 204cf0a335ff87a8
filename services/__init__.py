"""The platform: who one is, what there is, and how a record is delivered."""

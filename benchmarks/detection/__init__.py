"""How much tampering is found, and how many honest surveyors are accused: one seeded run."""

"""The history of the tables. Each migration says whether it is safe while the previous release runs."""

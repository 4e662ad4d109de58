"""From an experiment to a run: every table and every number of a page."""

"""Parts of an experiment: what enters, folds and rows, ranges, and what is said of events."""

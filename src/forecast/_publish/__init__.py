"""Parts of the monthly round: lock, sources, re-runs, placing of folders, hooks, kept folds. Used by `publish` only."""

"""The monthly round, one file a step."""

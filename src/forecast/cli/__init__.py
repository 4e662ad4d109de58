"""The command: words typed, calls of functions below."""

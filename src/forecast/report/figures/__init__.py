"""The charts, one file each, and how they are drawn."""

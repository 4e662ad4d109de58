"""Parts of the command: its verbs, how it speaks to a terminal, and the first experiment that it writes."""

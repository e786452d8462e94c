"""Searching for a better recipe: trials of one study, shared out among any number of processes and machines."""

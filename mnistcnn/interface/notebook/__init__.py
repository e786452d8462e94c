"""What a notebook shows of a run: a live display while it is trained, a summary afterwards."""

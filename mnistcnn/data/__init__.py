"""Images and labels: their file format, where they come from, and which of them make up a step's batch."""

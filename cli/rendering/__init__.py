"""What people and programs see of a command: live display, plain log, NDJSON, tables."""

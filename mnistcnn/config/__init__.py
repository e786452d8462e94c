"""Configuration: the schema, reading YAML and overrides into it, and errors that name the line and the key."""

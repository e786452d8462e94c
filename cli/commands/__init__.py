"""The commands, one file each: parse, load, call the core, render."""

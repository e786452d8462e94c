"""What `mnistcnn doctor` examines, and what it advises.

It belongs to the command line, because only the command needs it. What it asks about (oneDNN, limits, cards, data) is
found by the core, beside the code that uses it.
"""

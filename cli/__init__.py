"""The command line: parses, loads, calls the core and renders. Installed as `mnistcnn_cli`."""

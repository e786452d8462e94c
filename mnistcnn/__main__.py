"""`python -m mnistcnn` is `mnistcnn`."""

import runpy

if __name__ == "__main__":
    # By name: the core imports no command line, and works without one.
    runpy.run_module("mnistcnn_cli", run_name="__main__", alter_sys=True)

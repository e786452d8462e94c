"""`python -m mnistcnn_cli` is `mnistcnn`."""

from .app import main

if __name__ == "__main__":
    main()

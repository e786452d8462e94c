"""The pictures themselves, one kind a file; `mnistcnn.visualize.pictures` lists them."""

from .. import drawing as drawing  # Imports Matplotlib in the way that it needs.

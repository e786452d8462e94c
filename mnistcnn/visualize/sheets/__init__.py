"""The pictures themselves, one kind a file; `mnistcnn.visualize.pictures` lists them."""

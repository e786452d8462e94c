"""Making the four IDX files from CSV, from NumPy's NPZ, or from folders of images, one for each digit."""

"""One HTML file in which a person draws a digit and watches a run's own network think; `build.py` writes it.

The scripts are plain ES modules, one subject each, which Node can import as they are.
"""

"""What `import mnistcnn` offers to programs and notebooks; docs/python.md describes it.

`mnistcnn/__init__.py` lists the names and imports each from here when it is first used.
"""

from .unchanged import kept_environment

# Its import sets variables for TensorFlow. Here they are set when TensorFlow starts, and put back afterwards.
with kept_environment():
    from .. import network as network

"""Finds the packages; everything else is in pyproject.toml.

The folder `cli/` is installed as `mnistcnn_cli`: as `cli` it would collide with other people's in site-packages.
"""

from setuptools import find_packages, setup

core = find_packages(include=["mnistcnn", "mnistcnn.*"])
command_line = [name.replace("cli", "mnistcnn_cli", 1) for name in find_packages(include=["cli", "cli.*"])]
setup(packages=[*core, *command_line], package_dir={"mnistcnn_cli": "cli"})

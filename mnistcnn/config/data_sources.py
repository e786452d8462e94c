"""The names of the data sources, spelled once for the configuration, the data and the command line."""

from __future__ import annotations

from typing import Literal

SourceName = Literal["mnist", "digits", "idx"]
"""What data can be."""
DataSource = Literal["auto", SourceName]
"""What can be asked for; `auto` is `mnist` or, where that cannot be loaded, `digits`."""

"""How many sets of pictures a run has for TensorBoard, which shows ten of them by default."""

from __future__ import annotations

from ..config.schema import Config
from .directory import Run


def count_picture_sets(run: Run, config: Config) -> int:
    """Sets of pictures of a whole run at most: at the start, every `summaries.every` steps, at the end.

    It uses the shortest `every` that the run ever had. Each resume that changed something may have added the end of the
    session before it, or a set between two cadences.
    """
    if not config.summaries.enabled:
        return 0
    changes = [resumed["changes"] for resumed in run.manifest().get("resumed", []) if resumed["changes"]]
    former = (every for each in changes for every in each.get("summaries.every", []))
    shortest = min([config.summaries.every, *(every for every in former if isinstance(every, int) and every > 0)])
    return -(-config.steps // shortest) + 1 + len(changes)

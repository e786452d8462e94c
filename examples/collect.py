#!/usr/bin/env python3
"""Mean test accuracy for each recipe: of runs that differ in their seed alone.

command   mnistcnn runs --json | examples/collect.py
"""

import json
import statistics
import sys

recipes: dict[str, list[float]] = {}
for line in sys.stdin:
    run = json.loads(line)
    if run["state"] == "finished" and run["test_accuracy"] is not None:
        changed = {key: value for key, value in run["changed"].items() if key != "seed"}
        recipe = f"{run['data']} {json.dumps(changed)}"
        recipes.setdefault(recipe, []).append(run["test_accuracy"])
for recipe, accuracies in sorted(recipes.items(), key=lambda item: -statistics.fmean(item[1])):
    deviation = f"± {statistics.stdev(accuracies):.2%}" if len(accuracies) > 1 else ""
    print(f"{statistics.fmean(accuracies):.2%} {deviation}  n={len(accuracies)}  {recipe}")

"""MNIST: where it is, whether it is intact, and whether it could be downloaded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING

from .finding import Finding

if TYPE_CHECKING:
    from mnistcnn.data.report import PlaceReport

_PATIENCE_SECONDS = 3.0


def examine_mnist() -> Finding:
    """The place that counts: the folder that the user named, else the cache."""
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.report import report_places

    place = report_places(DataConfig(source="mnist"))[0]
    details = asdict(place) | {"state": place.state}
    where = f"{place.where} ({place.named_by})"
    if place.state == "ok":
        return Finding("MNIST", f"intact in {where}", details=details)
    fetch = "mnistcnn data --fetch"
    if place.named_by != "cache":
        advice = f"replace these files, or unset MNISTCNN_DATA_DIR and run: {fetch}"
        return Finding("MNIST", f"{place.state} in {where}: {_reasons(place)}", "problem", advice, details)
    if place.state == "damaged":
        return Finding("MNIST", f"damaged in {where}: {_reasons(place)}", "problem", f"run: {fetch}", details)
    advice = f"nothing, or run: {fetch}; `mnistcnn train` downloads it (11 MB), or uses the bundled digits instead"
    return Finding("MNIST", f"not downloaded yet into {where}", "note", advice, details)


def _reasons(place: PlaceReport) -> str:
    """Each reason once, since a missing folder is the same for all four files."""
    reasons = dict.fromkeys(file.reason for file in place.files if file.reason)
    return " ".join(reasons)


def examine_mirrors() -> Finding:
    """Whether MNIST could be downloaded; a machine without a network is no problem."""
    from mnistcnn.data.download import MIRRORS, mirror_problem

    with ThreadPoolExecutor() as pool:
        problems = dict(
            zip(MIRRORS, pool.map(lambda url: mirror_problem(url, _PATIENCE_SECONDS), MIRRORS), strict=True)
        )
    failed = "; ".join(f"{mirror}: {problem}" for mirror, problem in problems.items() if problem)
    details = {"mirrors": problems}
    if not failed:
        return Finding("mirrors", f"all {len(MIRRORS)} answer", details=details)
    if None in problems.values():
        return Finding("mirrors", failed, "note", "nothing: the other one is used", details)
    advice = (
        "without a network, copy MNIST's four files to a folder and name it with MNISTCNN_DATA_DIR; behind a proxy, "
        "set HTTPS_PROXY"
    )
    return Finding("mirrors", failed, "note", advice, details)

"""The software: Python, this program with its packages, TensorFlow, and what exporting and the page need."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

import mnistcnn

from .finding import Finding
from .tensorflow_probe import Probe


def examine_python() -> Finding:
    """Which Python this is."""
    found = f"{platform.python_version()}, {sys.executable}"
    return Finding("Python", found, details={"version": platform.python_version(), "executable": sys.executable})


def examine_mnistcnn() -> Finding:
    """Whether the packages are there that this program was installed with."""
    details: dict[str, object] = {"version": mnistcnn.__version__}
    found = f"{mnistcnn.__version__}, {Path(mnistcnn.__file__).parent}"
    try:
        wrong = _unmet(requires("mnistcnn") or [])
    except PackageNotFoundError:
        return Finding("mnistcnn", f"{found}, run from its source", details=details)
    if not wrong:
        return Finding("mnistcnn", f"{found}, with all of its packages", details=details)
    needed = " ".join(f"'{requirement}'" for requirement in wrong)
    return Finding(
        "mnistcnn",
        f"{found}; " + "; ".join(f"{name} is {have or 'missing'}" for name, have in wrong.items()),
        "problem",
        f"{sys.executable} -m pip install {needed}",
        details | {"wrong_packages": {str(requirement): have for requirement, have in wrong.items()}},
    )


def _unmet(requirements: Iterable[str]) -> dict[str, str | None]:
    """The requirements of a plain installation that are not met, and the version that is there instead."""
    unmet: dict[str, str | None] = {}
    for requirement in map(Requirement, requirements):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            have: str | None = version(requirement.name)
        except PackageNotFoundError:
            have = None
        if have is None or not requirement.specifier.contains(have, prereleases=True):
            unmet[f"{requirement.name}{requirement.specifier}"] = have
    return unmet


def examine_tensorflow(probe: Probe) -> Finding:
    """Whether TensorFlow starts."""
    if probe.problem is None:
        return Finding("TensorFlow", f"{probe.version}, starts", details={"version": probe.version})
    return Finding(
        "TensorFlow", f"does not start: {probe.problem}", "problem", _advice_on_start(), {"problem": probe.problem}
    )


def _advice_on_start() -> str:
    from mnistcnn.network.precision import processor_flags

    flags = processor_flags()
    if flags and "avx" not in flags:
        return "this processor has no AVX, which TensorFlow's packages need: use another machine"
    return f"{sys.executable} -m pip install --force-reinstall 'tensorflow>=2.21'"


def examine_onednn(probe: Probe) -> Finding:
    """Whether TensorFlow uses oneDNN, and who decided that."""
    from mnistcnn.network.precision import processor_flags
    from mnistcnn.network.startup import ONEDNN, needs_switch

    switched = needs_switch(platform.machine(), processor_flags())
    value = os.environ.get(ONEDNN)
    details = {"on": probe.onednn, "variable": value}
    if probe.onednn is None:
        return Finding("oneDNN", "unknown: TensorFlow does not start", details=details)
    if probe.onednn and switched:
        return Finding("oneDNN", f"on: {ONEDNN}=1, because it is faster on processors with AVX2", details=details)
    if probe.onednn:
        return Finding("oneDNN", "on: TensorFlow's default for this processor", details=details)
    if value is not None and switched:
        return Finding("oneDNN", f"off: {ONEDNN}={value}", "note", f"it is faster here: unset {ONEDNN}", details)
    why = f"{ONEDNN}={value}" if value is not None else "TensorFlow's default for this processor"
    return Finding("oneDNN", f"off: {why}", details=details)


def examine_export() -> Finding:
    """Which formats of `mnistcnn export` this installation can make and check."""
    from mnistcnn.export.formats import FORMATS

    lacks = {str(one.name): one.lacks(verify=True) for one in FORMATS.values()}
    ready = ", ".join(name for name, needed in lacks.items() if needed is None)
    lacking = [f"{name} {needed}" for name, needed in lacks.items() if needed is not None]
    if not lacking:
        return Finding("export", f"every format: {ready}", details=lacks)
    return Finding("export", f"{ready} can be made and checked", "note", "; ".join(lacking), lacks)


def examine_browser() -> Finding:
    """What the page needs."""
    return Finding("page", "no browser is needed to make it, and any browser shows it; Chromium is not needed")

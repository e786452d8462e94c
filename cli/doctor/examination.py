"""Everything that `mnistcnn doctor` looks at, in the order of its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from . import data, gpu, installation, machine
from .finding import Finding
from .tensorflow_probe import probe_tensorflow


def examine(log_dir: Path) -> list[Finding]:
    """Examine this machine; starting TensorFlow takes longest, so everything else runs at the same time.

    Args:
        log_dir: where runs go.
    """
    with ThreadPoolExecutor() as pool:
        probe = pool.submit(probe_tensorflow)
        parts: list[tuple[str, Callable[[], Finding | Sequence[Finding]]]] = [
            ("Python", installation.examine_python),
            ("mnistcnn", installation.examine_mnistcnn),
            ("TensorFlow", lambda: installation.examine_tensorflow(probe.result())),
            ("oneDNN", lambda: installation.examine_onednn(probe.result())),
            ("instruction sets", machine.examine_instruction_sets),
            ("cores", machine.examine_cores),
            ("memory", machine.examine_memory),
            ("GPU", lambda: gpu.examine_gpus(probe.result())),
            ("disk", lambda: machine.examine_disks(log_dir)),
            ("MNIST", data.examine_mnist),
            ("mirrors", data.examine_mirrors),
            ("export", installation.examine_export),
            ("page", installation.examine_browser),
        ]
        futures = [(subject, pool.submit(part)) for subject, part in parts]
        return [finding for subject, future in futures for finding in _findings(subject, future)]


def _findings(subject: str, future: Future[Finding | Sequence[Finding]]) -> Sequence[Finding]:
    """What a part found. One that fails is a finding as well: whoever asks for help must see all the others."""
    try:
        found = future.result()
    except Exception as error:
        advice = "please report this, with the whole table"
        return [Finding(subject, f"could not be examined: {type(error).__name__}: {error}", "problem", advice)]
    return [found] if isinstance(found, Finding) else found

"""Exports a network, format by format, and proves each file before it gets its name."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from .. import files
from ..data.dataset import Dataset, Examples
from ..errors import DataError, ExportMismatchError, RunError
from ..network.doubt import Doubt
from ..network.evaluator import EvaluationResult, evaluate
from ..runs.data import check_own_data
from ..runs.directory import Run, now
from ..runs.environment import describe_environment
from ..runs.trained import TrainedNetwork
from . import c_file, keras_file, litert_file, numpy_file, onnx_file, saved_model_file
from .directory import ExportDirectory, checksums, without_nan
from .formats import DIFFERS, Format, FormatName
from .inference import ask
from .metadata import Metadata, describe
from .parity import Parity, compare
from .source import Source

Verdict = Literal["verified", "differs", "unverified"]

_PACKAGES = ("tensorflow", "keras", "numpy", "onnx", "tf2onnx", "onnxruntime", "ai-edge-litert")

_NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO)


@dataclass(frozen=True)
class Exporting:
    """The export of one format begins, or it is there and its proof begins."""

    format: FormatName
    stage: Literal["write", "verify"]


@dataclass(frozen=True)
class Exported:
    """One format is done."""

    format: FormatName
    path: Path
    verdict: Verdict
    problems: tuple[str, ...]
    """Why it differs."""
    size: int
    """Bytes, of all its files."""
    record: dict[str, Any] = field(repr=False)
    """As in export.json."""
    parity: Parity | None = field(repr=False)
    """None if it was not run."""

    @property
    def parity_record(self) -> dict[str, Any] | None:
        """As in parity.json."""
        if self.parity is None:
            return None
        return {**without_nan(asdict(self.parity)), "machine": describe_environment()["machine"]}


@dataclass(frozen=True)
class ExportFailed:
    """One format could not be made, or not be compared with the network; the others follow all the same."""

    format: FormatName
    path: Path
    """What it would have been."""
    problem: str


@dataclass(frozen=True, eq=False)
class _Expected:
    """What the network itself answers to the test split."""

    data: str
    examples: Examples
    result: EvaluationResult


def export(
    trained: TrainedNetwork,
    formats: Sequence[Format],
    directory: ExportDirectory,
    dataset: Dataset | None,
    *,
    doubt: Doubt | None = None,
    verify: bool = True,
    overwrite: bool = False,
) -> Iterator[Exporting | Exported | ExportFailed]:
    """Export a network in every format.

    Each file is made beside, run by its own runtime on the whole test split, and renamed: to its own name if it
    answers as the network does, else to that with `.differs`, and whatever had the name before stays. A file that
    cannot be run is not kept. A format whose converter fails does not keep the others from being made.

    Args:
        trained: the network.
        formats: in which.
        directory: where to.
        dataset: the run's own: its test images prove, its training images calibrate. None if neither is needed.
        doubt: of the network, for the formats that can compute it.
        verify: False to prove nothing; the records say so.
        overwrite: replace exports that are there.

    Raises:
        UsageError: an export is there already, and `overwrite` is False; or what is there is not of an export.
        DataError: the data is not the run's own, or none is there where it is needed.
        RunError: the directory cannot be written, or is in use.
    """
    metadata = describe(trained.run, trained.checkpoint, trained.step, trained.digest, doubt)
    _check_data(trained.run, formats, dataset, verify=verify)
    calibration = None if dataset is None else dataset.train.images
    source = Source(trained.network, metadata, trained.config.keep_prob, calibration, doubt)
    with directory.opened():
        directory.check_replaceable(formats, overwrite=overwrite)
        expected = _expect(trained, dataset) if verify and dataset is not None else None
        for one in formats:
            yield from _export_one(one, source, directory, expected)


def raise_for_problems(exported: Sequence[Exported], failed: Sequence[ExportFailed]) -> None:
    """Report at the end what went wrong with single formats.

    Raises:
        ExportMismatchError: a file differs from its network, which is worse than one that is missing.
        RunError: a format could not be made.
    """
    different = [done for done in exported if done.problems]
    lines: list[str] = []
    if different:
        lines = [f"{len(different)} of {len(exported)} exports do not predict what the network predicts"]
        lines += [f"{done.path}: {'; '.join(done.problems)}" for done in different]
    if failed:
        lines += [f"{len(failed)} of {len(failed) + len(exported)} formats could not be made"]
        lines += [f"{each.path}: {each.problem}" for each in failed]
    if lines:
        raise (ExportMismatchError if different else RunError)(*lines)


def _check_data(run: Run, formats: Sequence[Format], dataset: Dataset | None, *, verify: bool) -> None:
    if dataset is None:
        if verify or any(not one.exact for one in formats):
            raise DataError("the run's data is needed to verify an export and to calibrate 8-bit integers")
        return
    check_own_data(run, dataset)


def _expect(trained: TrainedNetwork, dataset: Dataset) -> _Expected:
    return _Expected(dataset.name, dataset.test, evaluate(trained.network, dataset.test))


def _export_one(
    format_: Format, source: Source, directory: ExportDirectory, expected: _Expected | None
) -> Iterator[Exporting | Exported | ExportFailed]:
    with files.directory_beside(directory.path) as temporary:
        made = temporary / format_.file
        parity: Parity | None = None
        try:
            yield Exporting(format_.name, "write")
            _write(format_, source, made)
            if expected is not None:
                yield Exporting(format_.name, "verify")
                parity = _compare(format_, made, expected)
        except RunError as error:
            yield ExportFailed(format_.name, directory.path / format_.file, str(error))
            return
        problems = () if parity is None else tuple(parity.problems)
        verdict: Verdict = "unverified" if expected is None else "differs" if problems else "verified"
        name = format_.file + (DIFFERS if problems else "")
        record = _record(format_, made, source.metadata, verdict, problems)
        done = Exported(format_.name, directory.path / name, verdict, problems, record["bytes"], record, parity)
        directory.put(made, name, record, done.parity_record)
        if not problems:
            directory.drop(name + DIFFERS)
    yield done


def _write(format_: Format, source: Source, made: Path) -> None:
    try:
        _WRITERS[format_.name](source, made)
    except Exception as error:  # Other people's converters raise whatever they like.
        raise RunError(_problem(error)) from error


def _problem(error: Exception) -> str:
    """What an exception says, in one line: the system's words, also from among TensorFlow's, else its own."""
    if reason := next((words for words in map(os.strerror, _NOT_WRITTEN) if words in str(error)), None):
        return f"cannot write: {reason}"
    return " ".join(f"{type(error).__name__}: {error}".split())


def _compare(format_: Format, made: Path, expected: _Expected) -> Parity:
    """Run a file on the test images; one that cannot be run may well be right, and is not kept without its proof."""
    try:
        answers = ask(format_, made, expected.examples.images, latency=True)
    except RunError as error:
        reason = str(error).removeprefix(f"{made}: ")
        message = f"not kept, since it could not be compared with the network: {reason}; to keep it, export unverified"
        raise RunError(message) from error
    return compare(expected.data, expected.result.logits, expected.result.labels, answers, exact=format_.exact)


def _record(
    format_: Format, made: Path, metadata: Metadata, verdict: Verdict, problems: tuple[str, ...]
) -> dict[str, Any]:
    inside = checksums(made)
    return {
        "format": format_.name,
        "verdict": verdict,
        "problems": list(problems),
        "bytes": sum(one["bytes"] for one in inside.values()),
        "files": inside,
        "exported": now(),
        "packages": _versions(),
        "metadata": asdict(metadata),
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


_WRITERS: dict[FormatName, Callable[[Source, Path], None]] = {
    "saved_model": saved_model_file.write,
    "keras": keras_file.write,
    "onnx": onnx_file.write,
    "litert": litert_file.write_float,
    "litert-int8": litert_file.write_int8,
    "numpy": numpy_file.write,
    "c": c_file.write_float,
    "c-int8": c_file.write_int8,
}

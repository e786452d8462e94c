"""The same recipe with several seeds, one run after the other: how much of an accuracy is luck with the seed.

What is known so far is kept in `<log_dir>/seeds-<time>-<hash>.json`, rewritten after each run.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from .. import files
from ..config.schema import Config
from ..data.dataset import Dataset
from ..errors import ConfigError, MnistCnnError, RunError, UsageError
from ..events import Event, RunFinished, RunStarted, SeedFinished, SeedsFinished, SeedStarted, State, Warned
from ..runs.creating import config_hash
from ..statistics import spread
from .signatures import Stop, Train

FORMAT = 1
_MOST_SEEDS = 10_000
_RANGE = re.compile(r"([0-9]{1,10})(?:-([0-9]{1,10}))?", re.ASCII)


def parse_seeds(text: str) -> list[int]:
    """Read `0-9`, `3` or `0,3,5-7`.

    Raises:
        UsageError: it is not such a list, names a seed twice, or names too many.
    """
    seeds: dict[int, None] = {}
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, -1)
        if last < first:
            raise UsageError(
                f"--seeds {text}: expected numbers and ranges such as 0-9 or 0,3,5-7, not '{part.strip()}'"
            )
        if last - first >= _MOST_SEEDS - len(seeds):
            raise UsageError(f"--seeds {text}: more than {_MOST_SEEDS:,} seeds")
        for seed in range(first, last + 1):
            if seed in seeds:
                raise UsageError(f"--seeds {text}: {seed} is given twice, which would be the same run twice")
            seeds[seed] = None
    return list(seeds)


def train_seeds(
    configs: Sequence[Config], dataset: Dataset, train: Train, stop: Stop, started: datetime
) -> Iterator[Event]:
    """Train one run for each configuration; one that fails does not keep the others from running.

    Args:
        configs: at least one; they differ in their seed, and in their name if they have one.
        dataset: what all of them learn from.
        train: `mnistcnn.training.loop.train`, from outside, so that this file needs no TensorFlow.
        stop: asked by every run; when it says yes, no other run begins.
        started: the time in the name of the batch's file.

    Returns:
        For each run `SeedStarted`, its own events and `SeedFinished`; then `SeedsFinished`.

    Raises:
        ConfigError: the configuration does not fit the data, with any seed.
        RunError: the batch's file cannot be made.
        MnistCnnError: after the last event, the first failure again, if the batch was not stopped. Of another
            exception it is that one, because it is a bug.
    """
    batch = _Batch(configs, dataset.name, started)
    for number, config in enumerate(configs, 1):
        if stop():
            break
        yield SeedStarted(config.seed, number, len(configs))
        yield from batch.run(config.seed, partial(train, config, dataset, stop))
        dataset = replace(dataset, warning=None)  # Said once.
    yield batch.finished()
    if not stop():
        batch.raise_first_failure()


class _Batch:
    """What has become of each seed so far, in memory and in the batch's file."""

    def __init__(self, configs: Sequence[Config], data: str, started: datetime) -> None:
        self._began = time.monotonic()
        self._data = data
        self._results = {config.seed: SeedFinished(config.seed, "not run", data) for config in configs}
        self._first_failure: tuple[int, Exception] | None = None  # Only this one: it holds its run's memory.
        self._path = _new_file(configs[0], started)

    def run(self, seed: int, start: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        """One run, however it ends."""
        self._results[seed] = SeedFinished(seed, "running", self._data)
        try:
            for event in start():
                self._absorb(seed, event)
                yield event
        except ConfigError:
            if all(result.run is None for result in self._results.values()):
                self._path.unlink(missing_ok=True)  # It would say nothing.
            raise
        except Exception as error:
            self._fail(seed, error)
        except (KeyboardInterrupt, GeneratorExit):
            self._results[seed] = replace(self._results[seed], state="interrupted")
            self._save()
            raise
        gc.collect()  # A network and its compiled steps refer to each other.
        yield self._results[seed]
        problem = self._save()
        if problem:
            yield Warned(problem)

    def finished(self) -> SeedsFinished:
        """The sum of it."""
        results = tuple(self._results.values())
        done = [result for result in results if result.state == "finished"]
        return SeedsFinished(
            file=self._path,
            data=self._data,
            results=results,
            test_accuracy=spread([each.test_accuracy for each in done if each.test_accuracy is not None]),
            best_test_accuracy=spread(
                [each.best_test_accuracy for each in done if each.best_test_accuracy is not None]
            ),
            seconds=time.monotonic() - self._began,
        )

    def raise_first_failure(self) -> None:
        """Raise the first failure, if there was one."""
        if self._first_failure is None:
            return
        seed, error = self._first_failure
        if not isinstance(error, MnistCnnError):
            raise error
        failed = sum(result.state in ("failed", "diverged") for result in self._results.values())
        raise type(error)(f"{failed} of {len(self._results)} seeds failed, seed {seed} first: {error}") from error

    def _absorb(self, seed: int, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._results[seed] = replace(self._results[seed], run=event.run)
        elif isinstance(event, RunFinished):
            self._results[seed] = SeedFinished(
                seed=seed,
                state=event.state,
                data=self._data,
                run=event.run,
                test_accuracy=event.test_accuracy,
                best_step=event.best_step,
                # Without validation, the best step is the last, and `test_accuracy` says it all.
                best_test_accuracy=event.best_test_accuracy if event.best_validation_accuracy is not None else None,
                weights_digest=event.weights_digest,
                seconds=event.seconds,
            )

    def _fail(self, seed: int, error: Exception) -> None:
        self._first_failure = self._first_failure or (seed, error)
        result = self._results[seed]
        state: State = "diverged" if result.state == "diverged" else "failed"
        reason = str(error) if isinstance(error, MnistCnnError) else repr(error)
        self._results[seed] = replace(result, state=state, reason=reason)

    def _save(self) -> str | None:
        """Rewrite the file; what is wrong if it cannot be written, which is no reason to stop training."""
        try:
            files.write_atomically(self._path, _content(self.finished()))
        except OSError as error:
            return f"{self._path}: cannot write: {error.strerror or error}"
        return None


def _new_file(config: Config, started: datetime) -> Path:
    """Claim a name that nobody has, beside the runs."""
    stem = f"seeds-{started:%Y%m%d-%H%M%S}-{config_hash(config.model_copy(update={'seed': 0}))}"
    try:
        config.log_dir.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            path = config.log_dir / f"{stem}{'' if number == 1 else f'-{number}'}.json"
            with suppress(FileExistsError):
                files.write_synced(path, files.to_json({"format": FORMAT}))
                return path
    except OSError as error:
        raise RunError(f"{config.log_dir}: cannot write here: {error.strerror or error}") from error
    raise AssertionError("count() does not end")


def _content(finished: SeedsFinished) -> bytes:
    record = asdict(finished, dict_factory=lambda items: {k: str(v) if isinstance(v, Path) else v for k, v in items})
    del record["file"]
    return files.to_json({"format": FORMAT, **record})

"""Writes the summaries of one session of a run.

What stands at step s is of the weights after s updates, everywhere: in `train`, it is what the step that comes next
saw of its own batch before its update.
"""

from __future__ import annotations

import sys
import time
from typing import Protocol

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, TaggedRunMetadata

from ...config.schema import Config
from ...data.dataset import Dataset, Examples
from ...events import RunFinished
from ...network.evaluator import EvaluationResult
from ...network.model import Network
from ...runs.directory import Run
from ..measures import variable_statistics
from ..steps import StepResults
from . import hparams, tags
from .curves import evaluation_points, gradient_points, statistics_points, step_points, update_points
from .event_file import EventFile, holds_graph, picture_value, rewind, scalar_values
from .graph import StepGraph
from .observation import Observer, PictureScale
from .overview import layout_value, text_value
from .pictures import confusion_matrix
from .projector import write_projector
from .sample import Sample, Snapshot, augmented


class Summaries(Protocol):
    """What training reports to, to be shown in TensorBoard."""

    def open(self, step: int | None) -> None:
        """Begin.

        Args:
            step: of the checkpoint that the run is resumed from; None for a new run.
        """

    def steps_to_next(self, step: int) -> int:
        """How many steps may come after `step` steps in one chunk."""

    def before_step(self, step: int) -> None:
        """Observe the network after `step` steps, before the next one."""

    def stepped(self, step: int, results: StepResults) -> None:
        """Log the steps that came after `step` steps."""

    def evaluated(self, step: int, split: str, result: EvaluationResult) -> None:
        """Log an evaluation after `step` steps."""

    def ended(self, event: RunFinished) -> None:
        """Log the end."""

    def sync(self) -> None:
        """Wait until everything is on the disk."""

    def close(self) -> None:
        """Close every file."""


class NoSummaries:
    """Logs nothing, for runs with `summaries.enabled=false`."""

    def open(self, step: int | None) -> None:
        """Do nothing."""

    def steps_to_next(self, step: int) -> int:
        """No limit: no step is observed."""
        return sys.maxsize

    def before_step(self, step: int) -> None:
        """Do nothing."""

    def stepped(self, step: int, results: StepResults) -> None:
        """Do nothing."""

    def evaluated(self, step: int, split: str, result: EvaluationResult) -> None:
        """Do nothing."""

    def ended(self, event: RunFinished) -> None:
        """Do nothing."""

    def sync(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class TensorBoardSummaries:
    """Writes everything that docs/tensorboard.md lists.

    Args:
        run: whose directory is written to.
        config: says how often.
        network: what is trained. It has its initial values now; the scale of the pictures follows from them.
        evaluated: what `test` shows: the same network, or its average.
        dataset: its first images are the samples.
    """

    def __init__(self, run: Run, config: Config, network: Network, evaluated: Network, dataset: Dataset) -> None:
        self._run, self._config, self._dataset = run, config, dataset
        self._network, self._evaluated = network, evaluated
        self._batch = _first(dataset.train, config.batch_size)
        observer = Observer(network)
        images = augmented(self._batch, config)
        scale = PictureScale(observer(images[:1]).maps, network.read())
        self._train = Sample("train", images, observer, scale)
        tested = observer if evaluated is network else Observer(evaluated)
        self._test = Sample("test", dataset.test.images[: config.summaries.test_images], tested, scale)
        self._files: dict[str, EventFile] = {}
        self._graph: StepGraph | None = None
        self._snapshot: Snapshot | None = None
        self._time = time.time()

    def open(self, step: int | None) -> None:
        """Begin, and drop what a killed session wrote behind the checkpoint."""
        directory = self._run.tensorboard_path
        # The evaluation after a checkpoint's step came before it was saved; the step that begins there comes again.
        evaluated = 0 if step is None else step + 1
        for split, first in (("train", step or 0), ("test", evaluated), ("validation", evaluated)):
            rewind(directory / split, first)
            self._files[split] = EventFile(directory / split, first)
        rewind(directory / "hparams", 0)
        self._files["hparams"] = EventFile(directory / "hparams", 0)
        self._write_overview()
        if not holds_graph(directory / "train"):
            self._files["train"].write(Event(step=0, graph_def=self._step_graph().definition()))

    def steps_to_next(self, step: int) -> int:
        """One step, if the network is looked at before it, so that its update is seen; else those until then."""
        cadences = [every for every in (self._config.summaries.every, self._config.summaries.trace_every) if every]
        return 1 if any(step % every == 0 for every in cadences) else min(every - step % every for every in cadences)

    def before_step(self, step: int) -> None:
        """Write pictures and histograms of the training sample, and a trace, when they are due."""
        summaries = self._config.summaries
        if step % summaries.every == 0:
            self._write_sample("train", self._train, self._snapshot_at(step))
        if summaries.trace_every and step % summaries.trace_every == 0:
            metadata = self._step_graph().trace(step, self._snapshot_at(step).weights)
            trace = TaggedRunMetadata(tag=f"step{step:03d}", run_metadata=metadata)
            self._files["train"].write(Event(step=step, tagged_run_metadata=trace))

    def stepped(self, step: int, results: StepResults) -> None:
        """Write a point of every curve for every step."""
        points = step_points(results, self._config.keep_prob)
        every = self._config.summaries.scalars_every
        for i in range(-step % every, len(points), every):
            points[i] |= statistics_points(self._network, results.statistics[i])
            points[i] |= gradient_points(self._network, results.gradient_norms[i])
        if step % self._config.summaries.every == 0 and self._snapshot is not None:
            points[0] |= update_points(self._network, self._snapshot.weights)
        self._snapshot = None
        before, self._time = self._time, time.time()
        times = np.linspace(before, self._time, len(points) + 1)[1:].tolist()
        for i, (values, at) in enumerate(zip(points, times, strict=True)):
            self._files["train"].write_values(step + i, scalar_values(values), at)
        self._files["train"].flush()

    def evaluated(self, step: int, split: str, result: EvaluationResult) -> None:
        """Write how good the network is; for `test`, also pictures and histograms when they are due."""
        points = evaluation_points(result)
        if split == "test":
            points[tags.KEEP_PROB] = 1.0
            points |= statistics_points(self._evaluated, variable_statistics(self._evaluated.parameters).numpy())
        self._files[split].write_values(step, scalar_values(points))
        if split == "test" and self._is_due(step):
            matrix = confusion_matrix(result.labels, result.predictions)
            value = picture_value(tags.CONFUSION, [matrix], "Rows: the digit. Columns: what it was taken for.")
            self._files["test"].write_values(step, [value])
            is_same = self._evaluated is self._network
            snapshot = self._snapshot_at(step) if is_same else Snapshot.of(self._evaluated, step)
            self._write_sample("test", self._test, snapshot)
        self._files[split].flush()

    def ended(self, event: RunFinished) -> None:
        """Write how it ended; of a finished run also its last pictures, and the projector."""
        if event.state == "finished":
            self._write_sample("train", self._train, self._snapshot_at(event.step))
            shown = _first(self._dataset.test, self._config.summaries.embeddings)
            if len(shown):
                write_projector(self._run.tensorboard_path, self._evaluated, shown)
        self._files["hparams"].write_values(event.step, hparams.ended(event))

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        for file in self._files.values():
            file.sync()

    def close(self) -> None:
        """Close every file."""
        for file in self._files.values():
            file.close()
        if self._graph is not None:
            self._graph.close()

    def _is_due(self, step: int) -> bool:
        """Whether the evaluation after `step` steps shows pictures: the first one from every multiple of `every` on.

        It follows from the step and the configuration alone, so that a resumed run decides the same.
        """
        every, eval_every = self._config.summaries.every, self._config.eval_every
        evaluated_before = (step - 1) // eval_every * eval_every
        return step in (0, self._config.steps) or step // every > evaluated_before // every

    def _write_overview(self) -> None:
        """Write the settings, the layout of the curves, and the page about the run."""
        values = hparams.started(self._config, self._dataset.name, self._run.name, self._run.started().timestamp())
        parameters = self._network.parameter_count
        values.append(layout_value())
        values.append(text_value(self._config, self._dataset, self._run.name, parameters))
        self._files["hparams"].write_values(0, values)
        self._files["hparams"].flush()

    def _write_sample(self, split: str, sample: Sample, snapshot: Snapshot) -> None:
        self._files[split].write_values(snapshot.step, sample.values(snapshot))

    def _snapshot_at(self, step: int) -> Snapshot:
        """The weights after `step` steps, read once for whoever needs them."""
        if self._snapshot is None or self._snapshot.step != step:
            self._snapshot = Snapshot.of(self._network, step)
        return self._snapshot

    def _step_graph(self) -> StepGraph:
        """Made when it is first needed: a resumed run without traces does not need it."""
        if self._graph is None:
            self._graph = StepGraph(self._config, self._batch)
        return self._graph


def summaries_of(run: Run, config: Config, network: Network, evaluated: Network, dataset: Dataset) -> Summaries:
    """The summaries of the configuration; see `TensorBoardSummaries` for the arguments."""
    return TensorBoardSummaries(run, config, network, evaluated, dataset) if config.summaries.enabled else NoSummaries()


def _first(examples: Examples, count: int) -> Examples:
    return Examples(examples.images[:count], examples.labels[:count])

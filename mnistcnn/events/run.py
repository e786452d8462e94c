"""Events that a run reports.

`mnistcnn.training.loop.train` yields these; the command renders them, writes them as JSON, or both.
Losses are mean softmax cross-entropies in nats, accuracies are fractions in [0, 1], durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..statistics import Spread

Split = Literal["train", "validation", "test"]
State = Literal["running", "finished", "interrupted", "pruned", "diverged", "failed"]
"""`pruned`: stopped early by a sweep, because other trials were better at the same step."""
Baseline = Literal["chance", "start"]
"""What a network that has learned nothing is no better than: `chance`, the best constant answer, which is the most
frequent class, or `start`, its own weights before the first step."""


@dataclass(frozen=True)
class RunStarted:
    """The run directory exists, the network is built, and step `step` comes next."""

    run: Path
    data: str
    """The name of the data, to stand beside every accuracy: `mnist`, `digits`, or the folder of `idx`."""
    step: int
    """Steps that are already done: 0, or more when a run is resumed."""
    steps: int
    batch_size: int
    seed: int
    parameters: int
    train_examples: int
    validation_examples: int
    test_examples: int
    tensorboard: Path | None = None
    """Where TensorBoard finds its summaries; None when they are off."""
    picture_sets: int = 0
    """Sets of pictures that a whole run writes at most: how many TensorBoard must be told to keep."""
    workers: int = 1
    """How many processes share each batch."""
    eval_every: int = 0
    """Steps between two evaluations; the last step is evaluated in any case. 0: not known."""


@dataclass(frozen=True)
class Compiling:
    """XLA compiles the steps and the evaluation for the GPU: once a run, and from a cache on disk if it did before."""


@dataclass(frozen=True)
class Compiled:
    """The GPU's programs are compiled."""

    seconds: float
    """Time that it took; it does not count as training time."""


@dataclass(frozen=True)
class StepsDone:
    """A report, every `report_every` steps."""

    step: int
    """Steps done so far."""
    data: str
    examples: int
    """Images in one batch."""
    loss: float
    """Mean over the steps since the last report, with dropout, as it was minimised."""
    accuracy: float
    """On the batch that comes next, without dropout: what the tutorial prints as training accuracy."""
    learning_rate: float
    seconds: float
    """Time that these steps took, evaluations and checkpoints not counted."""
    images_per_second: float


@dataclass(frozen=True)
class Evaluating:
    """An evaluation goes on: for displays, after each of its batches but the last."""

    step: int
    done: int
    """Images so far, of all splits together."""
    examples: int
    """How many there are."""


@dataclass(frozen=True)
class Evaluated:
    """One split has been evaluated with the weights after `step` steps."""

    step: int
    split: Split
    data: str
    examples: int
    errors: int
    loss: float
    accuracy: float
    best: bool
    """For `validation`: the lowest number of errors so far. False for every other split."""
    seconds: float


@dataclass(frozen=True)
class CheckpointSaved:
    """A checkpoint is on disk, whole and synced."""

    step: int
    path: Path
    best: bool
    seconds: float


@dataclass(frozen=True)
class Warned:
    """A warning, which does not stop the run."""

    message: str


@dataclass(frozen=True)
class RunFinished:
    """The run is over; its manifest says the same."""

    run: Path
    state: State
    data: str
    step: int
    test_accuracy: float | None
    """With the final weights, as are the next three; None when those were not evaluated."""
    test_errors: int | None
    test_examples: int
    validation_accuracy: float | None
    best_step: int | None
    """The step with the fewest errors on the validation split; without one, the last that was evaluated."""
    best_validation_accuracy: float | None
    best_test_accuracy: float | None
    """On the test split at `best_step`."""
    weights_digest: str | None
    """SHA-256 over the names, shapes and bytes of the final weights; None when they are NaN."""
    seconds: float
    """Wall time of the run, from its start to its end."""
    training_seconds: float
    """Of which in training steps."""
    images_per_second: float
    """Training images over `training_seconds`."""
    chance_accuracy: float | None = None
    """Of the best constant answer on the test split; None if that has no images."""
    no_better_than: Baseline | None = None
    """What the final weights are no better than on the test split; None if they are better, or were not evaluated."""


@dataclass(frozen=True)
class SeedStarted:
    """Of a batch of seeds, this one comes next; the events of its run follow."""

    seed: int
    number: int
    """1 for the first seed of the batch."""
    seeds: int
    """How many there are in the batch."""


@dataclass(frozen=True)
class SeedFinished:
    """How the run of one seed ended."""

    seed: int
    state: State | Literal["not run"]
    data: str
    run: Path | None = None
    """None if there is no run."""
    reason: str | None = None
    """Why it failed."""
    test_accuracy: float | None = None
    """With the final weights."""
    best_step: int | None = None
    best_test_accuracy: float | None = None
    """On the test split at `best_step`, which validation chose; None without a validation split."""
    weights_digest: str | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class SeedsFinished:
    """The batch is over. The runs that failed or were not finished count in no statistic."""

    file: Path
    """Where the same facts are kept."""
    data: str
    results: tuple[SeedFinished, ...]
    """Of every seed that was asked for, in that order."""
    test_accuracy: Spread | None
    """With the final weights; None if not one run was finished and tested."""
    best_test_accuracy: Spread | None
    """On the test split, at the step that validation chose; None without a validation split."""
    seconds: float
    """Wall time of the batch."""


@dataclass(frozen=True)
class WorkerStarted:
    """A worker that is not the chief takes part in a run, and step `step` comes next."""

    worker: int
    """Which one; 0 is the chief."""
    workers: int
    """How many there are."""
    address: str
    """Where this one listens."""
    chief: str
    """Where the chief listens, whose log and run directory tell the rest."""
    data: str
    step: int
    steps: int
    batch_size: int
    """Of all workers together."""
    share: int
    """Images of each batch that this worker sees."""
    seed: int


@dataclass(frozen=True)
class WorkerStepped:
    """A report of such a worker, every `report_every` steps."""

    worker: int
    step: int
    """Steps done so far."""
    loss: float
    """Mean over the steps since the last report and over all workers, with dropout."""
    seconds: float
    """Time that these steps took."""
    images_per_second: float
    """Of all workers together."""


@dataclass(frozen=True)
class WorkerFinished:
    """Such a worker has finished; the chief's run directory has the results."""

    worker: int
    workers: int
    state: State
    step: int
    seconds: float

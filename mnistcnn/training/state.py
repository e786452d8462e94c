"""The state of training: network, optimizer and average, made in the same order by every worker."""

from __future__ import annotations

from ..config.schema import Config
from ..data.dataset import Examples
from ..network.evaluator import Evaluator
from ..network.model import Network
from ..network.precision import Precision
from ..runs.checkpoint import Checkpoint, TrainingProgress
from .distributed.group import Group
from .optimizer import Adam, WeightAverage
from .steps import TrainingSteps


class TrainingState:
    """A network, its optimizer, its average if it has one, and the compiled steps that change them.

    Args:
        config: the recipe.
        examples: the train split.
        precision: what the large products are computed in.
        group: who shares the batches.
        compiled_length: the most steps of a chunk that XLA compiles; None for chunks without XLA.
    """

    def __init__(
        self,
        config: Config,
        examples: Examples,
        precision: Precision,
        group: Group,
        compiled_length: int | None = None,
    ) -> None:
        self._group = group
        with group.replicas.scope():
            self.network = Network(config.network, config.seed)
            self.optimizer = Adam(self.network.parameters, weight_decay=config.weight_decay)
            # What is evaluated, chosen and saved as the result.
            self.evaluated_network, average = self.network, None
            if config.averaging.decay:
                self.evaluated_network = Network(config.network, config.seed)
                averages, parameters = self.evaluated_network.parameters, self.network.parameters
                average = WeightAverage(averages, parameters, config.averaging.decay)
        self.steps = TrainingSteps(
            self.network, self.optimizer, config, examples, precision, average, group.replicas, compiled_length
        )
        # Before weights are loaded, so that what XLA compiles has the same names in a new run and a resumed one.
        self.evaluator = Evaluator(self.evaluated_network, xla=compiled_length is not None, exact=config.deterministic)

    def checkpoint(self, step: int, progress: TrainingProgress) -> Checkpoint:
        """Read the state after `step` steps."""
        average = self.evaluated_network.read() if self.evaluated_network is not self.network else None
        return Checkpoint(step, self.network.read(), self.optimizer.read(), progress, average)

    def load(self, checkpoint: Checkpoint) -> None:
        """Restore the state of a run."""
        self.network.load(checkpoint.weights)
        if checkpoint.slots:
            self.optimizer.load(checkpoint.slots)
        self.evaluated_network.load(checkpoint.evaluated_weights)

    def take_from_chief(self) -> None:
        """On every worker at once: copy the chief's state, bit for bit."""
        self._group.broadcast(self.network.parameters)
        self._group.broadcast(self.optimizer.slots)
        if self.evaluated_network is not self.network:
            self._group.broadcast(self.evaluated_network.parameters)

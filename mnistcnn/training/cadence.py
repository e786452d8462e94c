"""What is due after which step.

It follows from the step and the configuration alone, so that a resumed run decides the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config.schema import Config


@dataclass(frozen=True)
class Cadence:
    """How often a run reports, evaluates and saves, in steps; the last step counts as a multiple of every period."""

    steps: int
    """In the whole run."""
    report_every: int
    eval_every: int
    save_every: int | None
    """None if checkpoints are due by the clock."""

    @classmethod
    def of(cls, config: Config) -> Cadence:
        """The cadence that a configuration asks for."""
        return cls(config.steps, config.report_every, config.eval_every, config.checkpoints.every_steps)

    @property
    def longest_chunk(self) -> int:
        """The most steps between two moments at which something is due."""
        return min(self.steps, self.report_every, self.eval_every, self.save_every or self.steps)

    def is_last(self, step: int) -> bool:
        """Whether no step comes after `step` steps."""
        return step == self.steps

    def report_is_due(self, step: int) -> bool:
        """Whether a report comes after `step` steps."""
        return step % self.report_every == 0 or self.is_last(step)

    def evaluation_is_due(self, step: int) -> bool:
        """Whether an evaluation comes after `step` steps; one comes before the first."""
        return step % self.eval_every == 0 or self.is_last(step)

    def checkpoint_is_due(self, step: int) -> bool:
        """Whether a checkpoint is due after `step` steps, regardless of the time."""
        return self.save_every is not None and step % self.save_every == 0

    def steps_to_next(self, step: int) -> int:
        """How many steps come after `step` steps until something is due; 0 after the last."""
        periods = (self.report_every, self.eval_every, self.save_every or self.steps)
        return min(self.steps - step, *(period - step % period for period in periods))

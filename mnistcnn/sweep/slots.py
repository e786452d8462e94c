"""What is done and what is left of a study, read off its trials.

A study of 30 trials has 30 slots. Optuna numbers trials in the order in which they are made, and never twice, so the
n-th trial that is no retry *is* slot n, for every process that looks; what two processes made beyond the last slot in
the same instant is nobody's. A trial that was lost has a retry, which says whose: of several, again the first counts.
So no slot is ever worked on twice or left out, without any lock over the whole study.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.trial import FrozenTrial, TrialState

RETRY_OF = "retry_of"
"""User attribute of a retry: the number of the trial that was lost."""
OUTCOME = "outcome"
"""User attribute: how the trial's run ended, if it is known."""
_MOST_LOSSES = 3
"""A recipe that kills its process so often would kill every worker, one after the other."""


@dataclass(frozen=True)
class Slot:
    """One trial of the study, as its user counts them.

    Attributes:
        rank: from 0.
        attempts: the trial, and its retries; all but the last were lost or interrupted.
    """

    rank: int
    attempts: tuple[FrozenTrial, ...]

    @property
    def last(self) -> FrozenTrial:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def is_given_up(self) -> bool:
        """Whether it was lost too often to be tried again."""
        lost = sum(OUTCOME not in attempt.user_attrs for attempt in self.attempts)
        return self.last.state == TrialState.FAIL and lost >= _MOST_LOSSES

    @property
    def needs_retry(self) -> bool:
        """Whether it was lost or interrupted, and nobody has queued it again."""
        return self.last.state == TrialState.FAIL and not self.is_given_up

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.last.state in (TrialState.COMPLETE, TrialState.PRUNED) or self.is_given_up


def slots_of(trials: Sequence[FrozenTrial], count: int) -> list[Slot]:
    """The first `count` slots, as far as there are trials for them.

    Args:
        trials: all of the study, in the order of their numbers.
        count: how many trials the study is to have.
    """
    originals: list[FrozenTrial] = []
    retries: dict[int, FrozenTrial] = {}
    for trial in trials:
        if RETRY_OF in trial.user_attrs:
            retries.setdefault(trial.user_attrs[RETRY_OF], trial)
        else:
            originals.append(trial)
    return [Slot(rank, _attempts(original, retries)) for rank, original in enumerate(originals[:count])]


def _attempts(trial: FrozenTrial, retries: dict[int, FrozenTrial]) -> tuple[FrozenTrial, ...]:
    attempts = [trial]
    while retry := retries.get(attempts[-1].number):
        attempts.append(retry)
    return tuple(attempts)

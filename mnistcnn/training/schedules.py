"""The learning rate of each step: a pure function of the step, so that a resumed run needs to remember nothing."""

from __future__ import annotations

import math

from ..config.schema import Config


def learning_rate(config: Config, step: int) -> float:
    """The rate of one step; the first step of a run is step 0.

    With w steps of warm-up of n, step s < w has (s + 1) / (w + 1) of the full rate, and step w the full rate. From
    there a share p = (s - w) / (n - w) of the way is done, and of what lies above `final` there is left

        constant      1
        triangular    1 - p
        cosine        (1 + cos πp) / 2      (Loshchilov and Hutter 2017, "SGDR", equation 5, without restarts)

    No rate is 0, because p stays below 1.

    Args:
        config: the full rate, how many steps there are, and the schedule.
        step: 0 to `config.steps` - 1.
    """
    schedule = config.schedule
    if step < schedule.warmup:
        return config.learning_rate * (step + 1) / (schedule.warmup + 1)
    progress = (step - schedule.warmup) / (config.steps - schedule.warmup)
    left = {"constant": 1.0, "triangular": 1 - progress, "cosine": (1 + math.cos(math.pi * progress)) / 2}
    return config.learning_rate * (schedule.final + (1 - schedule.final) * left[schedule.kind])
